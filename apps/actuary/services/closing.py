"""Close a month or a quarter: begun once, then step by step, each step a transaction that may be tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.actuary.gathering import gather
from apps.actuary.models import PeriodClose
from apps.actuary.parameters import terms_on
from apps.actuary.posting import Booker, book_cost, book_earned, book_open_fund, book_reserves, book_surplus
from apps.actuary.rules.calendar import Span, check_may_close
from apps.actuary.rules.result import Result, result_data, result_from
from apps.actuary.rules.snapshot import canonical, fingerprint
from apps.actuary.rules.steps import Step, next_step
from apps.actuary.selectors import BEGINNING, booked_before, due_periods, parts_of
from apps.actuary.services.allowances import share_out
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.jobs import alone, ring
from apps.core.periods import Period
from apps.fund.selectors import movements
from apps.fund.services import close_books

BOOKING: dict[Step, Callable[[Booker, Result], None]] = {
    Step.EARN: book_earned,
    Step.COST: book_cost,
    Step.OPEN_FUND: book_open_fund,
    Step.RESERVES: book_reserves,
    Step.SURPLUS: book_surplus,
    Step.ALLOWANCES: share_out,
}


@transaction.atomic
def start_close(*, actor: User, start: date, key: UUID, now: datetime, span: Span = Span.QUARTER) -> PeriodClose:
    """Begin to close the period, or answer the close already begun: two clicks make one close.

    After a re-opening it is closed anew, as the next version.
    Raises NothingToClose, NotThisPeriod, PeriodNotEnded, EarlierPeriodOpen, AlreadyClosed.
    """
    begun = PeriodClose.objects.filter(key=key).first()
    if begun:
        return begun
    period = check_may_close(start, span, due=due_periods(), today=business_day(now))
    close, is_new = PeriodClose.objects.get_or_create(
        start=period.start,
        span=span.value,
        version=1 + PeriodClose.objects.filter(start=start, span=span, reopenings__state="agreed").count(),
        defaults={
            "end": period.end,
            "terms_version": terms_on(Period.quarter_of(start).start).version,
            "started_by": actor,
            "started_at": now,
            "key": key,
        },
    )
    if is_new:
        record_event(actor_id=actor.pk, action="close-started", target=_target(close), now=now)
    ring("actuary.continue_closes")
    return close


@transaction.atomic
def continue_close(*, close_id: int, now: datetime) -> PeriodClose:
    """Do the next step, all of it or nothing; a close that is done stays as it is."""
    close = PeriodClose.objects.select_for_update().get(pk=close_id)
    step = next_step(close.step)
    if step is None:
        return close
    if step is Step.GATHER:
        close.figures = result_data(gather(close, booked_before(close), terms_on(close.counted.start)))
    elif step is Step.LOCK:
        _lock(close, now)
    else:
        booker = Booker(close, booked_before(close), now)
        BOOKING[step](booker, result_from(close.figures))
        booker.post()
    close.step = step
    close.save()
    return close


def finish_close(*, close_id: int, now: datetime) -> PeriodClose:
    """Do all steps that are left, each in its own transaction."""
    close = continue_close(close_id=close_id, now=now)
    while not close.is_closed:
        close = continue_close(close_id=close_id, now=now)
    return close


def continue_closes(*, now: datetime) -> int:
    """Take up every close that runs, as after a kill; answers how many were finished, none where another is at it."""
    running = PeriodClose.objects.filter(state=PeriodClose.State.RUNNING).values_list("pk", flat=True)
    with alone("actuary.continue_closes") as is_mine:
        return len([finish_close(close_id=pk, now=now) for pk in running]) if is_mine else 0


def _lock(close: PeriodClose, now: datetime) -> None:
    """Nothing can be booked into the period any more; its figures get their fingerprint."""
    close_books(through=close.period.last_day, now=now)
    close.snapshot = canonical(_snapshot(close))
    close.snapshot_hash = fingerprint(close.snapshot)
    close.surplus_fen = result_from(close.figures).surplus
    close.state, close.locked_at = PeriodClose.State.CLOSED, now
    detail = {"surplus_fen": close.surplus_fen, "snapshot": close.snapshot_hash, "version": close.version}
    record_event(actor_id=None, action="close-locked", target=_target(close), now=now, detail=detail)


def _snapshot(close: PeriodClose) -> dict[str, object]:
    """All that was locked: period, parameters with their sources, figures, balances of every account at its end."""
    terms = terms_on(close.counted.start)
    return {
        "period": [close.span, close.start.isoformat(), close.end.isoformat(), close.version],
        "counted_from": close.counted.start.isoformat(),
        "terms": {"version": terms.version, "parameters": [asdict(parameter) for parameter in terms.parameters]},
        "figures": close.figures,
        "balances": movements("", BEGINNING, close.end),
        "allowances": [
            [plan, person, days, fen]
            for plan, person, days, fen in close.allowances.order_by("plan_code", "person_id").values_list(
                "plan_code", "person_id", "days", "amount_fen"
            )
        ],
        "parts": [part.snapshot_hash for part in parts_of(close) if part.pk != close.pk],
    }


def _target(close: PeriodClose) -> tuple[str, int]:
    return ("actuary.periodclose", close.pk)
