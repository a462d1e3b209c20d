"""What filing a bill has to know first, in one query: it is asked for each bill, so it is written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from apps.accounts.models import User
from apps.claims.models import Bill
from apps.claims.rules.checks import OtherBill
from apps.claims.rules.receipts import issuer_key
from apps.core.prepared import Prepared
from apps.members.rules.family import Capacity, capacity_of, is_minor

CONSENT = "consent-claims"
OWNER = "accounts.user"
"""Payee accounts of families belong to users."""
QUERY = Prepared(
    "claims_standing",
    """
SELECT
    p.name,
    p.birth_date,
    CASE WHEN p.user_id = %(actor)s THEN 'self' ELSE (
        SELECT relation FROM members_guardianship
        WHERE person_id = p.id AND guardian_id = %(actor)s AND until IS NULL
    ) END,
    EXISTS (
        SELECT FROM members_signature AS s JOIN members_legaltext AS t ON t.id = s.text_id
        WHERE s.person_id = p.id AND s.withdrawn_at IS NULL AND t.kind = %(consent)s
    ),
    EXISTS (SELECT FROM claims_bill WHERE key = %(key)s),
    EXISTS (SELECT FROM claims_claimdraft WHERE key = %(key)s AND owner_id = %(actor)s),
    EXISTS (SELECT FROM documents_heldupload WHERE form_key = %(key)s AND held_by_id = %(actor)s),
    (
        SELECT usable_from FROM payments_payeeaccount
        WHERE id = %(account)s AND owner_label = %(owner)s AND owner_id = %(actor)s
    ),
    (
        SELECT coalesce(json_agg(json_build_array(code, name_zh, name_en)), '[]') FROM directory_organisation
        WHERE kind IN ('clinic', 'hospital')
    )
FROM members_person AS p WHERE p.id = %(person)s
""",
    actor="bigint",
    person="bigint",
    account="bigint",
    key="uuid",
    consent="text",
    owner="text",
)
COMPARED = timedelta(days=60)
OTHERS = """
SELECT number, issuer_key, receipt_key, service_date, billed_fen, person_id = %(person)s
FROM claims_bill
WHERE person_id = %(person)s AND service_date BETWEEN %(since)s AND %(until)s
    OR issuer_key = %(issuer)s AND billed_fen = %(billed)s
ORDER BY id DESC LIMIT 300
"""
ISSUERS = "SELECT code, name_zh, name_en FROM directory_organisation WHERE kind IN ('clinic', 'hospital')"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far somebody may file for a person, and how far a bill of this key is.

    ``relation``: what the one who files is to the person, if anything.  ``has_consent``: to look at claims.
    ``is_filed``: a bill of this key is there.  ``is_typed``: a form was begun.  ``has_held``: files wait for it.
    ``account_usable_from``: none where the account is not one's own.  ``organisations``: code and names of the issuers
    the directory knows.
    """

    name: str
    birth_date: date
    relation: str | None
    has_consent: bool
    is_filed: bool
    is_typed: bool
    has_held: bool
    account_usable_from: datetime | None
    organisations: list[list[str]]

    def capacity(self, today: date) -> Capacity | None:
        """The right in which the actor may file for the person today."""
        return capacity_of(self.relation, is_minor=is_minor(self.birth_date, today))


def standing_to_file(*, actor: User, person_id: int, account_id: int, key: UUID) -> Standing | None:
    """None where there is no such person."""
    parameters: dict[str, Any] = {
        "actor": actor.pk,
        "person": person_id,
        "account": account_id,
        "key": key,
        "consent": CONSENT,
        "owner": OWNER,
    }
    with connection.cursor() as cursor:
        QUERY.ask(cursor, parameters)
        row = cursor.fetchone()
    return Standing(*row) if row else None


def issuer_key_of(issuer: str) -> str:
    """The issuer's name made comparable; both names of an organisation in the directory are one issuer."""
    with connection.cursor() as cursor:
        cursor.execute(ISSUERS)
        return key_among(issuer, cursor.fetchall())


def key_among(issuer: str, organisations: Iterable[Sequence[str]]) -> str:
    """The same, where code and names of the directory's organisations are known already."""
    key = issuer_key(issuer)
    return next((f"org:{code}" for code, *names in organisations if key in map(issuer_key, names)), key)


def other_bills(bill: Bill) -> tuple[OtherBill, ...]:
    """Bills a check compares a new one with: the person's near in time, the issuer's with the same amount."""
    parameters: dict[str, Any] = {
        "person": bill.person_id,
        "since": bill.service_date - COMPARED,
        "until": bill.service_date + COMPARED,
        "issuer": bill.issuer_key,
        "billed": bill.billed_fen,
    }
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, parameters)
        return tuple(OtherBill(*row) for row in cursor.fetchall())
