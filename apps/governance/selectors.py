"""Reads of the council: seats, money that can still be used, resolutions with all that a page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet, Sum

from apps.accounts.models import User
from apps.actuary.models import PeriodClose, WhatIf
from apps.actuary.selectors import locked_quarters, what_ifs
from apps.directory.models import Organisation
from apps.fund.models import Entry
from apps.fund.rules.postings import Posting
from apps.governance.models import Line, LineResult, Outcome, Recusal, Resolution, RollSeat, Seat, State, Vote
from apps.payments.models import Order, PayeeAccount
from apps.payments.rules.states import State as PaymentState
from apps.payments.selectors import declined_by_two, orders_of

PAYEE = "directory.organisation"
LINE = "governance.line"
HOLDS_MONEY = [State.OPEN, State.RATIFYING]
UNPAID = (PaymentState.FAILED, PaymentState.RETURNED)


def seats_on(day: date) -> QuerySet[Seat]:
    """The council of a day, by constituency."""
    seats = Seat.objects.filter(since__lte=day, until__gt=day)
    return seats.select_related("user").order_by("constituency", "since", "pk")


def seat_of(user: User, day: date) -> Seat | None:
    return seats_on(day).filter(user=user).first()


def committed_fen(close: PeriodClose) -> int:
    """What of a surplus is granted already, or asked for in a ballot that is not decided yet.

    A close that was opened again hands on what was granted on its earlier figure.
    """
    versions = PeriodClose.objects.filter(start=close.start, span=close.span)
    holding = Q(pk__in=granted_lines().values("pk")) | Q(resolution__state__in=HOLDS_MONEY)
    lines = Line.objects.filter(holding, resolution__period_close__in=versions)
    return int(lines.aggregate(fen=Sum("amount_fen", default=0))["fen"])


def lapses() -> QuerySet[Entry]:
    """What gave a line's grant back to the surplus and was not taken back, as the ledger has it."""
    return Entry.objects.filter(kind=Posting.APPROPRIATION_LAPSED.value, source_label=LINE, reversed_by=None)


def granted_lines() -> QuerySet[Line]:
    """Lines that passed and whose money is theirs still."""
    passed = Line.objects.filter(result__outcome=Outcome.PASSED, resolution__state=State.PASSED)
    return passed.exclude(pk__in=lapses().values("source_id"))


@dataclass(frozen=True, slots=True)
class UnpaidGrant:
    """A granted line whose payment failed or came back: the order, when, and whether two people declined it.

    ``is_kept``: it has lapsed for this once already, and two people took the lapse back so that it is paid.
    """

    order_id: int
    ended_at: datetime
    is_declined: bool
    is_kept: bool

    @property
    def is_payable_again(self) -> bool:
        return self.is_kept or not self.is_declined


def lapse_key(line_key: str, order_id: int) -> str:
    """Of the entry by which a line lapses because of an order."""
    return f"lapsed:{line_key}:{order_id}"


def unpaid_grants(line_ids: Iterable[int] | None = None) -> dict[int, UnpaidGrant]:
    """By line; of all lines, or of those named."""
    lines = granted_lines() if line_ids is None else granted_lines().filter(pk__in=list(line_ids))
    keys = dict(lines.values_list("pk", "key"))
    newest = {line_id: orders[0] for line_id, orders in orders_of(LINE, keys).items()}
    ended = {line_id: order for line_id, order in newest.items() if order.state in UNPAID}
    lapse_keys = {line_id: lapse_key(keys[line_id], order.pk) for line_id, order in ended.items()}
    kept = set(Entry.objects.filter(key__in=lapse_keys.values()).values_list("key", flat=True))
    stopped = Order.objects.filter(declined_by_two("pk"), pk__in=[order.pk for order in ended.values()])
    declined = set(stopped.values_list("pk", flat=True))
    return {
        line_id: UnpaidGrant(order.pk, order.state_at, order.pk in declined, lapse_keys[line_id] in kept)
        for line_id, order in ended.items()
    }


@dataclass(frozen=True, slots=True)
class Fates:
    """Which of some lines' grants lapsed, and which can be paid again."""

    lapsed: frozenset[int]
    payable_again: frozenset[int]


def fates_of(lines: Iterable[Line]) -> Fates:
    ids = [line.pk for line in lines]
    lapsed = lapses().filter(source_id__in=ids).values_list("source_id", flat=True)
    again = (line_id for line_id, unpaid in unpaid_grants(ids).items() if unpaid.is_payable_again)
    return Fates(frozenset(lapsed), frozenset(again))


def available_fen(close: PeriodClose) -> int:
    """What of a locked surplus can still be proposed for."""
    return close.surplus_fen - committed_fen(close)


def usable_surpluses() -> list[tuple[PeriodClose, int]]:
    """Closed quarters, newest first, with what is left of their surplus."""
    return [(close, available_fen(close)) for close in locked_quarters() if close.surplus_fen]


def citable_what_ifs() -> QuerySet[WhatIf]:
    """Answered questions about other terms, newest first."""
    return what_ifs().filter(state=WhatIf.State.DONE)


def resolutions(*, with_drafts: bool) -> QuerySet[Resolution]:
    """Newest first with ``asked_fen`` and ``granted_fen``; drafts are the council's own."""
    granted = Q(lines__in=granted_lines())
    rows = Resolution.objects.select_related("period_close").annotate(
        asked_fen=Sum("lines__amount_fen"), granted_fen=Sum("lines__amount_fen", filter=granted, default=0)
    )
    shown = rows if with_drafts else rows.exclude(opened_at=None)
    return shown.order_by("-proposed_at", "-pk")


def decisions() -> QuerySet[Resolution]:
    """What anyone may read without signing in: open and decided, with lines, payees and results."""
    return resolutions(with_drafts=False).prefetch_related("lines__payee", "lines__result")


def resolution_page(pk: int, *, with_drafts: bool) -> Resolution | None:
    """One resolution with everything its page shows."""
    lines = Line.objects.order_by("position").select_related("payee", "payee_account", "owner__user", "result")
    recusals = Recusal.objects.select_related("seat__user", "via").order_by("seat__constituency", "seat_id")
    votes = Vote.objects.select_related("seat__user").order_by("at", "pk")
    rows = resolutions(with_drafts=with_drafts).select_related(
        "what_if", "period_close", "proposed_by__user", "opened_by__user", "closed_by__user", "first_call"
    )
    return (
        rows.prefetch_related(
            Prefetch(
                "lines",
                lines.prefetch_related(Prefetch("recusals", recusals), Prefetch("votes", votes)),
            ),
            Prefetch("roll", RollSeat.objects.select_related("seat").order_by("constituency", "seat_id")),
            "events__seat__user",
        )
        .filter(pk=pk)
        .first()
    )


def payee_accounts(organisation_ids: Iterable[int]) -> dict[int, PayeeAccount]:
    """The account in use of each organisation that has one."""
    rows = PayeeAccount.objects.filter(owner_label=PAYEE, owner_id__in=list(organisation_ids), replaced_at=None)
    return {row.owner_id: row for row in rows}


def results_of(resolution: Resolution) -> dict[int, LineResult]:
    return {result.line_id: result for result in LineResult.objects.filter(line__resolution=resolution)}


def payees_with_account() -> QuerySet[Organisation]:
    """Organisations that can be paid."""
    known = PayeeAccount.objects.filter(owner_label=PAYEE, replaced_at=None).values("owner_id")
    return Organisation.objects.filter(pk__in=known).order_by("kind", "code")


def voted_by(seat: Seat | None) -> set[int]:
    """Resolutions on which the seat has voted."""
    return set(Vote.objects.filter(seat=seat).values_list("line__resolution_id", flat=True)) if seat else set()
