"""An officer takes a held claim, reads its papers under a grant, and decides it with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Access
from apps.claims import errors
from apps.claims.models import Claim, Decision, Payout
from apps.claims.rules.filing import FiledLine
from apps.claims.rules.states import Outcome
from apps.claims.services import review_claim, take_claim
from apps.core.errors import NotAllowed
from apps.fund.selectors import balance
from apps.members.models import Grant
from apps.members.permissions import may_read
from apps.reminders.models import Message
from tests.claims.factories import (
    INHALER,
    SECOND,
    day,
    make_bill,
    make_covered,
    make_held_bill,
    make_officer,
    take,
)
from tests.enrolments.factories import ASTHMA
from tests.members.factories import make_parent

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return make_officer()


def decide(claim_id, officer, now, outcome=Outcome.APPROVE, reason="", **more) -> Decision:
    return review_claim(claim_id=claim_id, actor=officer, outcome=outcome, reason=reason, now=now, **more)


def test_papers_open_to_the_officer_who_takes_the_claim_and_close_with_the_decision(officer, now):
    bill, colleague = make_held_bill(), make_officer("Officer Ma")
    read = {"person_id": bill.person_id, "purpose": "claim", "now": now}
    assert not may_read(user=officer, **read)
    claim_id = take(bill, officer)
    assert may_read(user=officer, **read)
    assert not may_read(user=colleague, **read)
    take(bill, colleague, now + timedelta(minutes=1))
    later = {**read, "now": now + timedelta(minutes=2)}
    assert not may_read(user=officer, **later)
    assert may_read(user=colleague, **later)
    decide(claim_id, colleague, now + timedelta(minutes=3), diagnosis="J45.9")
    assert not may_read(user=colleague, **{**read, "now": now + timedelta(minutes=4)})
    assert not Grant.objects.filter(until=None).exists()


def test_approving_pays_what_the_terms_give(officer, now):
    claim_id = take(make_held_bill(), officer)
    decision = decide(claim_id, officer, now, diagnosis="J45.9")
    claim = Claim.objects.get(pk=claim_id)
    assert (claim.state, claim.paid_fen, claim.decided_by) == ("approved", 120_00, officer)
    assert claim.bill.diagnosis == "J45.9"
    assert decision.inputs["claim"]["diagnosis"] == "J45.9"
    assert Message.objects.filter(kind="claim-decided").exists()
    assert balance(f"claims-payable:{ASTHMA}") == 120_00


def test_approving_reduced_takes_off_a_line_before_the_terms(officer, now):
    lines = (INHALER, FiledLine("drug", "Montelukast", 80_00, "R03DC03"))
    claim_id = take(make_held_bill(lines=lines), officer)
    decision = decide(
        claim_id, officer, now, Outcome.REDUCE, "One inhaler a month", reductions={1: 20_00}, diagnosis="J45.9"
    )
    assert decision.paid_fen == 180_00
    assert (decision.inputs["reductions"], decision.reason) == ({"1": 20_00}, "One inhaler a month")


def test_declining_pays_nothing_and_moves_no_running_total(officer, now):
    claim_id = take(make_held_bill(), officer)
    decision = decide(claim_id, officer, now, Outcome.DECLINE, "The receipt belongs to somebody else.")
    assert (decision.claim.state, decision.paid_fen) == ("declined", 0)
    assert decision.accumulators_before == decision.accumulators_after
    assert not Payout.objects.exists()
    assert balance(f"claims-payable:{ASTHMA}") == 0


@pytest.mark.parametrize(
    ("outcome", "more", "error"),
    [
        (Outcome.APPROVE, {}, errors.DiagnosisMissing),
        (Outcome.DECLINE, {"reason": "  "}, errors.ReasonMissing),
        (Outcome.REDUCE, {"reductions": {1: 1}, "diagnosis": "J45.9"}, errors.ReasonMissing),
        (Outcome.REDUCE, {"reason": "x", "diagnosis": "J45.9"}, errors.ReductionMissing),
        (Outcome.REDUCE, {"reason": "x", "reductions": {1: 120_01}, "diagnosis": "J45.9"}, errors.ReductionTooLarge),
    ],
)
def test_an_incomplete_answer_decides_nothing(officer, now, outcome, more, error):
    claim_id = take(make_held_bill(), officer)
    with pytest.raises(error):
        decide(claim_id, officer, now, outcome, **more)
    assert Claim.objects.get(pk=claim_id).state == "review"


def test_only_officers_decide_only_what_they_took_and_never_their_own_family(officer, now):
    bill = make_held_bill()
    claim_id = bill.claims.get().pk
    with pytest.raises(errors.NotTaken):
        decide(claim_id, officer, now, diagnosis="J45.9")
    with pytest.raises(NotAllowed):
        take_claim(claim_id=claim_id, actor=make_parent("", Role.AUDITOR), now=now)
    mother = bill.filed_by
    mother.roles = [Role.CLAIMS_OFFICER]
    mother.save()
    with pytest.raises(errors.OwnFamilyClaim):
        take_claim(claim_id=claim_id, actor=mother, now=now)


def test_the_same_answer_twice_decides_once_and_another_is_refused(officer, now):
    claim_id = take(make_held_bill(), officer)
    first = decide(claim_id, officer, now, diagnosis="J45.9")
    assert decide(claim_id, officer, now) == first
    with pytest.raises(errors.ClaimAlreadyDecided):
        decide(claim_id, officer, now, Outcome.DECLINE, "changed my mind")
    with pytest.raises(errors.ClaimAlreadyDecided):
        take_claim(claim_id=claim_id, actor=make_officer("Officer Ma"), now=now)
    assert Payout.objects.count() == 1


def test_the_next_cover_goes_on_by_itself_after_a_yes(officer, now):
    lines = (INHALER, FiledLine("exam", "Spirometry", 80_00))
    bill = make_held_bill(make_covered(ASTHMA, SECOND), lines=lines)
    second = bill.claims.get(rank=2)
    take_claim(claim_id=second.pk, actor=officer, now=now)
    with pytest.raises(errors.EarlierCoverOpen):
        decide(second.pk, officer, now, diagnosis="J45.9")
    decide(take(bill, officer), officer, now, diagnosis="J45.9")
    second.refresh_from_db()
    assert (second.state, second.paid_fen) == ("approved", 64_00)


def test_the_next_cover_waits_for_a_person_after_a_no(officer, now):
    bill = make_held_bill(make_covered(ASTHMA, SECOND))
    decide(take(bill, officer), officer, now, Outcome.DECLINE, "unreadable")
    assert bill.claims.get(rank=2).state == "review"
    assert not Message.objects.filter(kind="claim-decided").exists()


def test_a_large_payment_of_the_first_cover_holds_the_second_too(officer, now):
    stay = {"kind": "inpatient", "service_date": day(9), "discharged": day(2)}
    bill = make_bill(make_covered(ASTHMA, SECOND), **stay, lines=(FiledLine("bed", "Bed", 6_000_00),))
    codes = [[reason["code"] for reason in claim.hold_reasons] for claim in bill.claims.order_by("rank")]
    assert codes == [["large-payment"], ["earlier-cover"]]


def test_the_queue_shows_reasons_oldest_first_and_no_medical_detail(officer, signed_in, now):
    cover = make_covered()
    newer = make_held_bill(cover, now=now + timedelta(hours=1))
    older = make_held_bill(cover, service_date=day(5), receipt_number="1234O5678")
    page = signed_in(officer).get(reverse("claims:queue")).content.decode()
    assert page.index(older.number) < page.index(newer.number)
    assert "The family does not know the code" in page
    assert "wheezing" not in page
    assert "Xiaoyu" not in page
    only = signed_in(officer).get(reverse("claims:queue"), {"reason": "receipt-unclear"}).content.decode()
    assert older.number in only
    assert newer.number not in only


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CLAIMS_OFFICER])
def test_nobody_else_sees_the_queue(signed_in, role, db):
    assert signed_in(make_parent("", role)).get(reverse("claims:queue")).status_code == 404


def test_the_queue_asks_the_same_number_of_queries_for_3_and_for_60(officer, signed_in, django_assert_num_queries):
    cover, browser = make_covered(), signed_in(officer)
    for _ in range(3):
        make_held_bill(cover)
    browser.get(reverse("claims:queue"))
    with django_assert_num_queries(7) as few:  # session, user, count, rows, reasons, total, unread
        browser.get(reverse("claims:queue"))
    for _ in range(57):
        make_held_bill(cover)
    with django_assert_num_queries(len(few)):
        browser.get(reverse("claims:queue"))


def test_an_officer_goes_through_a_claim_in_the_browser(officer, signed_in, stopped_clock):
    bill, browser = make_bill(diagnosis="", diagnosis_words="wheezing", with_paper=True), signed_in(officer)
    claim, paper = bill.claims.get(), bill.documents.get()
    review, document = (
        reverse("claims:review", args=[claim.pk]),
        reverse("claims:document", args=[bill.number, paper.pk]),
    )
    page = browser.get(review).content.decode()
    assert "wheezing" not in page
    assert browser.get(document).status_code == 404
    browser.post(reverse("claims:take", args=[claim.pk]))
    page = browser.get(review).content.decode()
    for text in ("wheezing", "Budesonide", "Take off line 1, Budesonide"):
        assert text in page
    assert browser.get(document).status_code == 200
    rules = list(Access.objects.filter(reader_id=officer.pk).order_by("pk").values_list("rule", flat=True))
    assert rules == ["denied", "claim-handler", "claim-handler"]
    page = browser.post(review, {"outcome": "reduce", "reason": "", "diagnosis": "J45.9", "reduce_1": "20"})
    assert "Write the reason in words the family understands" in page.content.decode()
    answer = {"outcome": "reduce", "reason": "One a month", "diagnosis": "J45.9", "reduce_1": "20"}
    for _ in range(2):
        browser.post(review, answer)
    assert Decision.objects.get().paid_fen == 100_00
    assert "its papers are closed again" in browser.get(review).content.decode()
    assert browser.get(document).status_code == 404
