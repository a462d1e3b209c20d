"""What can be filed and what cannot, with the field that is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apps.claims import errors
from apps.claims.rules.filing import MAX_FEN, FiledLine, Filing, Place, check_filing

TODAY = date(2026, 11, 23)
LINE = FiledLine("drug", "inhaler", 120_00, "R03BA02")
VISIT = Filing(
    kind="outpatient",
    service_date=TODAY,
    place=Place("Sunny Clinic", "primary"),
    issuer="Sunny Clinic",
    receipt_number="00123456",
    diagnosis="J45.9",
    lines=(LINE,),
)
STAY = replace(VISIT, kind="inpatient", discharged=TODAY)
EVENT = replace(VISIT, kind="event", event="diagnosis", lines=())


@pytest.mark.parametrize(
    "filing",
    [
        VISIT,
        STAY,
        EVENT,
        replace(VISIT, diagnosis="", diagnosis_words="wheezing"),
        replace(VISIT, earlier={"basic": 120_00}),
        replace(VISIT, service_date=date(2024, 11, 23)),
        replace(VISIT, lines=(replace(LINE, billed_fen=MAX_FEN),)),
        replace(STAY, service_date=TODAY - timedelta(days=9)),
    ],
)
def test_what_can_be_filed(filing):
    assert check_filing(filing, today=TODAY) is None


@pytest.mark.parametrize(
    ("filing", "error", "field"),
    [
        (replace(STAY, discharged=TODAY - timedelta(days=1)), errors.DischargeBeforeAdmission, "discharged"),
        (replace(STAY, discharged=TODAY + timedelta(days=1)), errors.DischargeInFuture, "discharged"),
        (replace(VISIT, service_date=TODAY + timedelta(days=1)), errors.DayInFuture, "service_date"),
        (replace(VISIT, service_date=date(2024, 11, 22)), errors.TooLongAgo, "service_date"),
        (replace(VISIT, lines=()), errors.NoLines, "lines"),
        (replace(VISIT, lines=(replace(LINE, billed_fen=0),)), errors.AmountOutOfRange, "amount"),
        (replace(VISIT, lines=(replace(LINE, billed_fen=-1),)), errors.AmountOutOfRange, "amount"),
        (replace(VISIT, lines=(replace(LINE, billed_fen=10**14),)), errors.AmountOutOfRange, "amount"),
        (replace(VISIT, earlier={"basic": 100_00, "city": 20_01}), errors.PayersAboveBill, "paid_basic"),
        (replace(VISIT, earlier={"basic": -1}), errors.AmountOutOfRange, "amount"),
        (replace(VISIT, receipt_number="--1"), errors.ReceiptUnreadable, "receipt_number"),
        (replace(EVENT, event="lottery"), errors.EventIncomplete, "event"),
    ],
)
def test_what_cannot_is_told_at_its_field(filing, error, field):
    with pytest.raises(error) as refused:
        check_filing(filing, today=TODAY)
    assert refused.value.field == field
    assert "%(" not in str(refused.value)


@pytest.mark.parametrize(
    "filing",
    [
        replace(VISIT, kind="spa"),
        replace(VISIT, discharged=TODAY),
        replace(STAY, discharged=None),
        replace(VISIT, event="diagnosis"),
        replace(VISIT, place=Place("x", "huge")),
        replace(VISIT, earlier={"mutual": 1}),
        replace(VISIT, lines=(replace(LINE, category="magic"),)),
        replace(EVENT, lines=(LINE,)),
    ],
)
def test_unknown_words_are_a_fault_of_the_program(filing):
    with pytest.raises(ValueError, match="does not know"):
        check_filing(filing, today=TODAY)
