"""What a person may type as an amount, and how amounts, shares and days are written back."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from apps.core.display import day_text, moment_text, percent_text, yuan_text
from apps.core.forms import MAX_FEN, YuanField
from apps.core.money import Money


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1", 100),
        ("1.5", 150),
        ("1234.50", 123450),
        ("1,234.5", 123450),
        (" 12.00 ", 1200),
        ("¥12", 1200),
        ("12元", 1200),
        ("１２３．４５", 12345),
        ("￥１，２３４", 123400),
        ("12.", 1200),
        ("0.01", 1),
        ("100000000", 10_000_000_000),
    ],
)
def test_reads_an_amount_as_people_type_it(typed, fen):
    assert YuanField().clean(typed) == fen


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("abc", "invalid"),
        ("1 2 3 yuan", "invalid"),
        ("1,23", "invalid"),
        ("1e12", "invalid"),
        ("½", "invalid"),
        ("NaN", "invalid"),
        ("1.234", "decimals"),
        ("-1", "negative"),
        ("0", "zero"),
        ("0.00", "zero"),
        ("1000000000000", "too_large"),
        ("9" * 19, "too_large"),
        ("100000000.01", "too_large"),
    ],
)
def test_refuses_with_the_reason(typed, code):
    with pytest.raises(ValidationError) as refusal:
        YuanField().clean(typed)
    assert refusal.value.code == code
    assert "%(" not in refusal.value.messages[0]


def test_allows_zero_negative_and_empty_when_told():
    assert YuanField(allow_zero=True).clean("0") == 0
    assert YuanField(allow_negative=True).clean("−3.20") == -320
    assert YuanField(required=False).clean("") is None


def test_the_refusal_names_the_largest_amount():
    with pytest.raises(ValidationError, match=r"¥500\.00"):
        YuanField(max_fen=50_000).clean("500.01")


@given(st.integers(min_value=1, max_value=MAX_FEN))
def test_what_is_shown_can_be_sent_back(fen):
    field = YuanField()
    assert field.clean(field.prepare_value(fen)) == fen
    assert field.clean(yuan_text(fen)) == fen
    assert field.prepare_value(Money(fen)) == field.prepare_value(fen)


def test_what_was_typed_wrongly_comes_back_as_typed():
    assert YuanField().prepare_value("12,,3") == "12,,3"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (123456, "¥1,234.56"),
        (Money(5), "¥0.05"),
        (0, "¥0.00"),
        (-123456, "−¥1,234.56"),
        (None, "–"),
    ],
)
def test_writes_fen_as_yuan(amount, text):
    assert yuan_text(amount) == text


def test_writes_large_figures_in_whole_yuan():
    assert yuan_text(123_450) == "¥1,234.50"
    assert yuan_text(123_450, decimals=False) == "¥1,235"
    assert yuan_text(-50, decimals=False) == "−¥1"


@pytest.mark.parametrize(
    ("ratio", "text"), [(Fraction(8, 100), "8%"), (0.625, "62.5%"), (Fraction(1, 3), "33.3%"), (0, "0%"), (None, "–")]
)
def test_writes_shares(ratio, text):
    assert percent_text(ratio) == text


def test_writes_days_and_moments_in_both_languages_where_the_fund_lives():
    late = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
    with translation.override("en"):
        assert (day_text(date(2026, 3, 1)), day_text(late)) == ("1 Mar 2026", "23 Nov 2026")
        assert moment_text(late) == "23 Nov 2026, 02:05"
    with translation.override("zh-hans"):
        assert (day_text(late), moment_text(late)) == ("2026年11月23日", "2026年11月23日 02:05")
    assert (day_text(None), moment_text(None)) == ("–", "–")
