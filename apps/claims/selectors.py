"""Reads of bills, claims and decisions, each with all that its page needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from apps.accounts.models import User
from apps.claims.models import Bill, BillLine, Claim, ClaimDraft, CoverYear, Decision, EarlierPayer, Payout
from apps.claims.rules.deciding import decide, inputs_from_json
from apps.claims.rules.receipts import receipt_key
from apps.claims.rules.states import State
from apps.claims.standing import issuer_key_of
from apps.core.errors import NotAllowed
from apps.documents.models import Document
from apps.members.permissions import check_is_family
from apps.members.selectors import people_of
from apps.payments.rules.states import State as OrderState
from apps.payments.selectors import declined_by_two
from apps.plans.models import PlanVersion
from apps.plans.rules import Accumulators, Facility, Line, Terms, decision_to_json
from apps.plans.rules import Claim as EngineClaim
from apps.plans.selectors import terms_of

OnLines = tuple[str, tuple[int, ...]]
"""What a cover pays on each line of a bill: plan code, fen a line."""


def with_decisions(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """Claims with cover, plan version, decisions, payouts and their orders: a constant number of queries."""
    paid = payouts_with_stops().select_related("order", "payee_account").order_by("instalment")
    decisions = Decision.objects.order_by("number").prefetch_related(Prefetch("payouts", paid))
    return (
        claims.select_related("cover__plan_version")
        .defer("cover__plan_version__terms")
        .prefetch_related(Prefetch("decisions", decisions))
        .order_by("rank")
    )


def payouts_with_stops() -> QuerySet[Payout]:
    """Each with whether two people declined to pay it."""
    return Payout.objects.annotate(is_stopped=declined_by_two("order"))  # type: ignore[no-redef]


def _bills() -> QuerySet[Bill]:
    return (
        Bill.objects.select_related("person", "organisation", "payee_account")
        .prefetch_related(
            "lines", "earlier_payers", "documents", Prefetch("claims", with_decisions(Claim.objects.all()))
        )
        .order_by("-submitted_at", "-pk")
    )


def bills_of(user: User) -> QuerySet[Bill]:
    """Bills of the user and the people the user acts for, newest first."""
    return _bills().filter(person__in=people_of(user).values("pk"))


def claims_of_person(person_id: int) -> QuerySet[Claim]:
    """The claims of a person, newest first; whoever calls has checked the right to read them."""
    claims = with_decisions(Claim.objects.filter(bill__person_id=person_id))
    return claims.select_related("bill").order_by("-submitted_at", "rank")


def bill_of(*, user: User, number: str, now: datetime) -> Bill:
    """A bill of the user's own people.  A stranger's attempt is logged; raises NotAllowed."""
    bill = _bills().filter(number=number).first()
    if bill is None:
        raise NotAllowed
    check_is_family(user=user, person_id=bill.person_id, purpose="claim", now=now)
    return bill


def bill_by_number(number: str) -> Bill:
    """Any bill, for whoever checks the right to it next.  Raises NotAllowed when there is none."""
    bill = _bills().filter(number=number).first()
    if bill is None:
        raise NotAllowed
    return bill


def open_drafts(user: User) -> QuerySet[ClaimDraft]:
    return ClaimDraft.objects.filter(owner=user, sent_at=None).order_by("-touched_at")


def draft_of(*, user: User, key: UUID) -> ClaimDraft:
    """One's own draft.  Raises NotAllowed."""
    draft = ClaimDraft.objects.filter(owner=user, key=key).first()
    if draft is None:
        raise NotAllowed
    return draft


def contents(draft: ClaimDraft) -> dict[str, Any]:
    """What the draft holds: person, kind and a mapping of typed texts for each section."""
    data: dict[str, Any] = json.loads(draft.data)
    return data


def is_receipt_filed(*, issuer: str, receipt_number: str) -> bool:
    """Whether this receipt of this issuer is there already, whoever filed it."""
    return Bill.objects.filter(issuer_key=issuer_key_of(issuer), receipt_key=receipt_key(receipt_number)).exists()


def are_papers_known(papers: Iterable[Document]) -> bool:
    """Whether one of these files came with a bill before."""
    return Bill.objects.filter(documents__sha256__in=[paper.sha256 for paper in papers]).exists()


def queue(reason: str = "") -> QuerySet[Claim]:
    """Claims a person has to look at, oldest first; only those held for a reason, if one is named."""
    held = Claim.objects.filter(state=State.REVIEW)
    if reason:
        held = held.filter(hold_reasons__contains=[{"code": reason}])
    rows = held.select_related("bill", "cover__plan_version", "taken_by").defer("cover__plan_version__terms")
    return rows.order_by("submitted_at", "pk")


def queue_counts() -> dict[str, int]:
    """How many claims wait for each reason; a claim with two reasons counts in both."""
    counts: dict[str, int] = {}
    for reasons in Claim.objects.filter(state=State.REVIEW).values_list("hold_reasons", flat=True):
        for reason in reasons:
            counts[reason["code"]] = counts.get(reason["code"], 0) + 1
    return counts


def waiting_count() -> int:
    return Claim.objects.filter(state=State.REVIEW).count()


def claim_in_full(claim_id: int) -> Claim:
    """A claim with its bill and all that a decision on it needs.  Raises NotAllowed."""
    claim = with_decisions(Claim.objects.filter(pk=claim_id)).select_related("taken_by", "bill").first()
    if claim is None:
        raise NotAllowed
    claim.bill = bill_by_number(claim.bill.number)
    return claim


def decision_of(claim: Claim) -> Decision | None:
    """The decision that stands; prefetched by ``with_decisions``."""
    return max(claim.decisions.all(), key=lambda decision: decision.number, default=None)


def answers_so_far(bill: Bill) -> dict[int, OnLines]:
    """By claim: what the decisions that stand on a bill pay on each line."""
    standing = Decision.objects.filter(claim__bill=bill).order_by("claim", "-number").distinct("claim")
    rows = standing.values_list("claim_id", "claim__plan_code", "answer__line_paid_fen")
    return {claim_id: (code, tuple(on_lines)) for claim_id, code, on_lines in rows}


def bill_as_asked(bill: Bill) -> EngineClaim:
    """A stored bill as the engine sees it, before anything of this fund is paid on it."""
    lines = sorted(bill.lines.all(), key=lambda line: line.number)
    return engine_bill(bill, lines, bill.earlier_payers.all())


def engine_bill(bill: Bill, lines: Iterable[BillLine], payers: Iterable[EarlierPayer]) -> EngineClaim:
    """A bill with its lines and earlier payers, stored or not yet, as the engine sees it."""
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
        paid_before={payer.payer: payer.amount_fen for payer in payers},
    )


def terms_of_claim(claim: Claim) -> Terms:
    return terms_of(claim.cover.plan_version)


def accumulators_of(cover_id: int) -> Accumulators:
    """What the cover's year has used up so far."""
    year = CoverYear.objects.filter(cover_id=cover_id).first()
    return Accumulators.from_json(year.accumulators) if year else Accumulators.empty()


@dataclass(frozen=True, slots=True)
class PaidState:
    """How far the money of a claim is, read from its payment order.

    ``review``, ``nothing``, ``owed``, ``held`` (new account), ``on-the-way``, ``paid``, ``failed`` or ``stopped``
    (two people declined to pay it).
    """

    code: str
    on: date | None = None
    tail: str = ""
    usable_from: datetime | None = None

    @property
    def is_failed(self) -> bool:
        return self.code == "failed"


def paid_state(claim: Claim, *, now: datetime) -> PaidState:
    """In review, not paid at all, or as its last payout is."""
    decision = decision_of(claim)
    if decision is None:
        return PaidState("review")
    payout = max(decision.payouts.all(), key=lambda payout: payout.instalment, default=None)
    return PaidState("nothing") if payout is None else payout_state(payout, now=now)


def payout_state(payout: Payout, *, now: datetime) -> PaidState:
    """How far the money of one payout is."""
    order, tail = payout.order, payout.payee_account.number_tail
    if order is None:
        held = payout.payee_account.usable_from > now
        return PaidState("held" if held else "owed", None, tail, payout.payee_account.usable_from)
    tail = order.payee_account.number_tail if order.payee_account_id != payout.payee_account_id else tail
    if order.state == OrderState.SETTLED:
        return PaidState("paid", order.settled_date, tail)
    if order.state in (OrderState.FAILED, OrderState.RETURNED):
        return PaidState("stopped" if payout.is_stopped else "failed", None, tail)
    return PaidState("on-the-way", None, tail)


def payouts_of(person_ids: Iterable[int]) -> list[Payout]:
    """The last payout of each decision for some people, newest first, with its order, bill and cover: one query."""
    rows = (
        payouts_with_stops()
        .filter(decision__claim__bill__person__in=list(person_ids))
        .select_related(
            "order__payee_account", "payee_account", "decision__claim__bill", "decision__claim__cover__plan_version"
        )
    )
    unread = ("inputs", "answer", "accumulators_before", "accumulators_after", "reason")
    unread_here = [f"decision__{name}" for name in unread]
    last = rows.defer(*unread_here, "decision__claim__cover__plan_version__terms").order_by("decision", "-instalment")
    return sorted(last.distinct("decision"), key=lambda payout: payout.pk, reverse=True)


def replayed(decision: Decision) -> dict[str, Any]:
    """The answer the engine gives today from the stored inputs, in the form in which answers are stored."""
    version = PlanVersion.objects.filter(content_hash=decision.plan_hash).earliest("pk")
    before = Accumulators.from_json(decision.accumulators_before)
    return decision_to_json(decide(terms_of(version), inputs_from_json(decision.inputs), before))


def replay(decision: Decision) -> bool:
    """Whether deciding again from what was stored gives the very same answer, each step and fen of it."""
    return bool(replayed(decision) == decision.answer)


def decisions_to_replay(*, since: datetime | None = None) -> Iterator[Decision]:
    """Decisions in the order in which they were made, streamed."""
    rows = Decision.objects.order_by("pk")
    return (rows.filter(made_at__gte=since) if since else rows).iterator(chunk_size=500)
