"""Take in a bill: check it, decide it at once unless a check holds it, and write all of it together, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model

from apps.accounts.models import User
from apps.audit.services import new_event
from apps.claims.errors import AccountMissing, ConsentMissing, NoCoverThatDay, ReceiptAlreadyFiled
from apps.claims.models import Bill, BillLine, Claim, ClaimDraft, CoverYear, Decision, EarlierPayer
from apps.claims.rules.checks import BillFacts, Hold, holds_of_bill
from apps.claims.rules.choices import thresholds
from apps.claims.rules.filing import Filing, check_filing
from apps.claims.rules.receipts import receipt_key
from apps.claims.rules.states import State
from apps.claims.selectors import are_papers_known, engine_bill
from apps.claims.services.deciding import Rulings, decide_claims, lock_years, news_for_family
from apps.claims.standing import Standing, key_among, other_bills, standing_to_file
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.core.writing import id_sequence, next_values
from apps.documents.models import Document
from apps.documents.services import take_held
from apps.enrolments.in_force import covers_on
from apps.enrolments.models import Cover
from apps.enrolments.services import note_claim
from apps.reminders.services import new_messages

LABEL = "claims.bill"


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent in."""

    person_id: int
    filing: Filing
    payee_account_id: int
    key: UUID


@dataclass(frozen=True, slots=True)
class Filed:
    """A bill with all that belongs to it, not written yet.

    ``years``: the running totals of its covers, locked.  ``decision_ids`` number a decision a claim.
    """

    bill: Bill
    years: dict[int, CoverYear]
    lines: list[BillLine]
    payers: list[EarlierPayer]
    claims: list[Claim]
    decision_ids: list[int]

    @property
    def rows(self) -> list[Model]:
        return [self.bill, *self.lines, *self.payers, *self.claims]


def submit_bill(
    *,
    actor: User,
    person_id: int,
    filing: Filing,
    payee_account_id: int,
    key: UUID,
    now: datetime,
    documents: Sequence[Document] = (),
) -> Bill:
    """File a bill once: the same key answers the first bill.  Clean bills are decided before this returns.

    Files held under ``key`` (see documents.hold_upload) are taken over besides ``documents``.
    Raises the FilingRefused of the fault, NotAllowed, CoverGone when a cover is left at this moment.
    """
    try:
        with transaction.atomic():
            standing = standing_to_file(actor=actor, person_id=person_id, account_id=payee_account_id, key=key)
            if standing is None or standing.capacity(business_day(now)) is None:
                raise NotAllowed
            if standing.is_filed:
                return _filed_before(actor, key)
            return _file(actor, standing, Form(person_id, filing, payee_account_id, key), documents, now=now)
    except IntegrityError as error:
        if "claims_bill_key" in str(error):
            return _filed_before(actor, key)
        if "receipt_once_an_issuer" in str(error):
            raise ReceiptAlreadyFiled from error
        raise


def _filed_before(actor: User, key: UUID) -> Bill:
    bill = Bill.objects.get(key=key)
    if bill.filed_by_id != actor.pk:
        raise NotAllowed
    return bill


def _file(actor: User, standing: Standing, form: Form, documents: Sequence[Document], *, now: datetime) -> Bill:
    """Check, decide and write a bill nobody has filed yet.  Raises the FilingRefused of the fault."""
    check_filing(form.filing, today=business_day(now))
    covers = covers_on(form.person_id, form.filing.service_date)
    if not covers:
        raise NoCoverThatDay(person=standing.name)
    if not standing.has_consent:
        raise ConsentMissing(person=standing.name)
    if standing.account_usable_from is None:
        raise AccountMissing
    note_claim(covers, today=business_day(now))
    filed = _filed(actor, form, covers, issuer_key=key_among(form.filing.issuer, standing.organisations), now=now)
    papers = [*documents, *(take_held(form_key=form.key, held_by=actor) if standing.has_held else ())]
    reasons = _reasons(filed.bill, form.filing, standing.account_usable_from, papers, now=now)
    _write(filed, reasons, now=now)
    if papers:
        filed.bill.documents.add(*papers)
    if standing.is_typed:
        ClaimDraft.objects.filter(key=form.key, owner=actor).update(sent_at=now, data="{}")
    return filed.bill


def _filed(actor: User, form: Form, covers: Sequence[Cover], *, issuer_key: str, now: datetime) -> Filed:
    """The bill, a claim a cover, and everything on it, numbered but not written."""
    filing = form.filing
    count = len(covers)
    sequences = ["claims_arrival", id_sequence(Bill), *[id_sequence(Claim)] * count, *[id_sequence(Decision)] * count]
    arrival, bill_id, *ids = next_values(*sequences)
    bill = Bill(
        pk=bill_id,
        number=f"C-{business_day(now).year}-{arrival:06d}",
        key=form.key,
        sequence=arrival,
        person=covers[0].person,
        filed_by=actor,
        kind=filing.kind,
        service_date=filing.service_date,
        discharged=filing.discharged,
        event=filing.event,
        severity=filing.severity,
        grade=filing.grade,
        diagnosis=filing.diagnosis,
        diagnosis_words=filing.diagnosis_words,
        organisation_id=filing.place.organisation_id,
        place=filing.place.name,
        level=filing.place.level,
        area=filing.place.area,
        issuer=filing.issuer,
        issuer_key=issuer_key,
        receipt_number=filing.receipt_number,
        receipt_key=receipt_key(filing.receipt_number),
        billed_fen=filing.billed_fen,
        payee_account_id=form.payee_account_id,
        submitted_at=now,
    )
    years = lock_years(cover.pk for cover in covers)
    return Filed(bill, years, _lines(bill, filing), _payers(bill, filing), _claims(bill, covers, ids), ids[count:])


def _lines(bill: Bill, filing: Filing) -> list[BillLine]:
    return [
        BillLine(
            bill=bill,
            number=number,
            category=line.category,
            description=line.description,
            code=line.code,
            catalogue=line.catalogue,
            billed_fen=line.billed_fen,
        )
        for number, line in enumerate(filing.lines, start=1)
    ]


def _payers(bill: Bill, filing: Filing) -> list[EarlierPayer]:
    return [EarlierPayer(bill=bill, payer=payer, amount_fen=fen) for payer, fen in filing.earlier.items()]


def _claims(bill: Bill, covers: Sequence[Cover], ids: Sequence[int]) -> list[Claim]:
    return [
        Claim(
            pk=claim_id,
            bill=bill,
            cover=cover,
            plan_code=cover.plan_code,
            rank=rank,
            state=State.REVIEW,
            submitted_at=bill.submitted_at,
        )
        for rank, (cover, claim_id) in enumerate(zip(covers, ids, strict=False), start=1)
    ]


def _write(filed: Filed, reasons: Sequence[Hold], *, now: datetime) -> None:
    """Hold the claims or decide them, then write everything."""
    bill, rulings = filed.bill, Rulings()
    if reasons:
        for claim in filed.claims:
            claim.hold_reasons = [asdict(reason) for reason in reasons]
    else:
        asked = engine_bill(bill, filed.lines, filed.payers)
        rulings = decide_claims(filed.claims, filed.years, asked=asked, known={}, ids=filed.decision_ids, now=now)
    detail = {"number": bill.number, "held": [reason.code for reason in reasons]}
    event = new_event(actor_id=bill.filed_by_id, action="claim.filed", target=(LABEL, bill.pk), now=now, detail=detail)
    messages = new_messages(news_for_family(bill, filed.claims), now=now)
    rulings.write(now=now, before=[*filed.rows, event, *messages])


def _reasons(
    bill: Bill, filing: Filing, account_usable_from: datetime, papers: Sequence[Document], *, now: datetime
) -> Sequence[Hold]:
    """Why a person has to look at the bill first; asked under the lock of the covers' years."""
    facts = BillFacts(
        billed_fen=bill.billed_fen,
        service_date=bill.service_date,
        filed_on=business_day(now),
        receipt_number=bill.receipt_number,
        issuer_key=bill.issuer_key,
        receipt_key=bill.receipt_key,
        is_diagnosis_known=bool(bill.diagnosis),
        has_unnamed_medicine=any(line.is_unnamed for line in filing.lines),
        has_seen_papers=bool(papers) and are_papers_known(papers),
        is_account_held=account_usable_from > now,
        others=other_bills(bill),
    )
    return holds_of_bill(facts, thresholds())
