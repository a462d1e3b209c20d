"""A council of nine, organisations with accounts, proposals and ballots for tests, by the real services."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest

from apps.accounts.models import Role, User
from apps.actuary.models import PeriodClose
from apps.directory.models import Organisation, Post
from apps.governance.models import Line, Resolution, Seat
from apps.governance.rules.words import Choice, Constituency, Purpose
from apps.governance.services import (
    LineDraft,
    cast_vote,
    close_ballot,
    open_ballot,
    propose,
    proposing,
    seat_member,
)
from apps.payments.services import name_payee_account
from tests.actuary.factories import closed_quarter
from tests.conftest import NOW

NINE = ["insurer", "hospital", "hospital", "technology", "doctors", "doctors", "parents", "parents", "parents"]
SINCE = date(2026, 1, 1)
_serial = count(1)


def organisation(code: str = "", kind: str = "hospital", *, account: bool = True) -> Organisation:
    """A hospital or other partner, with a bank account on file unless said."""
    code = code or f"org-{next(_serial)}"
    level = "tertiary" if kind in ("clinic", "hospital") else ""
    made = Organisation.objects.create(code=code, kind=kind, level=level, name_zh=f"机构{code}", name_en=f"Org {code}")
    if account:
        name_account(made)
    return made


def name_account(made: Organisation, number: str = "6222000011112222") -> None:
    name_payee_account(
        owner=("directory.organisation", made.pk),
        holder_name=made.name_zh,
        bank="Sandbox Bank",
        number=number,
        actor=None,
        key=uuid4(),
        now=NOW,
    )


def member(constituency: str = "parents", employer: Organisation | None = None, since: date = SINCE) -> Seat:
    """One seat with a person of its own, employed where said."""
    number = next(_serial)
    user = User.objects.create_user(
        f"seat{number}@example.com", "long-enough-1", name=f"{constituency.title()} {number}", roles=[Role.COUNCIL]
    )
    if employer:
        Post.objects.create(user=user, organisation=employer, since=SINCE)
    return seat_member(user=user, constituency=Constituency(constituency), since=since, actor=None, now=NOW)


def council(**employers: Organisation) -> list[Seat]:
    """The nine seats; all of a constituency named in ``employers`` work there."""
    return [member(name, employers.get(name)) for name in NINE]


def draft_line(payee: Organisation, owner: Seat, fen: int = 100_00, **changes) -> LineDraft:
    values = {
        "purpose": Purpose.TRAINING,
        "payee": payee,
        "amount_fen": fen,
        "owner": owner,
        "milestones": "Forty doctors trained by June",
        "report_due": date(2027, 6, 30),
    }
    return LineDraft(**{**values, **changes})


def proposed(
    seats: list[Seat], lines: list[LineDraft] | None = None, close: PeriodClose | None = None, **changes
) -> Resolution:
    """A draft by the first seat: one line of 100 yuan unless said."""
    close = close or PeriodClose.objects.first() or closed_quarter()
    values = {
        "actor": seats[0].user,
        "title_zh": "培训",
        "title_en": "Training",
        "text": "Train the doctors.",
        "close_id": close.pk,
        "lines": lines or [draft_line(organisation(), seats[0])],
        "key": uuid4(),
        "now": NOW,
    }
    return propose(**{**values, **changes})


def opened(
    seats: list[Seat], lines: list[LineDraft] | None = None, *, days: int = 7, now: datetime = NOW, **changes
) -> Resolution:
    """An open ballot, opened by the second seat."""
    draft = proposed(seats, lines, **changes)
    closes_at = now + timedelta(days=days)
    return open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=closes_at, now=now)


def vote(resolution: Resolution, seat: Seat, *choices: str, now: datetime = NOW, key=None):
    """Vote on the lines in order; a choice of "" leaves the line out."""
    lines = Line.objects.filter(resolution=resolution).order_by("position")
    picked = {line.pk: Choice(choice) for line, choice in zip(lines, choices, strict=True) if choice}
    return cast_vote(resolution_id=resolution.pk, actor=seat.user, choices=picked, key=key or uuid4(), now=now)


def votes(resolution: Resolution, seats: list[Seat], pattern: str) -> None:
    """One character a seat: + for, - against, 0 abstain, . no vote; on the only line."""
    words = {"+": "for", "-": "against", "0": "abstain"}
    for seat, mark in zip(seats, pattern, strict=True):
        if mark in words:
            vote(resolution, seat, words[mark])


def ended(resolution: Resolution) -> Resolution:
    """Closed at its end, a week after the opening."""
    return close_ballot(resolution_id=resolution.pk, now=NOW + timedelta(days=7))


def needing_assembly(seats: list[Seat]) -> Resolution:
    """A ballot under the rule that asks the members' assembly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proposing, "KLASS", "distribution")
        return opened(seats)
