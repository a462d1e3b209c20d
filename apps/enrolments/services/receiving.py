"""Money that arrived: taken in once, over what is due, and what follows for the cover."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from apps.core.errors import NotAllowed
from apps.enrolments.models import Contribution, Cover, Receipt
from apps.enrolments.rules.period import first_day, year_end
from apps.enrolments.rules.schedule import spread
from apps.enrolments.selectors import has_its_points, overlapping, paid_with
from apps.enrolments.services.locking import Locked, lock_covers
from apps.enrolments.services.recording import Changes
from apps.enrolments.services.refunding import give_back_excess
from apps.enrolments.services.starting import reinstate, start_cover
from apps.fund.rules.postings import Posting
from apps.fund.services import draft_of
from apps.payments.models import Checkout, CheckoutState

logger = logging.getLogger(__name__)
LABEL = "enrolments.contribution"
RECEIPT = "enrolments.receipt"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that came for a contribution; ``key`` names the payment, ``amount_fen`` None means all that is due."""

    contribution_id: int
    key: str
    paid_date: date
    amount_fen: int | None = None
    checkout: Checkout | None = None


def settle_contributions(*, now: datetime, limit: int = 200) -> int:
    """Take in every paid checkout of a contribution that is not taken in yet; how many.

    All in one transaction; should that fail, one by one, so that one that cannot be taken in does not hold up others.
    """
    taken = Receipt.objects.filter(checkout=OuterRef("pk"))
    paid = Checkout.objects.filter(~Exists(taken), source_label=LABEL, state=CheckoutState.PAID)
    arrivals = [_arrival(checkout, now) for checkout in paid.order_by("paid_at", "pk")[:limit]]
    try:
        take_in(arrivals, now=now)
    except Exception:
        logger.exception("%d payments could not be taken in together; now one by one", len(arrivals))
        return sum(_take_in_alone(arrival, now) for arrival in arrivals)
    return len(arrivals)


def _arrival(checkout: Checkout, now: datetime) -> Arrival:
    day = checkout.counts_from(now)
    return Arrival(checkout.source_id, f"checkout:{checkout.pk}", day, checkout.amount_fen, checkout)


def _take_in_alone(arrival: Arrival, now: datetime) -> bool:
    try:
        take_in([arrival], now=now)
    except Exception:
        logger.exception("Payment %s could not be taken in; it is tried again", arrival.key)
        return False
    return True


def receive_contribution(
    *,
    contribution_id: int,
    paid_date: date,
    now: datetime,
    amount_fen: int | None = None,
    checkout: Checkout | None = None,
    key: str = "",
) -> Receipt:
    """Book money that arrived for a contribution, all of it unless an amount is given; the same payment once.

    ``key`` names the payment (``statement:17``); without one a contribution is received in full once.
    Money nothing is due for any more waits in suspense.  Raises NotAllowed when there is no such contribution.
    """
    key = key or (f"checkout:{checkout.pk}" if checkout else f"{LABEL}:{contribution_id}")
    take_in([Arrival(contribution_id, key, paid_date, amount_fen, checkout)], now=now)
    return Receipt.objects.filter(key=key).earliest("pk")


@transaction.atomic
def take_in(arrivals: Sequence[Arrival], *, now: datetime) -> list[Receipt]:
    """Book what arrived in the order given and let covers start or come back; answers the new receipts.

    A payment known already changes nothing.  Raises NotAllowed for a contribution that does not exist.
    """
    if not arrivals:
        return []
    ids = [arrival.contribution_id for arrival in arrivals]
    rows = lock_covers(Cover.objects.filter(contributions__in=ids).distinct())
    known = set(Receipt.objects.filter(key__in=[arrival.key for arrival in arrivals]).values_list("key", flat=True))
    changes = Changes(now)
    for arrival in arrivals:
        if arrival.contribution_id not in rows.contributions:
            raise NotAllowed
        if arrival.key not in known:
            known.add(arrival.key)
            _take(arrival, rows, changes)
    changes.record()
    return changes.receipts


def _take(arrival: Arrival, rows: Locked, changes: Changes) -> None:
    asked = rows.contributions[arrival.contribution_id]
    amount = (asked.left_fen or asked.amount_fen) if arrival.amount_fen is None else arrival.amount_fen
    wanted = _wanting(asked, rows, arrival.paid_date, amount)
    parts = spread(amount, [row.left_fen for row in wanted])
    for row, fen in zip(wanted, parts, strict=True):
        if fen:
            _count(arrival, row, fen, changes)
    if amount > sum(parts):
        _set_aside(arrival, asked, amount - sum(parts), changes)
    if any(parts):
        _go_on(asked.cover, rows, arrival.paid_date, changes)


def _wanting(asked: Contribution, rows: Locked, paid_date: date, fen: int) -> list[Contribution]:
    """The contribution it was paid for, then what else the same payer owes by that day, the oldest first."""
    if asked.state != Contribution.State.DUE or not _takes_money(asked.cover, rows, paid_date):
        return []
    if asked.cover.state == Cover.State.CANCELLED and not _revives(asked, rows, fen):
        return []
    return paid_with(asked, rows.of(asked.cover), paid_date)


def _takes_money(cover: Cover, rows: Locked, paid_date: date) -> bool:
    """Whether money still serves it: one that never started can, unless another has taken its days."""
    if cover.state == Cover.State.LAPSED:
        return paid_date <= rows.open_lapses[cover.pk].reinstate_until
    if cover.state in (Cover.State.ACTIVE, Cover.State.ENDED):
        return True
    start = first_day(cover.start, paid_date)
    if cover.state == Cover.State.UNPAID and start == cover.start:
        return True
    return not overlapping(cover.person_id, cover.plan_code, start, year_end(start)).exclude(pk=cover.pk).exists()


def _revives(asked: Contribution, rows: Locked, fen: int) -> bool:
    """Whether money for a cancelled cover is all that it ever waited for, and nothing was given back or used since."""
    others = (row for row in rows.of(asked.cover) if row.pk != asked.pk)
    is_complete = not any(
        row.state in (Contribution.State.REFUNDED, Contribution.State.VOID) or (row.number == 1 and row.is_waited_for)
        for row in others
    )
    return is_complete and asked.is_waited_for and fen >= asked.left_fen and has_its_points(asked.cover)


def _count(arrival: Arrival, row: Contribution, fen: int, changes: Changes) -> None:
    row.received_fen += fen
    if not row.left_fen:
        row.state, row.paid_date = Contribution.State.PAID, arrival.paid_date
    changes.change(row)
    _receipt(arrival, row, fen, Receipt.Use.CONTRIBUTION, changes)


def _set_aside(arrival: Arrival, row: Contribution, fen: int, changes: Changes) -> None:
    changes.note("contribution.excess", row.cover, contribution=row.pk)
    receipt = _receipt(arrival, row, fen, Receipt.Use.EXCESS, changes)
    give_back_excess(receipt, row.cover, changes)


def _receipt(arrival: Arrival, row: Contribution, fen: int, use: Receipt.Use, changes: Changes) -> Receipt:
    receipt = Receipt(
        contribution=row,
        checkout=arrival.checkout,
        key=arrival.key,
        amount_fen=fen,
        received_date=arrival.paid_date,
        use=use,
        booked_at=changes.now,
    )
    changes.receipts.append(receipt)
    is_kept = use == Receipt.Use.CONTRIBUTION
    changes.drafts.append(
        draft_of(
            Posting.CONTRIBUTION_RECEIVED if is_kept else Posting.CONTRIBUTION_IN_EXCESS,
            plan=row.cover.plan_code if is_kept else None,
            amount_fen=fen,
            key=f"receipt:{arrival.key}:{row.pk}:{use.value}",
            effective_date=arrival.paid_date,
            moves_on=True,
            source=(LABEL, row.pk),
        )
    )
    return receipt


def _go_on(cover: Cover, rows: Locked, paid_date: date, changes: Changes) -> None:
    """Start the cover or bring it back, when everything it waits for has come."""
    waited_for = [row for row in rows.of(cover) if row.is_waited_for]
    if cover.state in (Cover.State.UNPAID, Cover.State.CANCELLED):
        if all(row.number > 1 for row in waited_for):
            start_cover(cover, rows.of(cover), paid_date=paid_date, changes=changes)
    elif cover.state == Cover.State.LAPSED and all(row.due_date > paid_date for row in waited_for):
        reinstate(cover, rows.open_lapses[cover.pk], paid_date=paid_date, changes=changes)
