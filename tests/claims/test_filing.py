"""A bill is filed once, decided at once when it is clean, and held with its reasons when it is not."""

from datetime import timedelta
from uuid import uuid4

import pytest

from apps.audit.models import Event
from apps.claims import errors
from apps.claims.models import Bill, Claim, Payout
from apps.claims.services import submit_bill
from apps.core.errors import NotAllowed
from apps.documents.models import HeldUpload
from apps.documents.services import hold_upload
from apps.fund.selectors import balance
from apps.members.models import Signature
from apps.reminders.models import Message
from tests.claims.factories import INHALER, SECOND, day, make_account, make_bill, make_covered, visit
from tests.documents.factories import receipt
from tests.enrolments.factories import ASTHMA
from tests.members.factories import make_parent

pytestmark = pytest.mark.django_db


def file(cover, filing, *, now, key=None, actor=None, account=None):
    actor = actor or cover.person.registered_by
    account = account or make_account(cover.person.registered_by, now=now)
    return submit_bill(
        actor=actor, person_id=cover.person_id, filing=filing, payee_account_id=account.pk, key=key or uuid4(), now=now
    )


def test_a_clean_bill_is_decided_and_owed_at_once(now):
    bill = make_bill()
    claim = bill.claims.get()
    assert (claim.state, claim.paid_fen, claim.decided_by) == ("approved", 120_00, None)
    assert balance(f"claims-incurred:{ASTHMA}") == balance(f"claims-payable:{ASTHMA}") == 120_00
    assert Payout.objects.get().amount_fen == 120_00
    assert Message.objects.filter(kind="claim-decided", recipient=bill.filed_by).count() == 2
    assert Event.objects.filter(action__in=["claim.filed", "claim.decided"]).count() == 2


def test_a_bill_the_plan_does_not_pay_is_declined_at_once_and_nothing_is_booked(now):
    bill = make_bill(lines=(INHALER.__class__("exam", "Spirometry", 80_00),))
    claim = bill.claims.get()
    assert (claim.state, claim.paid_fen) == ("declined", 0)
    assert claim.decisions.get().answer["refused"]
    assert not Payout.objects.exists()
    assert balance(f"claims-payable:{ASTHMA}") == 0


def test_filing_twice_with_one_key_files_once(now):
    cover, key, filing = make_covered(), uuid4(), visit()
    first = file(cover, filing, key=key, now=now)
    again = file(cover, filing, key=key, now=now + timedelta(seconds=1))
    assert first == again
    assert Bill.objects.count() == Claim.objects.count() == Payout.objects.count() == 1
    assert balance(f"claims-payable:{ASTHMA}") == 120_00


def test_another_person_cannot_use_the_key(now):
    cover, key = make_covered(), uuid4()
    file(cover, visit(), key=key, now=now)
    other = make_covered()
    with pytest.raises(NotAllowed):
        file(other, visit(), key=key, now=now)


def test_one_receipt_is_never_paid_twice_however_it_is_typed(now):
    cover = make_covered()
    file(cover, visit(receipt_number="No. 7788-1234"), now=now)
    with pytest.raises(errors.ReceiptAlreadyFiled) as refused:
        file(cover, visit(receipt_number="７７８８１２３４", issuer="SUNNY clinic co., ltd."), now=now)
    assert refused.value.field == "receipt_number"
    assert "never paid twice" in str(refused.value)
    assert Bill.objects.count() == 1
    file(cover, visit(receipt_number="77881234", issuer="Moon Hospital"), now=now)


def test_another_family_cannot_use_the_receipt_either(now):
    file(make_covered(), visit(receipt_number="77881234"), now=now)
    with pytest.raises(errors.ReceiptAlreadyFiled):
        file(make_covered(), visit(receipt_number="7788-1234"), now=now)


def test_papers_held_for_the_form_go_with_the_bill(now):
    bill = make_bill(with_paper=True)
    assert bill.documents.count() == 1
    assert not HeldUpload.objects.exists()


def test_a_refused_bill_loses_nothing_that_was_uploaded(now):
    cover, key = make_covered(), uuid4()
    hold_upload(file=receipt(), form_key=key, held_by=cover.person.registered_by, now=now)
    with pytest.raises(errors.NoCoverThatDay):
        file(cover, visit(service_date=day(200)), key=key, now=now)
    assert HeldUpload.objects.filter(form_key=key).count() == 1


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"service_date": day(-1)}, errors.DayInFuture),
        ({"service_date": day(101)}, errors.NoCoverThatDay),
        ({"lines": ()}, errors.NoLines),
        ({"earlier": {"basic": 120_01}}, errors.PayersAboveBill),
        ({"kind": "inpatient", "service_date": day(2), "discharged": day(3)}, errors.DischargeBeforeAdmission),
        ({"receipt_number": "?"}, errors.ReceiptUnreadable),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(now, change, error):
    cover = make_covered()
    with pytest.raises(error):
        file(cover, visit(**change), now=now)
    assert not Bill.objects.exists()


def test_a_stranger_cannot_file_for_my_child(now):
    cover, stranger = make_covered(), make_parent()
    with pytest.raises(NotAllowed):
        file(cover, visit(), actor=stranger, account=make_account(stranger), now=now)


def test_a_strangers_account_cannot_be_paid(now):
    cover = make_covered()
    with pytest.raises(errors.AccountMissing):
        file(cover, visit(), account=make_account(make_parent()), now=now)


def test_without_the_consent_for_claims_nothing_is_filed(now):
    cover = make_covered()
    Signature.objects.filter(text__kind="consent-claims").update(
        withdrawn_at=now, withdrawn_by=cover.person.registered_by
    )
    with pytest.raises(errors.ConsentMissing, match="Xiaoyu"):
        file(cover, visit(), now=now)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"diagnosis": "", "diagnosis_words": "wheezing"}, "diagnosis-unknown"),
        ({"lines": (INHALER.__class__("drug", "?", 50_00, is_unnamed=True),)}, "medicine-unnamed"),
        ({"lines": (INHALER.__class__("drug", "x", 20_000_01, "R03BA02"),)}, "large-bill"),
        ({"receipt_number": "1234O567"}, "receipt-unclear"),
        (
            {"kind": "inpatient", "discharged": day(1), "lines": (INHALER.__class__("bed", "Bed", 5_000_01),)},
            "large-payment",
        ),
    ],
)
def test_a_held_bill_waits_with_its_reason_and_nothing_is_owed(now, change, code):
    bill = make_bill(**change)
    claim = bill.claims.get()
    assert (claim.state, [reason["code"] for reason in claim.hold_reasons]) == ("review", [code])
    assert not claim.decisions.exists()
    assert not Payout.objects.exists()
    assert Message.objects.filter(kind="claim-received").exists()
    assert not Message.objects.filter(kind="claim-decided").exists()


def test_a_changed_account_holds_the_next_bill(now):
    cover = make_covered()
    make_bill(cover)
    make_account(cover.person.registered_by, "6222999988887777")
    assert Message.objects.filter(kind="account-changed").exists()
    later = now + timedelta(hours=1)
    account = make_account(cover.person.registered_by, "6222999988887777", now=later)
    bill = file(cover, visit(service_date=day(9)), account=account, now=later)
    assert [reason["code"] for reason in bill.claims.get().hold_reasons] == ["account-new"]


def test_the_same_paper_with_another_bill_is_noticed(now):
    cover = make_covered()
    make_bill(cover, with_paper=True)
    bill = make_bill(cover, with_paper=True, service_date=day(9))
    assert [reason["code"] for reason in bill.claims.get().hold_reasons] == ["papers-seen-before"]


def test_care_in_the_first_days_of_a_cover_is_looked_at(now):
    bill = make_bill(make_covered(start=now - timedelta(days=3)))
    assert [reason["code"] for reason in bill.claims.get().hold_reasons] == ["soon-after-start"]


def test_two_covers_are_decided_in_the_order_of_their_plans_each_earlier_one_a_payer(now):
    cover = make_covered(ASTHMA, SECOND)
    lines = (INHALER, INHALER.__class__("exam", "Spirometry", 80_00))
    bill = make_bill(cover, lines=lines, earlier={"basic": 50_00})
    first, second = bill.claims.order_by("rank")
    assert [first.plan_code, second.plan_code] == [ASTHMA, SECOND]
    # basic leaves 90.00 of the inhaler and 60.00 of the test; asthma pays the inhaler, the other 80% of the test
    assert (first.paid_fen, second.paid_fen) == (90_00, 48_00)
    assert second.decisions.get().inputs["earlier_covers"] == [[ASTHMA, [90_00, 0]]]
    assert balance(f"claims-payable:{SECOND}") == 48_00


def test_arrival_order_is_stored(now):
    cover = make_covered()
    bills = [make_bill(cover, service_date=day(n)) for n in (3, 9, 6)]
    assert sorted(bills, key=lambda bill: bill.sequence) == bills
    sequences = [bill.claims.get().decisions.get().sequence for bill in bills]
    assert sequences == [1, 2, 3]
