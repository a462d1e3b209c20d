"""The truth table of what holds a claim."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from apps.claims.rules.checks import BillFacts, OtherBill, holds_of_bill, holds_of_claim
from apps.claims.rules.choices import thresholds
from apps.claims.rules.texts import HOLDS

DAY = date(2026, 11, 20)
LIMITS = thresholds()
CLEAN = BillFacts(
    billed_fen=100_00,
    service_date=DAY,
    filed_on=DAY,
    receipt_number="00123456",
    issuer_key="sunny",
    receipt_key="00123456",
    is_diagnosis_known=True,
    has_unnamed_medicine=False,
    has_seen_papers=False,
    is_account_held=False,
)
OTHER = OtherBill("C-1", "moon", "99999999", DAY - timedelta(days=60), 50_00)


def codes(facts):
    return [hold.code for hold in holds_of_bill(facts, LIMITS)]


def test_a_clean_bill_is_held_by_nothing():
    assert codes(replace(CLEAN, others=(OTHER,))) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"billed_fen": LIMITS.billed_fen}, []),
        ({"billed_fen": LIMITS.billed_fen + 1}, ["large-bill"]),
        ({"is_diagnosis_known": False}, ["diagnosis-unknown"]),
        ({"has_unnamed_medicine": True}, ["medicine-unnamed"]),
        ({"service_date": DAY - timedelta(days=180)}, []),
        ({"service_date": DAY - timedelta(days=181)}, ["late"]),
        ({"receipt_number": "0012?456"}, ["receipt-unclear"]),
        ({"has_seen_papers": True}, ["papers-seen-before"]),
        ({"is_account_held": True}, ["account-new"]),
        ({"is_account_held": True, "is_diagnosis_known": False}, ["diagnosis-unknown", "account-new"]),
    ],
)
def test_each_check_alone(change, expected):
    assert codes(replace(CLEAN, **change)) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"issuer_key": "sunny", "receipt_key": "00123457", "billed_fen": 100_00}, ["receipt-near"]),
        ({"issuer_key": "sunny", "receipt_key": "00123457", "billed_fen": 90_00}, []),
        ({"issuer_key": "moon", "receipt_key": "00123457", "billed_fen": 100_00}, []),
        ({"service_date": DAY, "billed_fen": 100_00}, ["same-day-and-amount"]),
        ({"service_date": DAY, "billed_fen": 100_00, "is_same_person": False}, []),
        ({"service_date": DAY, "billed_fen": 99_00}, []),
    ],
)
def test_comparison_with_another_bill(change, expected):
    assert codes(replace(CLEAN, others=(replace(OTHER, **change),))) == expected


def test_an_event_has_no_amount_to_compare():
    other = replace(OTHER, service_date=DAY, billed_fen=0)
    assert codes(replace(CLEAN, billed_fen=0, others=(other,))) == []


@pytest.mark.parametrize(("count", "expected"), [(5, []), (6, ["many-receipts"])])
def test_many_receipts_of_one_person_within_a_month(count, expected):
    others = tuple(replace(OTHER, number=f"C-{n}", service_date=DAY - timedelta(days=n * 2 + 1)) for n in range(count))
    assert codes(replace(CLEAN, others=others)) == expected
    strangers = tuple(replace(other, is_same_person=False) for other in others)
    assert codes(replace(CLEAN, others=strangers)) == []


@pytest.mark.parametrize(
    ("paid", "days", "expected"),
    [
        (LIMITS.paid_fen, 100, []),
        (LIMITS.paid_fen + 1, 100, ["large-payment"]),
        (1, 6, ["soon-after-start"]),
        (0, 6, []),
        (1, 7, []),
        (LIMITS.paid_fen + 1, 0, ["large-payment", "soon-after-start"]),
    ],
)
def test_checks_of_one_cover(paid, days, expected):
    holds = holds_of_claim(paid_fen=paid, service_date=DAY, cover_start=DAY - timedelta(days=days), limits=LIMITS)
    assert [hold.code for hold in holds] == expected


def test_every_reason_has_words_whose_places_are_filled():
    other = replace(OTHER, issuer_key="sunny", receipt_key="00123457", billed_fen=9_000_000_00, service_date=DAY)
    facts = replace(
        CLEAN,
        billed_fen=9_000_000_00,
        filed_on=DAY + timedelta(days=365),
        receipt_number="0012?",
        is_diagnosis_known=False,
        has_unnamed_medicine=True,
        has_seen_papers=True,
        is_account_held=True,
        others=(other,) * 7,
    )
    holds = holds_of_bill(facts, LIMITS)
    holds += holds_of_claim(paid_fen=9_000_000_00, service_date=DAY, cover_start=DAY, limits=LIMITS)
    assert {hold.code for hold in holds} == set(HOLDS) - {"earlier-cover"}
    assert all(HOLDS[hold.code] % hold.params for hold in holds)
