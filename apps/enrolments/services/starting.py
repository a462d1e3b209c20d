"""Ask for what a cover costs, start it when what it waits for has come, bring it back after a lapse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from apps.core.periods import Period
from apps.enrolments.models import Application, Contribution, Cover, Lapse
from apps.enrolments.rules.period import first_day, year_end
from apps.enrolments.rules.schedule import Asked, Payer, Schedule, asked, days_of, periods
from apps.enrolments.rules.standing import covered_again
from apps.enrolments.selectors import renewed_years_for, terms_of_cover
from apps.enrolments.services.recording import Changes


def ask_for_contributions(cover: Cover, *, today: date) -> list[Contribution]:
    """What every payer owes for a new cover, by its terms and the schedule and payer chosen with the application."""
    application = cover.application
    wanted = asked(
        cover.price_fen,
        terms_of_cover(cover).paying,
        year=Period(cover.start, cover.end),
        today=today,
        schedule=Schedule(application.schedule),
        chosen=Payer(application.payer),
    )
    return Contribution.objects.bulk_create([_row(cover, item) for item in wanted])


def part_key(application: Application, payer: str) -> str:
    """Names what a payer owes.  Not by the cover's id: given anew after a restore, the bank would know it as paid."""
    return f"{application.key}:{payer}"


def _row(cover: Cover, item: Asked) -> Contribution:
    return Contribution(
        cover=cover,
        payer_label=item.payer.value,
        number=item.number,
        period_start=item.period.start if item.period else None,
        period_end=item.period.end if item.period else None,
        amount_fen=item.fen,
        due_date=item.due,
        grace_until=item.grace_until,
        is_trusted=item.is_trusted,
        key=part_key(cover.application, item.payer.value) + (f":{item.number}" if item.number > 1 else ""),
    )


def is_waited_for(contributions: Sequence[Contribution]) -> bool:
    """Whether the cover has to wait for money before it starts."""
    return any(row.number == 1 and row.is_waited_for for row in contributions)


@transaction.atomic
def activate_cover(*, cover: Cover, paid_date: date, now: datetime) -> Cover:
    """Start a cover for which nothing is waited for: on the day of payment, or the later day chosen."""
    changes = Changes(now)
    start_cover(cover, list(cover.contributions.all()), paid_date=paid_date, changes=changes)
    changes.record()
    return cover


def start_cover(cover: Cover, contributions: Sequence[Contribution], *, paid_date: date, changes: Changes) -> None:
    """Start it in memory; paid later than its first day, the year moves, and the instalments with it."""
    start = first_day(cover.start, paid_date)
    if start != cover.start:
        cover.start, cover.end = start, year_end(start)
        cover.renewed_years = renewed_years_for(cover.person_id, cover.plan_code, start)
        _move(cover, contributions, changes)
    cover.state = Cover.State.ACTIVE
    changes.change(cover)
    changes.note("cover.started", cover, start=cover.start.isoformat())
    key = f"cover:{cover.pk}:started"
    changes.tell(cover, "cover-started", key=key, start_date=cover.start, cover_id=cover.pk)


def _move(cover: Cover, contributions: Sequence[Contribution], changes: Changes) -> None:
    in_parts = [row for row in contributions if row.period_start is not None]
    if not in_parts:
        return
    parts = periods(Schedule(cover.application.schedule), Period(cover.start, cover.end))
    paying = terms_of_cover(cover).paying
    for row in in_parts:
        period = parts[row.number - 1]
        row.period_start, row.period_end = period.start, period.end
        row.due_date, row.grace_until = days_of(row.number, period, row.due_date, paying)
        changes.change(row)


def reinstate(cover: Cover, lapse: Lapse, *, paid_date: date, changes: Changes) -> None:
    """Bring a lapsed cover back in memory: its arrears are paid."""
    waiting = terms_of_cover(cover).paying.waiting_again_days
    lapse.end = covered_again(paid_date, lapse.start, waiting_days=waiting)
    lapse.reinstated_at = changes.now
    cover.state = Cover.State.ACTIVE
    changes.change(cover, lapse)
    changes.note("cover.reinstated", cover, again=lapse.end.isoformat())
    key = f"lapse:{lapse.pk}:reinstated"
    changes.tell(cover, "cover-reinstated", key=key, start_date=lapse.end, cover_id=cover.pk)
