"""Put the texts of ``apps/members/texts`` into force: read the files, add what is new, refuse what was changed."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import connection, transaction

from apps.audit.services import new_event, record_events
from apps.members.errors import TextChanged
from apps.members.models import LegalText
from apps.members.rules.texts import TextKind, content_hash

FOLDER = Path(__file__).parent.parent / "texts"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7303, 2)"
PARTS = ("title", "summary", "body", "withdrawal")


def written_texts() -> list[dict[str, Any]]:
    """Every version in the files, as the fields of a LegalText."""
    files = [(kind.value, (FOLDER / f"{kind.value}.yaml").read_text("utf-8")) for kind in TextKind]
    return [fields for kind, text in files for fields in _versions(kind, text)]


@cache
def _versions(kind: str, text: str) -> tuple[dict[str, Any], ...]:
    document = yaml.safe_load(text)
    versions = []
    for version in document["versions"]:
        words = {f"{part}_{language}": version[language][part].strip() for part in PARTS for language in ("zh", "en")}
        common: dict[str, Any] = {
            "kind": kind,
            "version": version["version"],
            "applies_to": document["applies_to"],
            "is_required": document["is_required"],
        }
        valid_from: date = version["valid_from"]
        seal = content_hash({**common, **words, "valid_from": valid_from.isoformat()})
        versions.append({**common, **words, "valid_from": valid_from, "content_hash": seal})
    return tuple(versions)


@transaction.atomic
def publish_texts(*, now: datetime) -> list[LegalText]:
    """Add the versions not published yet and give them back.  Raises TextChanged when a published one was edited."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    published = {(text.kind, text.version): text for text in LegalText.objects.all()}
    added = []
    for fields in written_texts():
        known = published.get((fields["kind"], fields["version"]))
        if known is None:
            added.append(LegalText(**fields))
        elif known.content_hash != fields["content_hash"]:
            raise TextChanged(kind=fields["kind"], version=fields["version"])
    LegalText.objects.bulk_create(added)
    names = [("members.legaltext", text.pk) for text in added]
    record_events(*(new_event(actor_id=None, action="text.published", target=name, now=now) for name in names))
    return added
