"""The JSON Schema of terms files, for editors that complete and check while one types."""

from __future__ import annotations

import json
from functools import cache

from .document import TermsForm

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def schema_text() -> str:
    """The schema as kept beside the catalogue; the loader, which knows more, has the last word."""
    schema = {"$schema": DIALECT, **TermsForm.model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
