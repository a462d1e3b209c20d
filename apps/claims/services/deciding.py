"""Decide claims: gather the inputs under the lock of the cover's year, ask the engine, record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.claims.models import Bill, Claim, CoverYear, Decision, Payout
from apps.claims.rules.checks import EARLIER_COVER, Hold, holds_of_claim
from apps.claims.rules.choices import thresholds
from apps.claims.rules.deciding import Inputs, decide, inputs_to_json, left_fen
from apps.claims.rules.states import Outcome, State, state_after
from apps.claims.selectors import accumulators_of, earlier_answers, terms_of_claim
from apps.core.clock import business_day
from apps.core.jobs import ring
from apps.enrolments.selectors import insured_of, policy_of
from apps.fund.rules.postings import Posting
from apps.fund.services import book
from apps.members.services.grants import close_grants
from apps.plans.rules import Accumulators, Facility, Line, decision_to_json
from apps.plans.rules import Claim as EngineClaim
from apps.plans.rules import Decision as Answer
from apps.reminders.services import News, remind

LABEL = "claims.claim"


def lock_years(claims: Sequence[Claim]) -> dict[int, CoverYear]:
    """The running totals of the covers, locked in the order of their ids, so that two bills never wait in a ring."""
    covers = sorted({claim.cover_id for claim in claims})
    CoverYear.objects.bulk_create([CoverYear(cover_id=cover) for cover in covers], ignore_conflicts=True)
    years = CoverYear.objects.select_for_update().filter(cover_id__in=covers).order_by("cover_id")
    return {year.cover_id: year for year in years}


@transaction.atomic
def decide_bill(*, bill: Bill, now: datetime) -> None:
    """Decide the bill's open claims, as far as no check holds them."""
    decide_claims(sorted(bill.claims.all(), key=lambda claim: claim.rank), now=now)


def decide_claims(claims: Sequence[Claim], *, now: datetime) -> None:
    """Decide the open ones of a bill's claims in their order, each earlier one counted as a payer, until one is held.

    Inside the caller's transaction.
    """
    bill, years = claims[0].bill, lock_years(claims)
    held: list[Hold] = []
    for claim in claims:
        if claim.state != State.REVIEW:
            continue
        if held:
            _hold(claim, [EARLIER_COVER])
            continue
        inputs = gather(claim)
        before = Accumulators.from_json(years[claim.cover_id].accumulators)
        answer = decide(terms_of_claim(claim), inputs, before)
        held = list(
            holds_of_claim(
                paid_fen=answer.paid_fen,
                service_date=bill.service_date,
                cover_start=claim.cover.start,
                limits=thresholds(),
            )
        )
        if held:
            _hold(claim, held)
        else:
            record(claim, years[claim.cover_id], inputs, answer, outcome=Outcome.APPROVE, now=now)
    tell_family(bill, claims, now=now)


def gather(claim: Claim, *, reductions: Mapping[int, int] | None = None, is_declined: bool = False) -> Inputs:
    """What the engine needs for one claim; what earlier covers paid on the same bill counts as paid before."""
    return Inputs(
        insured=insured_of(claim.cover),
        policy=policy_of(claim.cover),
        claim=_engine_claim(claim.bill),
        earlier_covers=tuple((code, tuple(answer["line_paid_fen"])) for code, answer in earlier_answers(claim)),
        reductions=dict(reductions or {}),
        is_declined=is_declined,
    )


def _engine_claim(bill: Bill) -> EngineClaim:
    lines = sorted(bill.lines.all(), key=lambda line: line.number)
    return EngineClaim(
        id=bill.number,
        kind=bill.kind,
        date=bill.service_date,
        discharged=bill.discharged,
        event=bill.event or None,
        severity=bill.severity or None,
        grade=bill.grade,
        diagnosis=bill.diagnosis or None,
        facility=Facility(bill.level, bill.area),
        lines=tuple(Line(line.category, line.code, line.catalogue, line.billed_fen) for line in lines),
        paid_before={payer.payer: payer.amount_fen for payer in bill.earlier_payers.all()},
    )


def preview(claim: Claim) -> Answer:
    """What the engine would answer for a held claim as things stand, for the officer's eyes; records nothing."""
    return decide(terms_of_claim(claim), gather(claim), accumulators_of(claim.cover_id))


def _hold(claim: Claim, reasons: Sequence[Hold]) -> None:
    claim.hold_reasons = [asdict(reason) for reason in reasons]
    claim.save(update_fields=["hold_reasons"])


def record(
    claim: Claim,
    year: CoverYear,
    inputs: Inputs,
    answer: Answer,
    *,
    outcome: Outcome,
    now: datetime,
    made_by: User | None = None,
    reason: str = "",
) -> Decision:
    """Write the decision down, move the running totals, book the liability, owe the money."""
    before = year.accumulators
    year.accumulators, year.decided_count = answer.accumulators_after.to_json(), year.decided_count + 1
    year.save(update_fields=["accumulators", "decided_count"])
    decision = Decision.objects.create(
        claim=claim,
        cover_id=claim.cover_id,
        sequence=year.decided_count,
        outcome=outcome,
        plan_hash=claim.cover.plan_version.content_hash,
        inputs=inputs_to_json(inputs),
        left_fen=list(left_fen(inputs)),
        accumulators_before=before,
        answer=decision_to_json(answer),
        accumulators_after=year.accumulators,
        paid_fen=answer.paid_fen,
        reason=reason,
        made_at=now,
        made_by=made_by,
    )
    _close(claim, decision, now=now)
    if decision.paid_fen:
        _owe(claim, decision, now=now)
    return decision


def _close(claim: Claim, decision: Decision, *, now: datetime) -> None:
    claim.state, claim.paid_fen = state_after(decision.paid_fen), decision.paid_fen
    claim.decided_at, claim.decided_by = now, decision.made_by
    claim.save(update_fields=["state", "paid_fen", "decided_at", "decided_by"])
    if claim.taken_by_id is not None:
        close_grants(source=(LABEL, claim.pk), at=now, now=now)
    record_event(
        actor_id=decision.made_by_id,
        action="claim.decided",
        target=(LABEL, claim.pk),
        now=now,
        detail={"outcome": decision.outcome, "paid_fen": decision.paid_fen},
    )


def _owe(claim: Claim, decision: Decision, *, now: datetime) -> None:
    book(
        Posting.CLAIM_DECIDED,
        plan=claim.plan_code,
        amount_fen=decision.paid_fen,
        key=f"claim:{claim.pk}:{decision.number}:decided",
        effective_date=business_day(now),
        moves_on=True,
        source=(LABEL, claim.pk),
        now=now,
    )
    Payout.objects.create(
        decision=decision,
        payee_account_id=claim.bill.payee_account_id,
        amount_fen=decision.paid_fen,
        created_at=now,
    )
    ring("claims.open_payments")


def tell_family(bill: Bill, claims: Iterable[Claim], *, now: datetime) -> None:
    """Once all covers have decided, the decision; until then that the bill has arrived."""
    is_open = any(claim.state == State.REVIEW for claim in claims)
    kind = "claim-received" if is_open else "claim-decided"
    parameters = {"number": bill.number, "person": bill.person.name}
    remind(News([bill.filed_by_id], kind, parameters, key=f"{kind}:{bill.pk}"), now=now)
