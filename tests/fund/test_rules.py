"""The chart and the table of postings: each event debits and credits what money.md says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.fund.rules.chart import CHART, CREDIT, DEBIT, rule_of
from apps.fund.rules.postings import TABLE, Posting, lines_of

P = Posting
EXPECTED = [
    (P.CONTRIBUTION_RECEIVED, "bank-clearing", "contributions-in-advance:p"),
    (P.MONEY_ARRIVED, "bank", "bank-clearing"),
    (P.MONEY_UNEXPLAINED, "bank", "suspense"),
    (P.CONTRIBUTION_IN_EXCESS, "bank-clearing", "suspense"),
    (P.CONTRIBUTION_REFUND_REQUESTED, "surplus", "in-transit"),
    (P.CLAIM_DECIDED, "claims-incurred:p", "claims-payable:p"),
    (P.CLAIM_REVERSED, "claims-payable:p", "claims-incurred:p"),
    (P.PAYMENT_REQUESTED, "surplus", "in-transit"),
    (P.PAYMENT_SETTLED, "in-transit", "bank"),
    (P.PAYMENT_FAILED, "in-transit", "surplus"),
    (P.PAYMENT_RETURNED, "bank", "surplus"),
    (P.CONTRIBUTION_EARNED, "contributions-in-advance:p", "contribution-income:p"),
    (P.OPERATING_COST, "operating-cost", "payable-operator"),
    (P.OPEN_FUND_SHARE, "result-of-period", "open-fund"),
    (P.RESERVE_CHANGE, "result-of-period", "surplus"),
    (P.INCOME_CLOSED, "contribution-income:p", "result-of-period"),
    (P.CLAIMS_CLOSED, "result-of-period", "claims-incurred:p"),
    (P.COST_CLOSED, "result-of-period", "operating-cost"),
    (P.SURPLUS_LOCKED, "result-of-period", "surplus"),
    (P.ALLOWANCE_GRANTED, "allowance-reserve:p", "allowance-payable:p"),
    (P.APPROPRIATED, "surplus", "surplus"),
    (P.APPROPRIATION_LAPSED, "surplus", "surplus"),
]


@pytest.mark.parametrize(("event", "debit", "credit"), EXPECTED, ids=lambda value: getattr(value, "value", value))
def test_an_event_debits_and_credits_what_the_table_says(event, debit, credit):
    assert lines_of(event, amount_fen=7, plan="p", account="surplus") == ((debit, 7), (credit, -7))


def test_every_posting_is_in_the_table_and_tested():
    assert set(TABLE) == set(Posting) == {event for event, *_ in EXPECTED}


@given(st.sampled_from(Posting), st.integers(min_value=1, max_value=10**12))
def test_every_event_balances_and_uses_known_accounts(event, fen):
    lines = lines_of(event, amount_fen=fen, plan="p", account="appropriation:x")
    assert sum(amount for _, amount in lines) == 0
    assert all(rule_of(code) for code, _ in lines)


@pytest.mark.parametrize(("fen", "event"), [(0, P.RESERVE_CHANGE), (0, P.CLAIM_DECIDED), (-1, P.CLAIM_DECIDED)])
def test_an_amount_that_makes_no_sense_is_refused(fen, event):
    with pytest.raises(ValueError, match="does not take"):
        lines_of(event, amount_fen=fen, plan="p", account="surplus")


def test_a_reserve_that_falls_turns_the_sides_round():
    lines = lines_of(P.RESERVE_CHANGE, amount_fen=-5, account="statutory-reserve")
    assert lines == (("result-of-period", -5), ("statutory-reserve", 5))


@pytest.mark.parametrize(("event", "missing"), [(P.CLAIM_DECIDED, "plan"), (P.PAYMENT_REQUESTED, "account")])
def test_what_the_event_leaves_open_must_be_named(event, missing):
    with pytest.raises(ValueError, match=f"needs the {missing}"):
        lines_of(event, amount_fen=5)


@pytest.mark.parametrize("code", ["", "gold", "bank:x", "claims-payable", "claims-payable:", ":x"])
def test_the_chart_knows_no_other_accounts(code):
    with pytest.raises(ValueError, match="chart of accounts"):
        rule_of(code)


def test_what_may_never_go_below_zero_is_what_is_owed_or_granted():
    bounded = {code for code, rule in CHART.items() if rule.no_overdraft}
    assert bounded == {"claims-payable", "allowance-payable", "appropriation", "surplus"}
    assert {rule.normal for rule in CHART.values()} == {DEBIT, CREDIT}
