"""Decide claims: gather the inputs under the lock of the cover's year, ask the engine, write all of it together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from apps.audit.services import new_event
from apps.claims.models import Bill, Claim, CoverYear, Decision, Payout
from apps.claims.rules.checks import EARLIER_COVER, Hold, holds_of_claim
from apps.claims.rules.choices import thresholds
from apps.claims.rules.deciding import Inputs, decide, inputs_to_json, left_fen
from apps.claims.rules.states import Outcome, State, state_after
from apps.claims.selectors import OnLines, accumulators_of, answers_so_far, bill_as_asked, terms_of_claim
from apps.core.clock import business_day
from apps.core.jobs import ring
from apps.core.writing import id_sequence, inserts, next_values, run_together, updates
from apps.enrolments.selectors import insured_of, policy_of
from apps.fund.rules.postings import Posting
from apps.fund.services import Draft, draft_of, posting, refusals
from apps.members.services.grants import close_grants
from apps.plans.rules import Accumulators, decision_to_json
from apps.plans.rules import Claim as EngineClaim
from apps.plans.rules import Decision as Answer
from apps.reminders.services import News, remind

LABEL = "claims.claim"
LOCK = "SELECT * FROM claims_coveryear WHERE cover_id = ANY(%s) ORDER BY cover_id FOR UPDATE"
MOVE = "UPDATE claims_coveryear SET accumulators = %s, decided_count = %s WHERE id = %s"
CHANGED = ("state", "paid_fen", "decided_at", "decided_by", "hold_reasons")


@dataclass(slots=True)
class Rulings:
    """What deciding a bill's claims leaves to write: rows in the order in which they name each other, and entries."""

    rows: list[Model] = field(default_factory=list)
    entries: list[Draft] = field(default_factory=list)
    changed: list[Claim] = field(default_factory=list)
    years: list[CoverYear] = field(default_factory=list)

    def hold(self, claim: Claim, reasons: Sequence[Hold]) -> None:
        claim.hold_reasons = [asdict(reason) for reason in reasons]
        self.changed.append(claim)

    def write(self, *, now: datetime, before: Sequence[Model] = ()) -> None:
        """Insert the rows after those that come ``before`` them, move the running totals, book the entries, at once."""
        statements = inserts(*before, *self.rows)
        statements += [(MOVE, (json.dumps(year.accumulators), year.decided_count, year.pk)) for year in self.years]
        if self.entries:
            statements.append(posting(*self.entries, now=now))
            ring("claims.open_payments")
        with refusals(*self.entries):
            run_together(*statements)


def lock_years(cover_ids: Iterable[int]) -> dict[int, CoverYear]:
    """The running totals of covers, locked in the order of their ids, so that two bills never wait in a ring."""
    wanted = sorted(set(cover_ids))
    years = {year.cover_id: year for year in CoverYear.objects.raw(LOCK, [wanted])}
    if len(years) == len(wanted):
        return years
    CoverYear.objects.bulk_create([CoverYear(cover_id=cover) for cover in wanted], ignore_conflicts=True)
    return {year.cover_id: year for year in CoverYear.objects.raw(LOCK, [wanted])}


@transaction.atomic
def decide_bill(*, bill: Bill, now: datetime) -> None:
    """Decide the bill's open claims, as far as no check holds them."""
    go_on(sorted(bill.claims.all(), key=lambda claim: claim.rank), now=now)


def go_on(claims: Sequence[Claim], *, now: datetime) -> None:
    """Decide those of a bill's stored claims that are still open.  Inside the caller's transaction."""
    bill = claims[0].bill
    years = lock_years(claim.cover_id for claim in claims)
    ids = next_values(*[id_sequence(Decision)] * len(claims))
    rulings = decide_claims(claims, years, asked=bill_as_asked(bill), known=answers_so_far(bill), ids=ids, now=now)
    run_together(*updates(CHANGED, *rulings.changed))
    rulings.write(now=now)
    tell_family(bill, claims, now=now)


def decide_claims(
    claims: Sequence[Claim],
    years: Mapping[int, CoverYear],
    *,
    asked: EngineClaim,
    known: Mapping[int, OnLines],
    ids: Sequence[int],
    now: datetime,
) -> Rulings:
    """Decide the open ones of a bill's claims in their order, each earlier one counted as a payer, until one is held.

    Reads and writes nothing: ``years`` are locked, ``known`` holds what decided claims paid on each line, ``ids``
    number the decisions.
    """
    rulings, earlier, held = Rulings(), list[OnLines](), list[Hold]()
    for claim, decision_id in zip(claims, ids, strict=True):
        if claim.state != State.REVIEW:
            earlier += [known[claim.pk]] if claim.pk in known else []
            continue
        if held:
            rulings.hold(claim, [EARLIER_COVER])
            continue
        year, inputs = years[claim.cover_id], gather(claim, asked, earlier)
        answer = decide(terms_of_claim(claim), inputs, Accumulators.from_json(year.accumulators))
        held += _holds(claim, answer)
        if held:
            rulings.hold(claim, held)
        else:
            decision = Decision(pk=decision_id, claim=claim, outcome=Outcome.APPROVE)
            rule(rulings, decision, year, inputs, answer, now=now)
            earlier.append((claim.plan_code, answer.line_paid_fen))
    return rulings


def _holds(claim: Claim, answer: Answer) -> Iterable[Hold]:
    return holds_of_claim(
        paid_fen=answer.paid_fen,
        service_date=claim.bill.service_date,
        cover_start=claim.cover.start,
        limits=thresholds(),
    )


def gather(
    claim: Claim,
    asked: EngineClaim,
    earlier: Sequence[OnLines],
    *,
    reductions: Mapping[int, int] | None = None,
    is_declined: bool = False,
) -> Inputs:
    """What the engine needs for one claim; what earlier covers paid on the same bill counts as paid before."""
    return Inputs(
        insured=insured_of(claim.cover),
        policy=policy_of(claim.cover),
        claim=asked,
        earlier_covers=tuple(earlier),
        reductions=dict(reductions or {}),
        is_declined=is_declined,
    )


def preview(claim: Claim) -> Answer:
    """What the engine would answer for a held claim as things stand, for the officer's eyes; records nothing."""
    inputs = gather(claim, bill_as_asked(claim.bill), earlier_answers(claim))
    return decide(terms_of_claim(claim), inputs, accumulators_of(claim.cover_id))


def earlier_answers(claim: Claim) -> list[OnLines]:
    """What the covers before this one decided on the same bill, in their order."""
    if claim.rank == 1:
        return []
    known = answers_so_far(claim.bill)
    before = sorted((other.rank, other.pk) for other in claim.bill.claims.all() if other.rank < claim.rank)
    return [known[pk] for _rank, pk in before if pk in known]


def rule(
    rulings: Rulings, decision: Decision, year: CoverYear, inputs: Inputs, answer: Answer, *, now: datetime
) -> None:
    """Complete a decision, move the running totals, close its claim, owe the money; ``rulings`` holds what to write."""
    claim = decision.claim
    decision.accumulators_before = year.accumulators
    year.accumulators, year.decided_count = answer.accumulators_after.to_json(), year.decided_count + 1
    decision.cover_id, decision.sequence = claim.cover_id, year.decided_count
    decision.plan_hash = claim.cover.plan_version.content_hash
    decision.inputs, decision.left_fen = inputs_to_json(inputs), list(left_fen(inputs))
    decision.answer, decision.accumulators_after = decision_to_json(answer), year.accumulators
    decision.paid_fen, decision.made_at = answer.paid_fen, now
    claim.state, claim.paid_fen = state_after(decision.paid_fen), decision.paid_fen
    claim.decided_at, claim.decided_by_id = now, decision.made_by_id
    if claim.taken_by_id is not None:
        close_grants(source=(LABEL, claim.pk), at=now, now=now)
    detail = {"outcome": decision.outcome, "paid_fen": decision.paid_fen}
    event = new_event(
        actor_id=decision.made_by_id, action="claim.decided", target=(LABEL, claim.pk), now=now, detail=detail
    )
    rulings.rows += [decision, event]
    rulings.changed.append(claim)
    rulings.years.append(year)
    if decision.paid_fen:
        _owe(rulings, decision, now=now)


def _owe(rulings: Rulings, decision: Decision, *, now: datetime) -> None:
    claim = decision.claim
    rulings.rows.append(
        Payout(
            decision=decision,
            payee_account_id=claim.bill.payee_account_id,
            amount_fen=decision.paid_fen,
            created_at=now,
        )
    )
    rulings.entries.append(
        draft_of(
            Posting.CLAIM_DECIDED,
            plan=claim.plan_code,
            amount_fen=decision.paid_fen,
            key=f"claim:{claim.pk}:{decision.number}:decided",
            effective_date=business_day(now),
            moves_on=True,
            source=(LABEL, claim.pk),
        )
    )


def tell_family(bill: Bill, claims: Iterable[Claim], *, now: datetime) -> None:
    remind(news_for_family(bill, claims), now=now)


def news_for_family(bill: Bill, claims: Iterable[Claim]) -> News:
    """Once all covers have decided, the decision; until then that the bill has arrived."""
    is_open = any(claim.state == State.REVIEW for claim in claims)
    kind = "claim-received" if is_open else "claim-decided"
    parameters = {"number": bill.number, "person": bill.person.name}
    return News([bill.filed_by_id], kind, parameters, key=f"{kind}:{bill.pk}")
