"""What points take off: whole points, at most their share of the price, never more than the family pays."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.enrolments.rules.points import NO_DISCOUNT, Balance, Discount, discount
from apps.enrolments.rules.schedule import FAMILY, Payer, own_fen, shares
from apps.plans.rules import Payer as PayerTerms
from apps.plans.rules import Points

EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)


def terms(worth=1, share=20_00):
    return Points(tasks=(), worth=worth, share=share)


@pytest.mark.parametrize(
    ("left", "price_fen", "own", "worth", "share", "points", "fen"),
    [
        (0, 98_00, 98_00, 1, 20_00, 0, 0),
        (500, 98_00, 98_00, 1, 20_00, 500, 5_00),
        (1960, 98_00, 98_00, 1, 20_00, 1960, 19_60),
        (1961, 98_00, 98_00, 1, 20_00, 1960, 19_60),
        (9999, 98_00, 98_00, 1, 100_00, 9800, 98_00),
        (9999, 98_00, 10_00, 1, 20_00, 1000, 10_00),
        (9999, 98_00, 0, 1, 20_00, 0, 0),
        (9999, 0, 0, 1, 20_00, 0, 0),
        (9999, 98_00, 98_00, 150, 20_00, 13, 19_50),
        (9999, 98_01, 98_01, 1, 12_50, 1225, 12_25),
        (9999, 98_00, 98_00, 20_00, 20_00, 0, 0),
    ],
    ids=[
        *("none", "all", "just-all", "capped", "to-nothing", "own-part", "others-pay", "free", "whole-points"),
        *("cap-down", "point-above-cap"),
    ],
)
def test_what_points_take_off(left, price_fen, own, worth, share, points, fen):
    assert discount(left, price_fen, own, terms(worth, share)) == Discount(points, fen)


def test_a_plan_without_points_takes_nothing_off():
    assert discount(500, 98_00, 98_00, None) is NO_DISCOUNT


@EXAMPLES
@given(
    left=st.integers(0, 10**6),
    price_fen=st.integers(0, 10**8),
    own=st.integers(0, 10**8),
    worth=st.integers(1, 10**4),
    share=st.integers(1, 100_00),
)
def test_never_more_than_there_is_to_take(left, price_fen, own, worth, share):
    taken = discount(left, price_fen, min(own, price_fen), terms(worth, share))
    assert 0 <= taken.points <= left
    assert taken.fen == taken.points * worth
    assert taken.fen <= min(own, price_fen)
    assert taken.fen * 100_00 <= price_fen * share
    more = discount(left + 1, price_fen, min(own, price_fen), terms(worth, share))
    assert 0 <= more.points - taken.points <= 1


def test_more_used_than_earned_leaves_nothing():
    assert (Balance(7, 5).left, Balance(5, 7).left, Balance().left) == (2, 0, 0)


UNION, CITY = PayerTerms("union", 30_00), PayerTerms("lottery-fund", None, is_chosen=True)
ACCOUNT = PayerTerms("personal-account", None, is_chosen=True)


@pytest.mark.parametrize(
    ("payers", "chosen", "own"),
    [
        ((), Payer.SELF, 72_00),
        ((UNION,), Payer.SELF, 42_00),
        ((UNION, ACCOUNT), Payer.PERSONAL_ACCOUNT, 42_00),
        ((UNION, CITY), Payer.LOTTERY_FUND, 0),
        ((UNION, CITY), Payer.SELF, 42_00),
        ((PayerTerms("personal-account", 50_00), UNION), Payer.SELF, 0),
    ],
    ids=["alone", "rest", "account", "all-paid", "not-chosen", "union-last"],
)
def test_what_the_family_pays_after_everybody_else(payers, chosen, own):
    assert own_fen(72_00, payers, chosen) == own


@EXAMPLES
@given(
    price_fen=st.integers(0, 10**6),
    parts=st.lists(st.tuples(st.sampled_from(["union", "government", "personal-account"]), st.integers(1, 10**6))),
    off=st.integers(0, 10**6),
)
def test_a_price_lower_by_that_is_lower_for_the_family_alone(price_fen, parts, off):
    payers = [PayerTerms(code, fen) for code, fen in parts]
    off = min(off, own_fen(price_fen, payers))
    before, after = ([s for s in shares(fen, payers) if s.payer not in FAMILY] for fen in (price_fen, price_fen - off))
    assert before == after
