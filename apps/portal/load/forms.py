"""`python -m apps.portal.load.forms COUNT FILE`: forms of claims, filled in and signed in, one press from being sent.

Run with the environment of a portal; writes a line of JSON a form: address, cookies, token.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

A_FAMILY = 4
"""Bills of one person in a month that no check finds many."""
LINES = (("R03BA02", 40_00), ("R03AC02", 25_00), ("R03DC03", 60_00), ("R03AK07", 30_00))


def main(wanted: int, target: Path) -> None:
    django.setup()
    from apps.portal.benches.insured import insured_families

    families = insured_families(-(-wanted // A_FAMILY), now=_now())
    serial = count(1)
    with target.open("w") as file:
        for cover, account in families:
            cookies = _signed_in(cover.person.registered_by)
            for _ in range(A_FAMILY):
                key = _form(cover, account, next(serial))
                file.write(json.dumps({"key": str(key), "url": f"/claims/new/{key}/check/", "cookies": cookies}) + "\n")


def _now() -> datetime:
    from apps.core.clock import now

    return now()


def _signed_in(user: Any) -> dict[str, str]:
    """Cookies as the sign-in page sets them."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    token = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=32))  # noqa: S311
    return {settings.SESSION_COOKIE_NAME: str(session.session_key), settings.CSRF_COOKIE_NAME: token}


def _form(cover: Any, account: Any, number: int) -> UUID:
    """A draft with all sections typed, and a photograph held for it."""
    from apps.claims.services import save_section, start_draft

    key, at = uuid4(), _now()
    start_draft(owner=cover.person.registered_by, person_id=cover.person_id, kind="pharmacy", key=key, now=at)
    for section, values in _sections(account, number, at):
        save_section(key=key, section=section, values=values, now=at)
    _hold_paper(cover.person.registered_by, key, at)
    return key


def _sections(account: Any, number: int, at: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    day = (at - timedelta(days=2 + number % 20)).date()
    yield (
        "facts",
        {
            "service_date": str(day),
            "diagnosis": "J45.9",
            "place": "other",
            "place_name": "Bench",
            "level": "primary",
            "area": "local",
        },
    )
    lines = [
        {"category": "drug", "medicine": code, "description": "medicine", "amount": f"{(fen + number % 500) / 100:.2f}"}
        for code, fen in LINES
    ]
    receipt = f"{random.randrange(10**11):011d}"  # noqa: S311
    yield "receipt", {"issuer": f"Bench {number % 50}", "receipt_number": receipt, "lines": lines}
    yield "account", {"account": "current"}
    yield "payee", {"id": account.pk}


def _hold_paper(user: Any, key: UUID, at: datetime) -> None:
    """A row as an upload leaves it; each file another one, and none of them is opened."""
    from apps.documents.models import Document, HeldUpload

    digest = hashlib.sha256(key.bytes).hexdigest()
    document = Document.objects.create(
        kind=Document.Kind.IMAGE,
        name="receipt.jpg",
        content_type="image/jpeg",
        size=1,
        sha256=digest,
        stored_as=f"bench-{key}",
        uploaded_by=user,
        created_at=at,
    )
    HeldUpload.objects.create(
        document=document, form_key=key, held_by=user, sha256=digest, expires_at=at + timedelta(days=1)
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
