"""Paid covers, claims owed and closed quarters for tests, through the real books."""

from datetime import date, datetime, time
from itertools import count
from uuid import uuid4

from apps.accounts.models import User
from apps.actuary.models import PeriodClose, Reopening
from apps.actuary.parameters import terms_on
from apps.actuary.rules.calendar import Span
from apps.actuary.services import ask_reopening, decide_reopening, finish_close, start_close
from apps.core.clock import FUND_ZONE
from apps.core.periods import Period, add_years
from apps.enrolments.models import Application, Contribution, Cover
from apps.fund.rules.postings import Posting
from apps.fund.services import book
from apps.plans.models import PlanVersion
from tests.members.factories import make_person
from tests.plans.factories import plan_row

QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
COST = terms_on(QUARTER.start).operating_cost_fen
_serial = count(1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), FUND_ZONE)


def plan(code: str = "asthma") -> PlanVersion:
    return PlanVersion.objects.filter(code=code).first() or plan_row(code, "1")


def paid_cover(start: date = QUARTER.start, fen: int = 365_00, code: str = "asthma", person=None) -> Contribution:
    """A person covered for a year from ``start``, the contribution received on that day."""
    person = person or make_person(signed=False)
    application = Application.objects.create(
        person=person,
        plan_version=plan(code),
        policy_start=start,
        answers_json="{}",
        facts_json="{}",
        accepted=True,
        price_fen=fen,
        actor=person.registered_by,
        key=uuid4(),
        at=noon(start),
    )
    cover = Cover.objects.create(
        person=person,
        plan_version=plan(code),
        plan_code=code,
        application=application,
        start=start,
        end=add_years(start, 1),
        state=Cover.State.ACTIVE,
        price_fen=fen,
    )
    contribution = Contribution.objects.create(
        cover=cover,
        amount_fen=fen,
        due_date=start,
        received_fen=fen,
        state=Contribution.State.PAID,
        paid_date=start,
        key=f"test:{next(_serial)}",
    )
    booked(Posting.CONTRIBUTION_RECEIVED, fen, start, plan=code)
    booked(Posting.MONEY_ARRIVED, fen, start)
    return contribution


def booked(event: Posting, fen: int, day: date, **changes) -> None:
    serial = next(_serial)
    book(
        event,
        amount_fen=fen,
        key=f"test:{serial}",
        effective_date=day,
        source=("tests.row", serial),
        now=noon(day),
        **changes,
    )


def treasurer() -> User:
    return User.objects.create_user(
        f"treasurer{next(_serial)}@example.com", "long-enough-1", name="Lin Cai", roles=["treasurer"]
    )


def begun_close(quarter: Period = QUARTER, actor: User | None = None) -> PeriodClose:
    return start_close(actor=actor or treasurer(), start=quarter.start, key=uuid4(), now=noon(quarter.end))


def closed_quarter(fen: int = 4_000_000, quarter: Period = QUARTER, actor: User | None = None) -> PeriodClose:
    """A quarter closed with one cover that began on its first day and cost ``fen``."""
    paid_cover(quarter.start, fen)
    close = begun_close(quarter, actor)
    return finish_close(close_id=close.pk, now=noon(quarter.end))


def closed_month(month: Period, actor: User | None = None) -> PeriodClose:
    """A month of a quarter closed on the day after it ended."""
    actor = actor or treasurer()
    close = start_close(actor=actor, start=month.start, span=Span.MONTH, key=uuid4(), now=noon(month.end))
    return finish_close(close_id=close.pk, now=noon(month.end))


def auditor() -> User:
    return User.objects.create_user(
        f"auditor{next(_serial)}@example.com", "long-enough-1", name="Shen Ji", roles=["auditor"]
    )


def opened_again(close: PeriodClose, reason: str = "A claim was forgotten", now: datetime | None = None) -> Reopening:
    """Asked by a treasurer, agreed by an auditor."""
    now = now or noon(close.end)
    asked = ask_reopening(close_id=close.pk, actor=treasurer(), reason=reason, key=uuid4(), now=now)
    return decide_reopening(reopening_id=asked.pk, actor=auditor(), agrees=True, now=now)
