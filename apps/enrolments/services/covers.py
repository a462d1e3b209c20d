"""What the days make of covers: not paid in time, lapsed, beyond bringing back, run out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, Subquery

from apps.core.clock import business_day
from apps.enrolments.models import Contribution, Cover, CoverQuerySet, Draft, Lapse
from apps.enrolments.rules.standing import Facts, Standing, lapse_day, reinstate_until, standing_on
from apps.enrolments.selectors import terms_of_cover
from apps.enrolments.services.batches import MANY, work_off
from apps.enrolments.services.locking import Locked, lock_covers
from apps.enrolments.services.receiving import LABEL
from apps.enrolments.services.recording import Changes
from apps.enrolments.services.refunding import give_up, undo
from apps.payments.models import Checkout, CheckoutState

UNDER_WAY = Q(state__in=[CheckoutState.OPEN, CheckoutState.PAID])
DRAFT_LIFE = timedelta(days=30)
Step = Callable[[Cover, Locked, Changes], None]


def _waiting(**about: object) -> Exists:
    """Whether a cover has contributions like these that it waits for."""
    return Exists(Contribution.objects.waited_for().filter(cover=OuterRef("pk"), **about))


def _first(day: str, **about: object) -> Subquery:
    """The earliest of these days among what a cover waits for."""
    waited_for = Contribution.objects.waited_for().filter(cover=OuterRef("pk"), **about)
    return Subquery(waited_for.values("cover").annotate(day=Min(day)).values("day"))


def _paid_in_time() -> Exists:
    """Whether a cover with its ``pay_until`` has been paid, or its payment page was opened by then and may succeed.

    A page opened later counts for nothing: opened again and again it would stretch the days for ever.
    """
    by_then = Q(state=CheckoutState.PAID) | Q(state=CheckoutState.OPEN, created_at__date__lte=OuterRef("pay_until"))
    pages = Checkout.objects.filter(by_then, source_label=LABEL, source_id=OuterRef("pk"))
    due = Contribution.objects.due().filter(cover=OuterRef("pk")).alias(pay_until=OuterRef("pay_until"))
    return Exists(due.filter(Exists(pages)))


def is_being_paid(cover: Cover) -> bool:
    """Whether a payment of the family may still succeed; one taken in already leaves nothing due."""
    pages = Checkout.objects.filter(UNDER_WAY, source_label=LABEL, source_id=OuterRef("pk"))
    return Contribution.objects.due().of_family().filter(Exists(pages), cover=cover).exists()


def expire_unpaid(*, now: datetime) -> int:
    """Cancel covers not paid in time, unless a payment begun in time is under way; how many."""
    late = Cover.objects.filter(_waiting(number=1, due_date__lt=business_day(now)), state=Cover.State.UNPAID)
    return _pass(late.alias(pay_until=_first("due_date", number=1)), _expire, now)


def lapse_covers(*, now: datetime) -> int:
    """Suspend covers whose days of grace are over with an instalment missing, but for a payment begun in them."""
    missed = Cover.objects.filter(_waiting(grace_until__lt=business_day(now)), state=Cover.State.ACTIVE)
    return _pass(missed.alias(pay_until=_first("grace_until")), _lapse, now)


def close_lapses(*, now: datetime) -> int:
    """End covers that nobody has brought back in time, on the day on which they lapsed."""
    lapse = Lapse.objects.filter(cover=OuterRef("pk"), end=None)
    gone = Cover.objects.filter(Exists(lapse.filter(reinstate_until__lt=business_day(now))), state=Cover.State.LAPSED)
    return _pass(gone.alias(pay_until=Subquery(lapse.values("reinstate_until")[:1])), _close, now)


def end_covers(*, now: datetime) -> int:
    """Mark the covers that have run out, unless one lapsed before; claims for days inside them can still come."""
    over = Cover.objects.filter(state=Cover.State.ACTIVE, end__lte=business_day(now))
    ready = over.exclude(_waiting(grace_until__lt=OuterRef("end") - timedelta(days=1)))
    return work_off(ready, partial(_end, ready=ready), batch=MANY)


@transaction.atomic
def _end(ids: Sequence[int], *, ready: CoverQuerySet) -> int:
    held = ready.filter(pk__in=ids).select_for_update().order_by("pk").values_list("pk", flat=True)
    return Cover.objects.filter(pk__in=list(held)).update(state=Cover.State.ENDED)


def forgive_rest(*, now: datetime) -> int:
    """What was never paid for covers that have run out is not owed any more once its days of grace are over."""
    rest = Cover.objects.filter(_waiting(grace_until__lt=business_day(now)), state=Cover.State.ENDED)
    return _pass(rest.alias(pay_until=_first("grace_until")), _forgive, now)


def _pass(found: CoverQuerySet, step: Step, now: datetime) -> int:
    """One step for all that were found, each with its ``pay_until``, and not paid in time."""
    ready = found.exclude(_paid_in_time())
    return work_off(ready, partial(_together, ready=ready, step=step, now=now))


@transaction.atomic
def _together(ids: Sequence[int], *, ready: CoverQuerySet, step: Step, now: datetime) -> int:
    """One step for several covers: found, locked, looked at again under the lock, stored."""
    rows = lock_covers(ids)
    still = set(ready.filter(pk__in=ids).values_list("pk", flat=True))
    changes = Changes(now)
    for cover in (cover for pk, cover in rows.covers.items() if pk in still):
        step(cover, rows, changes)
    changes.record()
    return len(still)


def _expire(cover: Cover, rows: Locked, changes: Changes) -> None:
    cover.state = Cover.State.CANCELLED
    changes.change(cover)
    undo(rows.of(cover), cover, changes)
    changes.note("cover.lapsed", cover)
    changes.tell(cover, "cover-cancelled", key=f"cover:{cover.pk}:cancelled")


def _lapse(cover: Cover, rows: Locked, changes: Changes) -> None:
    facts = facts_of(cover, rows.of(cover))
    if facts.grace_until is None or standing_on(facts, business_day(changes.now)) is not Standing.LAPSED:
        return
    paying, first = terms_of_cover(cover).paying, lapse_day(facts.grace_until)
    until = reinstate_until(
        first, cover.end, reinstate_days=paying.reinstate_days, waiting_days=paying.waiting_again_days
    )
    changes.new_lapses.append(Lapse(cover=cover, start=first, reinstate_until=until, lapsed_at=changes.now))
    cover.state = Cover.State.LAPSED
    changes.change(cover)
    changes.note("cover.lapsed", cover, start=first.isoformat())
    key = f"cover:{cover.pk}:lapsed:{first.isoformat()}"
    changes.tell(cover, "cover-lapsed", key=key, lapse_date=first, until_date=until, cover_id=cover.pk)


def facts_of(cover: Cover, contributions: Sequence[Contribution], lapse: Lapse | None = None) -> Facts:
    """A cover as the rules of its standing see it."""
    waited_for = [row for row in contributions if row.is_waited_for]
    return Facts(
        standing=Standing(cover.state),
        end=cover.end,
        pay_by=min((row.due_date for row in waited_for if row.number == 1), default=None),
        grace_until=min((row.grace_until for row in waited_for if row.grace_until), default=None),
        reinstate_until=lapse.reinstate_until if lapse else None,
    )


def _close(cover: Cover, rows: Locked, changes: Changes) -> None:
    end_lapsed(cover, rows.open_lapses[cover.pk], changes, ending=Cover.Ending.LAPSED)
    give_up(rows.of(cover), cover, changes)
    changes.note("cover.ended", cover, end=cover.end.isoformat())
    changes.tell(cover, "cover-over", key=f"cover:{cover.pk}:over", end_date=cover.end, cover_id=cover.pk)


def end_lapsed(cover: Cover, lapse: Lapse, changes: Changes, *, ending: Cover.Ending) -> None:
    """The lapse becomes the end, in memory."""
    lapse.end, cover.end = cover.end, lapse.start
    cover.state, cover.ending = Cover.State.ENDED, ending
    changes.change(cover, lapse)


def _forgive(cover: Cover, rows: Locked, changes: Changes) -> None:
    today: date = business_day(changes.now)
    late = (row for row in rows.of(cover) if row.grace_until is not None and row.grace_until < today)
    give_up(late, cover, changes)


def forget_drafts(*, now: datetime) -> int:
    """Delete answers that were never sent off."""
    return Draft.objects.filter(updated_at__lt=now - DRAFT_LIFE).delete()[0]
