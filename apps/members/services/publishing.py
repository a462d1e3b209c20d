"""Put the texts of ``apps/members/texts`` into force: read the files, add what is new, refuse what was changed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from apps.audit.services import record_event
from apps.members.errors import TextChanged
from apps.members.models import LegalText
from apps.members.rules.texts import TextKind, content_hash

FOLDER = Path(__file__).parent.parent / "texts"
PARTS = ("title", "summary", "body", "withdrawal")


def written_texts() -> list[dict[str, Any]]:
    """Every version in the files, as the fields of a LegalText."""
    return [fields for kind in TextKind for fields in _versions(FOLDER / f"{kind.value}.yaml")]


def _versions(path: Path) -> list[dict[str, Any]]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    versions = []
    for version in document["versions"]:
        words = {f"{part}_{language}": version[language][part].strip() for part in PARTS for language in ("zh", "en")}
        common: dict[str, Any] = {
            "kind": path.stem,
            "version": version["version"],
            "applies_to": document["applies_to"],
            "is_required": document["is_required"],
        }
        valid_from: date = version["valid_from"]
        seal = content_hash({**common, **words, "valid_from": valid_from.isoformat()})
        versions.append({**common, **words, "valid_from": valid_from, "content_hash": seal})
    return versions


@transaction.atomic
def publish_texts(*, now: datetime) -> list[LegalText]:
    """Add the versions not published yet and give them back.  Raises TextChanged when a published one was edited."""
    published = {(text.kind, text.version): text for text in LegalText.objects.all()}
    added = []
    for fields in written_texts():
        known = published.get((fields["kind"], fields["version"]))
        if known is None:
            added.append(LegalText.objects.create(**fields))
        elif known.content_hash != fields["content_hash"]:
            raise TextChanged(kind=fields["kind"], version=fields["version"])
    for text in added:
        record_event(actor_id=None, action="text.published", target=("members.legaltext", text.pk), now=now)
    return added
