"""Who writes terms and who may read drafts."""

from apps.accounts.models import Role

WRITERS = (Role.TREASURER, Role.ADMINISTRATOR)
"""They also publish, but never what they wrote themselves."""
READERS = (*WRITERS, Role.COUNCIL, Role.AUDITOR)
