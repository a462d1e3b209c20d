"""Bills for the tests of any app, filed by the real service."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from apps.accounts.models import Role, User
from apps.claims.models import Bill
from apps.claims.rules.filing import FiledLine, Filing, Place
from apps.claims.services import name_account, submit_bill, take_claim
from apps.documents.services import hold_upload
from apps.enrolments.models import Cover
from apps.members.models import Person
from apps.payments.models import PayeeAccount
from apps.plans.files import catalogue_files
from apps.plans.services import publish_terms
from tests.conftest import NOW
from tests.documents.factories import receipt
from tests.enrolments.factories import ASTHMA, make_cover
from tests.members.factories import make_parent
from tests.plans.factories import changed

_serial = count(100_000)
INHALER = FiledLine("drug", "Budesonide", 120_00, "R03BA02")
SECOND = "family-doctor-mutual"


def visit(**changes: Any) -> Filing:
    """An outpatient visit yesterday for asthma with one inhaler; another receipt number at each call."""
    number = f"{next(_serial):08d}"
    filing = Filing(
        kind="outpatient",
        service_date=NOW.date() - timedelta(days=1),
        place=Place("Sunny Clinic", "primary"),
        issuer="Sunny Clinic",
        receipt_number=f"{number[::-1]}{number}",
        diagnosis="J45.9",
        lines=(INHALER,),
    )
    return replace(filing, **changes)


def make_covered(*plans: str, start: datetime = NOW - timedelta(days=100), person: Person | None = None) -> Cover:
    """A child of 7 covered for 100 days by the asthma plan, or by the plans named; the first plan's cover."""
    covers = []
    for plan in plans or (ASTHMA,):
        if plan == SECOND:
            offer_second_plan()
        answers = {} if plan == SECOND else None
        cover = make_cover(person, plan_code=plan, answers=answers, now=start)
        person = cover.person
        covers.append(cover)
    return covers[0]


def offer_second_plan() -> None:
    """The family-doctor plan pays 80% of a visit at the clinic, 100.00 at most; asthma comes before it."""
    file = next(file for file in catalogue_files() if file.terms.code == SECOND)
    data = {**file.data, "parameters": {**file.data["parameters"]}}
    publish_terms(file=changed(data, version="2018.2", offered=True), now=NOW - timedelta(days=400))


def make_account(user: User, number: str = "6222000011112222", now: datetime = NOW) -> PayeeAccount:
    return name_account(actor=user, holder_name=user.name, bank="Harbour Bank", number=number, key=uuid4(), now=now)


def make_bill(
    cover: Cover | None = None,
    *,
    filing: Filing | None = None,
    now: datetime = NOW,
    with_paper: bool = False,
    **changes: Any,
) -> Bill:
    """A bill filed by the parent of the covered child; a clean one unless told otherwise."""
    cover = cover or make_covered()
    actor, key = cover.person.registered_by, uuid4()
    if with_paper:
        hold_upload(file=receipt(), form_key=key, held_by=actor, now=now)
    return submit_bill(
        actor=actor,
        person_id=cover.person_id,
        filing=filing or visit(**changes),
        payee_account_id=make_account(actor, now=now).pk,
        key=key,
        now=now,
    )


def make_held_bill(cover: Cover | None = None, *, now: datetime = NOW, **changes: Any) -> Bill:
    """A bill whose diagnosis the family does not know, waiting for an officer."""
    return make_bill(cover, now=now, **{"diagnosis": "", "diagnosis_words": "wheezing", **changes})


def make_officer(name: str = "Officer Lin") -> User:
    return make_parent("", Role.CLAIMS_OFFICER, name=name)


def take(bill: Bill, officer: User, now: datetime = NOW) -> int:
    """The officer takes the first claim of the bill; its id."""
    claim_id = bill.claims.get(rank=1).pk
    take_claim(claim_id=claim_id, actor=officer, now=now)
    return claim_id


def day(days_ago: int) -> date:
    return NOW.date() - timedelta(days=days_ago)
