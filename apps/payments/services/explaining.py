"""Explain a line of the statement that was kept apart: turn its entry round, and book what it really was."""

from __future__ import annotations

from datetime import datetime

from apps.core.clock import business_day
from apps.fund.selectors import is_frozen
from apps.fund.services import Draft, post_entries
from apps.payments.errors import DoesNotFit, MovedOn
from apps.payments.models import Checkout, LineState, Order, Proposal, StatementLine
from apps.payments.rules.matching import LineKind
from apps.payments.rules.resolving import (
    BOOKABLE,
    NO_COUNTERPART,
    Apart,
    why_not_book,
    why_not_checkout,
    why_not_note,
    why_not_order,
    why_not_pair,
)
from apps.payments.rules.states import State
from apps.payments.services.checkouts import arrive, record_arrivals
from apps.payments.services.orders import record_ends, settle, take_back
from apps.payments.services.rests import ask_for_rest
from apps.payments.services.statement import LABEL, turn_round

Kind = Proposal.Kind


def check_explanation(proposal: Proposal) -> None:
    """Whether a proposal fits, all it is about being locked.  Raises MovedOn, DoesNotFit."""
    line = proposal.line
    if line is None or line.state != LineState.QUARANTINE:
        raise MovedOn
    reason = _why_not(proposal, Apart(LineKind(line.kind), line.amount_fen))
    if reason:
        raise DoesNotFit(reason)


def _why_not(proposal: Proposal, line: Apart) -> str:
    order, checkout, other = proposal.order, proposal.checkout, proposal.other_line
    if proposal.kind == Kind.MATCH_ORDER and order is not None:
        state = State(order.state)
        return why_not_order(line, amount_fen=order.amount_fen, state=state, is_restored=is_frozen())
    if proposal.kind == Kind.MATCH_CHECKOUT and checkout is not None:
        return why_not_checkout(line, amount_fen=checkout.amount_fen, has_arrived=checkout.bank_date is not None)
    if proposal.kind == Kind.PAIR and other is not None:
        is_apart = other.state == LineState.QUARANTINE
        return why_not_pair(line, Apart(LineKind(other.kind), other.amount_fen)) if is_apart else NO_COUNTERPART
    if proposal.kind == Kind.BOOK and proposal.account in _accounts(proposal):
        return why_not_book(line)
    if proposal.kind == Kind.NOTE:
        return why_not_note(line)
    raise MovedOn


def _accounts(proposal: Proposal) -> tuple[str, ...]:
    """The general accounts, and what was owed to whom the bank has paid after it had refused."""
    named = proposal.line.order if proposal.line else None
    return (*BOOKABLE, named.owed_account) if named and named.state == State.FAILED else BOOKABLE


def explain(proposal: Proposal, *, now: datetime) -> None:
    """Do what was confirmed, in the caller's transaction, with its entries."""
    line = proposal.line
    if line is None:
        raise MovedOn
    if proposal.kind == Kind.MATCH_ORDER and proposal.order is not None:
        turn_round(line, memo=proposal.reason, now=now)
        (_settle if line.kind == LineKind.PAID else _come_back)(line, proposal.order, now)
    elif proposal.kind == Kind.MATCH_CHECKOUT and proposal.checkout is not None:
        turn_round(line, memo=proposal.reason, now=now)
        _arrive(line, proposal.checkout, now)
    elif proposal.kind == Kind.BOOK:
        turn_round(line, memo=proposal.reason, now=now)
        _book(line, proposal, now)
    elif proposal.kind == Kind.PAIR and proposal.other_line is not None:
        _close(proposal.other_line, LineState.EXPLAINED)
    done = Kind(proposal.kind) in (Kind.MATCH_ORDER, Kind.MATCH_CHECKOUT)
    _close(line, LineState.MATCHED if done else LineState.EXPLAINED)


def _close(line: StatementLine, state: LineState) -> None:
    line.state = state
    line.save(update_fields=["state", "order", "checkout"])


def _settle(line: StatementLine, order: Order, now: datetime) -> None:
    """The order is paid; what the bank paid too little is owed again, and asked for with an order of its own."""
    line.order, line.checkout = order, None
    record_ends([(order, settle(order, bank_date=line.bank_date, reference=line.reference, now=now))], now=now)
    short = order.amount_fen - line.amount_fen
    if short:
        ask_for_rest(order, short_fen=short, now=now)


def _come_back(line: StatementLine, order: Order, now: datetime) -> None:
    """What the order paid came back, though the bank's line did not say so: owed again, as after any return."""
    line.order, line.checkout = order, None
    record_ends([(order, take_back(order, bank_date=line.bank_date, now=now))], now=now)


def _arrive(line: StatementLine, checkout: Checkout, now: datetime) -> None:
    line.order, line.checkout = None, checkout
    record_arrivals([(checkout, arrive(checkout, bank_date=line.bank_date, now=now))], now=now)


def _book(line: StatementLine, proposal: Proposal, now: datetime) -> None:
    moved = Apart(LineKind(line.kind), line.amount_fen).moved_fen
    draft = Draft(
        key=f"statement:{line.number}:booked",
        kind="statement-line-booked",
        lines=(("bank", moved), (proposal.account, -moved)),
        effective_date=business_day(now),
        source=(LABEL, line.pk),
        memo=proposal.reason,
    )
    post_entries(draft, now=now)
