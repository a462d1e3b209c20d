"""An officer takes a held claim, reads its papers, and decides it with a reason the family can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.claims.errors import (
    ClaimAlreadyDecided,
    DiagnosisMissing,
    EarlierCoverOpen,
    ReasonMissing,
    ReductionMissing,
)
from apps.claims.models import Bill, Claim, Decision
from apps.claims.permissions import CLAIM, check_may_review, check_may_take
from apps.claims.rules.deciding import decide
from apps.claims.rules.states import Outcome, State
from apps.claims.selectors import bill_as_asked, claim_in_full, decision_of, terms_of_claim
from apps.claims.services.deciding import (
    CHANGED,
    LABEL,
    Rulings,
    earlier_answers,
    gather,
    go_on,
    lock_years,
    rule,
    tell_family,
)
from apps.core.writing import id_sequence, next_values, run_together, updates
from apps.members.services.grants import close_grants, open_grant
from apps.plans.rules import Accumulators


@transaction.atomic
def take_claim(*, claim_id: int, actor: User, now: datetime) -> Claim:
    """Take a held claim: its papers open to this officer, and to no other any longer, until it is decided.

    Raises ClaimAlreadyDecided, OwnFamilyClaim, NotAllowed.
    """
    claim = _locked(claim_id)
    check_may_take(actor=actor, claim=claim)
    if claim.state != State.REVIEW:
        raise ClaimAlreadyDecided
    if claim.taken_by_id == actor.pk:
        return claim
    close_grants(source=(LABEL, claim.pk), at=now, now=now)
    open_grant(
        person_id=claim.bill.person_id,
        grantee_user_id=actor.pk,
        rule="claim-handler",
        purpose=CLAIM,
        since=now,
        source=(LABEL, claim.pk),
        now=now,
    )
    claim.taken_by = actor
    claim.save(update_fields=["taken_by"])
    record_event(actor_id=actor.pk, action="claim.taken", target=(LABEL, claim.pk), now=now)
    return claim


@transaction.atomic
def review_claim(
    *,
    claim_id: int,
    actor: User,
    outcome: Outcome,
    reason: str,
    now: datetime,
    reductions: Mapping[int, int] | None = None,
    diagnosis: str = "",
) -> Decision:
    """Decide a held claim as the officer says; asked again the same, it answers the first decision.

    ``reductions``: fen taken off a line (from 1).  Raises ClaimAlreadyDecided, NotTaken, EarlierCoverOpen,
    ReasonMissing, ReductionMissing, ReductionTooLarge, DiagnosisMissing, OwnFamilyClaim, NotAllowed.
    """
    claim = _locked(claim_id)
    check_may_review(actor=actor, claim=claim)
    if claim.state != State.REVIEW:
        return _same_again(claim, actor, outcome)
    _check_words(claim, outcome, reason, reductions or {}, diagnosis)
    claims = sorted(claim.bill.claims.all(), key=lambda other: other.rank)
    if any(other.state == State.REVIEW for other in claims if other.rank < claim.rank):
        raise EarlierCoverOpen
    if diagnosis and not claim.bill.diagnosis:
        _name_diagnosis(claim.bill, diagnosis, actor=actor, now=now)
    taken_off = reductions if outcome == Outcome.REDUCE else None
    (decision_id,) = next_values(id_sequence(Decision))
    decision = Decision(pk=decision_id, claim=claim, outcome=outcome, made_by=actor, reason=reason.strip())
    _decide(decision, claims, taken_off, now=now)
    _go_on(claims, outcome=outcome, now=now)
    return decision


def _decide(decision: Decision, claims: Sequence[Claim], taken_off: Mapping[int, int] | None, *, now: datetime) -> None:
    """Decide one claim as the officer says, and write it."""
    claim, rulings = decision.claim, Rulings()
    year = lock_years(other.cover_id for other in claims)[claim.cover_id]
    asked, earlier = bill_as_asked(claim.bill), earlier_answers(claim)
    is_declined = decision.outcome == Outcome.DECLINE
    inputs = gather(claim, asked, earlier, reductions=taken_off, is_declined=is_declined)
    answer = decide(terms_of_claim(claim), inputs, Accumulators.from_json(year.accumulators))
    rule(rulings, decision, year, inputs, answer, now=now)
    run_together(*updates(CHANGED, *rulings.changed))
    rulings.write(now=now)


def _locked(claim_id: int) -> Claim:
    """The claim in full, its bill's claims locked in order, so that two officers never decide one bill at a time."""
    siblings = Claim.objects.filter(bill__claims=claim_id)
    list(Claim.objects.select_for_update().filter(pk__in=siblings.values("pk")).order_by("rank").values_list("pk"))
    claim = claim_in_full(claim_id)
    return next(own for own in claim.bill.claims.all() if own.pk == claim.pk)


def _same_again(claim: Claim, actor: User, outcome: Outcome) -> Decision:
    decision = decision_of(claim)
    if decision is None or decision.made_by_id != actor.pk or decision.outcome != outcome:
        raise ClaimAlreadyDecided
    return decision


def _check_words(claim: Claim, outcome: Outcome, reason: str, reductions: Mapping[int, int], diagnosis: str) -> None:
    if outcome != Outcome.APPROVE and not reason.strip():
        raise ReasonMissing
    if outcome == Outcome.REDUCE and not any(reductions.values()):
        raise ReductionMissing
    if outcome != Outcome.DECLINE and not (claim.bill.diagnosis or diagnosis):
        raise DiagnosisMissing


def _name_diagnosis(bill: Bill, code: str, *, actor: User, now: datetime) -> None:
    bill.diagnosis = code
    bill.save(update_fields=["diagnosis"])
    record_event(actor_id=actor.pk, action="claim.diagnosis_named", target=("claims.bill", bill.pk), now=now)


def _go_on(claims: Sequence[Claim], *, outcome: Outcome, now: datetime) -> None:
    """After a yes the next covers go on by themselves (their own checks still hold them); after a no they wait too."""
    if outcome == Outcome.DECLINE:
        tell_family(claims[0].bill, claims, now=now)
    else:
        go_on(claims, now=now)
