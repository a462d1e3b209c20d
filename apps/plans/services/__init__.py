"""What is done with terms: publish them, draft new ones."""

from apps.plans.services.drafts import drop_draft, publish_draft, start_draft, write_draft
from apps.plans.services.publishing import publish_catalogue, publish_terms

__all__ = ["drop_draft", "publish_catalogue", "publish_draft", "publish_terms", "start_draft", "write_draft"]
