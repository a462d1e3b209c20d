"""Reads for the allowances: who was covered how long, what can be paid on which account, what is still to be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest, Least

from apps.actuary.models import Allowance, PeriodClose
from apps.claims.standing import OWNER
from apps.core.periods import Period
from apps.enrolments.models import Cover, Lapse
from apps.members.models import Guardianship, Person
from apps.payments.models import Order, PayeeAccount, Purpose
from apps.payments.rules.states import State
from apps.payments.selectors import declined_by_two, payable_again


def days_covered(plan: str, year: Period, least: int) -> dict[int, int]:
    """Days covered in the year by person id, of those covered for at least so many; days of a lapse are not covered."""
    days: Counter[int] = Counter()
    covers = Cover.objects.paid().filter(plan_code=plan, start__lt=year.end, end__gt=year.start)
    for person, start, end in covers.order_by("person_id").values_list("person_id", "start", "end"):
        days[person] += Period(start, end).overlap_days(year)
    lapses = Lapse.objects.filter(cover__in=covers.values("pk"))
    gaps = lapses.values_list(
        "cover__person_id", Greatest("start", "cover__start"), Least(Coalesce("end", "cover__end"), "cover__end")
    )
    for person, start, end in gaps:
        if start < end:
            days[person] -= Period(start, end).overlap_days(year)
    return {person: count for person, count in days.items() if count >= least and count > 0}


def allowances_due(limit: int, now: datetime) -> QuerySet[Allowance]:
    """Shares of closes in force whose payment can be asked for, oldest first: not asked for yet, or to be paid again.

    Whoever has no account to be paid on holds up nobody.
    """
    closes = PeriodClose.objects.locked().values("pk")
    owners = _usable_accounts(now).values("owner_id")
    acting = Guardianship.objects.open().filter(person=OuterRef("person"), guardian__in=owners)
    payable = unpaid_allowances().filter(Q(Exists(acting)) | Q(person__user__in=owners), close__in=closes)
    return payable.order_by("pk")[:limit]


def unpaid_allowances() -> QuerySet[Allowance]:
    """Shares whose payment was not asked for yet, or that the bank refused or sent back."""
    return Allowance.objects.filter(Q(order=None) | Q(order__in=_payable_again()))


def allowances_to_tell(limit: int) -> list[int]:
    """Ids of shares of closes in force whose family does not know how they stand: those never told, ended, or back."""
    told, ended = Allowance.Told, [State.SETTLED, State.FAILED, State.RETURNED]
    rows = Allowance.objects.filter(close__in=PeriodClose.objects.locked().values("pk"))
    has_ended = Q(order__state__in=ended) & ~Q(told=F("order__state"))
    news = rows.exclude(told=told.SETTLED).filter(Q(told=told.NOTHING) | has_ended)
    returned = Order.objects.filter(purpose=Purpose.ALLOWANCE, state=State.RETURNED)
    back = rows.filter(told=told.SETTLED, order__in=returned.values("pk"))
    return [pk for found in (news, back) for pk in found.order_by("pk").values_list("pk", flat=True)[:limit]][:limit]


def allowances_of_people(person_ids: Iterable[int]) -> QuerySet[Allowance]:
    """What some people get of the surplus of closes in force, newest first; ``is_stopped``: two people declined it."""
    rows = Allowance.objects.filter(person__in=list(person_ids), close__in=PeriodClose.objects.locked().values("pk"))
    return rows.annotate(is_stopped=declined_by_two("order")).select_related("close", "order").order_by("-pk")


def _payable_again() -> QuerySet[Order]:
    return payable_again().filter(purpose=Purpose.ALLOWANCE)


@dataclass(frozen=True, slots=True)
class PlanAllowances:
    """What one plan's members get of a year: fen and people, and for how many a payment is still to be asked for."""

    plan: str
    fen: int
    people: int
    waiting: int


def allowances_of(close: PeriodClose) -> list[PlanAllowances]:
    """By plan."""
    sums = close.allowances.values("plan_code").annotate(
        fen=Sum("amount_fen"),
        people=Count("pk"),
        waiting=Count("pk", filter=Q(order=None) | Q(order__in=_payable_again())),
    )
    rows = sums.order_by("plan_code")
    return [PlanAllowances(row["plan_code"], row["fen"], row["people"], row["waiting"]) for row in rows]


def accounts_of(person_ids: Iterable[int], now: datetime) -> dict[int, int]:
    """By person, the account on which the person is paid today, or one who acts for the person."""
    wanted = list(person_ids)
    acting = Guardianship.objects.open().filter(person__in=wanted).order_by("-since", "-pk")
    users = list(acting.values_list("person_id", "guardian_id"))
    users += Person.objects.filter(pk__in=wanted, user__isnull=False).values_list("pk", "user_id")
    accounts = _usable_accounts(now).filter(owner_id__in={user for _, user in users})
    known = dict(accounts.values_list("owner_id", "pk"))
    return {person: known[user] for person, user in users if user in known}


def _usable_accounts(now: datetime) -> QuerySet[PayeeAccount]:
    """Accounts of people on which they can be paid today; one the bank could not pay a share on is not tried again."""
    bad = Allowance.objects.filter(order__in=_payable_again()).values("order__payee_account")
    accounts = PayeeAccount.objects.filter(owner_label=OWNER, replaced_at=None, usable_from__lte=now)
    return accounts.exclude(pk__in=bad)
