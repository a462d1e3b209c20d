"""Take in a bill: check it, store it once, decide it at once unless a check holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.claims.errors import AccountMissing, ConsentMissing, NoCoverThatDay, ReceiptAlreadyFiled
from apps.claims.models import Bill, BillLine, Claim, ClaimDraft, EarlierPayer
from apps.claims.permissions import check_may_file
from apps.claims.rules.checks import BillFacts, Hold, holds_of_bill
from apps.claims.rules.choices import thresholds
from apps.claims.rules.filing import Filing, check_filing
from apps.claims.rules.receipts import receipt_key
from apps.claims.rules.states import State
from apps.claims.selectors import has_papers_seen_before, issuer_key_of, other_bills
from apps.claims.services.accounts import OWNER
from apps.claims.services.deciding import decide_claims, tell_family
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.documents.models import Document
from apps.documents.services import take_held
from apps.enrolments.models import Cover
from apps.enrolments.selectors import covers_on
from apps.enrolments.services import note_claim
from apps.members.models import Person
from apps.members.selectors import has_consent
from apps.payments.models import PayeeAccount

LABEL = "claims.bill"


@transaction.atomic
def submit_bill(
    *,
    actor: User,
    person_id: int,
    filing: Filing,
    payee_account_id: int,
    key: UUID,
    now: datetime,
    documents: Sequence[Document] = (),
    referral: tuple[str, int] | None = None,
) -> Bill:
    """File a bill once: the same key answers the first bill.  Clean bills are decided before this returns.

    Files held under ``key`` (see documents.hold_upload) are taken over besides ``documents``.
    Raises the FilingRefused of the fault, NotAllowed, CoverGone when a cover is left at this moment.
    """
    known = _filed_before(actor, key)
    if known is not None:
        return known
    person = check_may_file(actor=actor, person_id=person_id, now=now)
    check_filing(filing, today=business_day(now))
    covers = list(covers_on(person_id, filing.service_date))
    if not covers:
        raise NoCoverThatDay(person=person.name)
    if not has_consent(person_id, "consent-claims"):
        raise ConsentMissing(person=person.name)
    account = PayeeAccount.objects.filter(pk=payee_account_id, owner_label=OWNER, owner_id=actor.pk).first()
    if account is None:
        raise AccountMissing
    bill = _store(actor, person, filing, account, key, now, referral)
    if bill is None:
        raced = _filed_before(actor, key)
        if raced is not None:
            return raced
        raise ReceiptAlreadyFiled
    note_claim(covers, today=business_day(now))
    papers = [*documents, *take_held(form_key=key, held_by=actor)]
    if papers:
        bill.documents.add(*papers)
    ClaimDraft.objects.filter(key=key, owner=actor).update(sent_at=now, data="{}")
    facts = _facts(bill, account, filing, has_papers=bool(papers), now=now)
    _start(bill, covers, holds_of_bill(facts, thresholds()), now=now)
    return bill


def _filed_before(actor: User, key: UUID) -> Bill | None:
    bill = Bill.objects.filter(key=key).first()
    if bill is not None and bill.filed_by_id != actor.pk:
        raise NotAllowed
    return bill


def _store(
    actor: User,
    person: Person,
    filing: Filing,
    account: PayeeAccount,
    key: UUID,
    now: datetime,
    referral: tuple[str, int] | None,
) -> Bill | None:
    """The bill with its lines, or None where key or receipt are there already."""
    sequence = _next_arrival()
    bill = Bill(
        number=f"C-{business_day(now).year}-{sequence:06d}",
        key=key,
        sequence=sequence,
        person=person,
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
        issuer_key=issuer_key_of(filing.issuer),
        receipt_number=filing.receipt_number,
        receipt_key=receipt_key(filing.receipt_number),
        billed_fen=filing.billed_fen,
        payee_account=account,
        referral_label=referral[0] if referral else "",
        referral_id=referral[1] if referral else None,
        submitted_at=now,
    )
    try:
        with transaction.atomic():
            bill.save(force_insert=True)
    except IntegrityError as error:
        if "receipt_once_an_issuer" in str(error) or "key" in str(error):
            return None
        raise
    _store_lines(bill, filing)
    return bill


def _next_arrival() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('claims_arrival')")
        return int(cursor.fetchone()[0])


def _store_lines(bill: Bill, filing: Filing) -> None:
    BillLine.objects.bulk_create(
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
    )
    EarlierPayer.objects.bulk_create(
        EarlierPayer(bill=bill, payer=payer, amount_fen=fen) for payer, fen in filing.earlier.items()
    )


def _start(bill: Bill, covers: Sequence[Cover], reasons: Sequence[Hold], *, now: datetime) -> None:
    """One claim a cover; held by the checks, or decided at once."""
    claims = Claim.objects.bulk_create(
        Claim(
            bill=bill,
            cover=cover,
            plan_code=cover.plan_version.code,
            rank=rank,
            state=State.REVIEW,
            hold_reasons=[asdict(reason) for reason in reasons],
            submitted_at=now,
        )
        for rank, cover in enumerate(covers, start=1)
    )
    record_event(
        actor_id=bill.filed_by_id,
        action="claim.filed",
        target=(LABEL, bill.pk),
        now=now,
        detail={"number": bill.number, "held": [reason.code for reason in reasons]},
    )
    if reasons:
        tell_family(bill, claims, now=now)
    else:
        decide_claims(claims, now=now)


def _facts(bill: Bill, account: PayeeAccount, filing: Filing, *, has_papers: bool, now: datetime) -> BillFacts:
    return BillFacts(
        billed_fen=bill.billed_fen,
        service_date=bill.service_date,
        filed_on=business_day(now),
        receipt_number=bill.receipt_number,
        issuer_key=bill.issuer_key,
        receipt_key=bill.receipt_key,
        is_diagnosis_known=bool(bill.diagnosis),
        has_unnamed_medicine=any(line.is_unnamed for line in filing.lines),
        has_seen_papers=has_papers and has_papers_seen_before(bill),
        is_account_held=account.usable_from > now,
        others=other_bills(bill),
    )
