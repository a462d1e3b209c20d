"""Propose what is to be done with an order, a line of the statement or the limits; a second person confirms it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.jobs import ring
from apps.payments.errors import AlreadyProposed, LimitsContradict, MovedOn
from apps.payments.models import Checkout, Limits, Order, Proposal, StatementLine
from apps.payments.permissions import check_may_confirm, check_may_propose
from apps.payments.rules.holding import LimitsInForce, why_not_limits
from apps.payments.rules.states import State
from apps.payments.services.claiming import compare_again
from apps.payments.services.explaining import check_explanation, explain
from apps.payments.services.releasing import check_release, end_unpaid, let_go, take_current_account

LABEL = "payments.proposal"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7304, 1)"  # for limits, which have no row to lock
Kind, Outcome = Proposal.Kind, Proposal.Outcome


@transaction.atomic
def propose_for_order(
    *, kind: str, order_id: int, actor: User, key: UUID, reason: str, now: datetime, account_id: int | None = None
) -> Proposal:
    """Propose to release, decline or give up an order; ``account_id`` is the payee's account that was looked at.

    Raises NotAllowed, CausedByYou, AlreadyProposed, MovedOn, AccountChanged.
    """
    order = _locked_order(order_id)
    check_may_propose(actor=actor, order=order)
    known = Proposal.objects.filter(key=key).first()
    if known is not None:
        return known
    if kind == Kind.RELEASE:
        take_current_account(order, seen_id=account_id)
    _check_order(Kind(kind), order)
    return _propose(Proposal(key=key, kind=kind, order=order, reason=reason), actor, now)


@transaction.atomic
def propose_for_line(
    *,
    kind: str,
    line_id: int,
    actor: User,
    key: UUID,
    reason: str,
    now: datetime,
    order_id: int | None = None,
    checkout_id: int | None = None,
    other_line_id: int | None = None,
    account: str = "",
) -> Proposal:
    """Propose what explains a line kept apart; a mere note needs no second person.

    Raises NotAllowed, CausedByYou, AlreadyProposed, MovedOn, DoesNotFit.
    """
    lines = _locked_lines(line_id, other_line_id)
    order = _locked_order(order_id) if order_id else None
    checkout = _locked_checkout(checkout_id) if checkout_id else None
    check_may_propose(actor=actor, order=order)
    known = Proposal.objects.filter(key=key).first()
    if known is not None:
        return known
    wanted = Proposal(
        key=key,
        kind=kind,
        line=lines[line_id],
        order=order,
        checkout=checkout,
        other_line=lines[other_line_id] if other_line_id else None,
        account=account,
        reason=reason,
    )
    check_explanation(wanted)
    made = _propose(wanted, actor, now)
    if kind == Kind.NOTE:
        _decide(made, actor, Outcome.ACCEPTED, now)
        explain(made, now=now)
    return made


@transaction.atomic
def propose_limits(*, limits: LimitsInForce, actor: User, key: UUID, reason: str, now: datetime) -> Proposal:
    """Propose other limits; they are in force once a second person confirms them.

    Raises NotAllowed, LimitsContradict, AlreadyProposed.
    """
    check_may_propose(actor=actor, order=None)
    _check_limits(limits)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    known = Proposal.objects.filter(key=key).first()
    if known is not None:
        return known
    made = _propose(Proposal(key=key, kind=Kind.LIMITS, reason=reason), actor, now, **asdict(limits))
    Limits.objects.create(proposal=made, set_at=now, **asdict(limits))
    return made


def _check_limits(limits: LimitsInForce) -> None:
    wrong = why_not_limits(limits)
    if wrong is not None:
        raise LimitsContradict(*wrong)


def _propose(wanted: Proposal, actor: User, now: datetime, **detail: int) -> Proposal:
    wanted.proposed_by, wanted.proposed_at = actor, now
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        raise AlreadyProposed from None
    _note("payments.proposed", wanted, actor, now, **detail)
    return wanted


@transaction.atomic
def confirm(*, proposal_id: int, actor: User, now: datetime) -> Proposal:
    """The second person agrees: it is done in the same transaction.

    Raises NotAllowed, AlreadyDecided, SecondPersonNeeded, CausedByYou, MovedOn, AccountChanged, DoesNotFit,
    LimitsContradict.
    """
    proposal = _locked(proposal_id)
    check_may_confirm(actor=actor, proposal=proposal)
    if proposal.line is not None:
        check_explanation(proposal)
        _decide(proposal, actor, Outcome.ACCEPTED, now)
        explain(proposal, now=now)
        return proposal
    if proposal.kind == Kind.LIMITS:
        _check_limits(proposal.limits.values)
        _decide(proposal, actor, Outcome.ACCEPTED, now)
        compare_again()
        ring("payments.send_due")
        return proposal
    order = proposal.order
    if order is None:
        raise MovedOn
    _check_order(Kind(proposal.kind), order)
    _decide(proposal, actor, Outcome.ACCEPTED, now)
    if proposal.kind == Kind.RELEASE:
        let_go(order, proposal, now=now)
    else:
        end_unpaid(order, reason=proposal.reason, now=now)
    return proposal


@transaction.atomic
def refuse(*, proposal_id: int, actor: User, now: datetime) -> Proposal:
    """The second person does not agree: nothing is done, another proposal can be made."""
    proposal = _locked(proposal_id)
    check_may_confirm(actor=actor, proposal=proposal)
    _decide(proposal, actor, Outcome.REFUSED, now)
    return proposal


@transaction.atomic
def take_back(*, proposal_id: int, actor: User, now: datetime) -> Proposal:
    """Whoever proposed it takes it back.  Raises MovedOn when it is decided or another's."""
    proposal = _locked(proposal_id)
    if proposal.proposed_by_id != actor.pk or not proposal.is_open:
        raise MovedOn
    proposal.outcome = Outcome.VOID
    proposal.save(update_fields=["outcome"])
    _note("payments.proposal-taken-back", proposal, actor, now)
    return proposal


def _decide(proposal: Proposal, actor: User, outcome: str, now: datetime) -> None:
    proposal.decided_by, proposal.decided_at, proposal.outcome = actor, now, outcome
    proposal.save(update_fields=["decided_by", "decided_at", "outcome"])
    _note(f"payments.proposal-{outcome}", proposal, actor, now)


def _note(action: str, proposal: Proposal, actor: User, now: datetime, **detail: int) -> None:
    about = {"kind": proposal.kind, "order": proposal.order_id, "line": proposal.line_id, **detail}
    record_event(actor_id=actor.pk, action=action, target=(LABEL, proposal.pk), now=now, detail=about)


def _locked_order(order_id: int) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("payee_account").get(pk=order_id)


def _locked_checkout(checkout_id: int) -> Checkout:
    return Checkout.objects.select_for_update().get(pk=checkout_id)


def _locked_lines(*line_ids: int | None) -> dict[int, StatementLine]:
    """Lines by id, locked in the order of ids: two proposals about one line wait for each other."""
    rows = StatementLine.objects.select_for_update().order_by("id")
    return {line.pk: line for line in rows.filter(pk__in=[line_id for line_id in line_ids if line_id])}


def _locked(proposal_id: int) -> Proposal:
    """The proposal and all it is about, locked: lines, order, checkout, then the proposal, as when it was made."""
    proposal = Proposal.objects.get(pk=proposal_id)
    lines = _locked_lines(proposal.line_id, proposal.other_line_id)
    order = _locked_order(proposal.order_id) if proposal.order_id else None
    checkout = _locked_checkout(proposal.checkout_id) if proposal.checkout_id else None
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    proposal.line = lines[proposal.line_id] if proposal.line_id else None
    proposal.other_line = lines[proposal.other_line_id] if proposal.other_line_id else None
    proposal.order, proposal.checkout = order, checkout
    return proposal


def _check_order(kind: Proposal.Kind, order: Order) -> None:
    if kind == Kind.RELEASE:
        check_release(order)
    elif kind == Kind.DECLINE:
        if order.state != State.HELD or order.rest_of_id is not None:  # what was paid in part is owed whole
            raise MovedOn
    elif kind == Kind.NOT_PAID and not order.may_be_given_up:
        raise MovedOn
