"""When two receipts are one, and when a number looks worked on."""

import pytest

from apps.claims.rules.receipts import differ_by_one, is_readable, issuer_key, looks_altered, receipt_key


@pytest.mark.parametrize(
    "typed",
    [
        "No. 0012-3456",
        "００１２３４５６",
        " 0012 3456 ",
        "0012/3456",
        "票号：00123456",
        "№00123456",
        "no 00123456",
    ],
)
def test_one_receipt_however_it_is_typed(typed):
    assert receipt_key(typed) == "00123456"


def test_leading_zeros_and_letters_tell_receipts_apart():
    assert receipt_key("0123456") != receipt_key("123456")
    assert receipt_key("A-100200") == "A100200"


@pytest.mark.parametrize("typed", ["Sunny Clinic Co., Ltd.", "sunny clinic", "SUNNY  CLINIC", "Ｓｕｎｎｙ-Clinic"])
def test_one_issuer_however_it_is_typed(typed):
    assert issuer_key(typed) == "sunnyclinic"


def test_chinese_legal_form_is_no_part_of_the_name():
    assert issuer_key("阳光诊所有限公司") == issuer_key("阳光 诊所")


@pytest.mark.parametrize(
    ("number", "expected"), [("123", False), ("1234", True), ("---", False), ("", False), ("9" * 41, False)]
)
def test_enough_signs_to_tell_receipts_apart(number, expected):
    assert is_readable(number) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("12345678", False),
        ("A1234B", False),
        ("1234O678", True),
        ("12?45678", True),
        ("12l45678", True),
        ("AB12-3456", False),
    ],
)
def test_letters_that_pass_for_digits_are_noticed(number, expected):
    assert looks_altered(number) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("123456", "123456", False),
        ("123456", "123457", True),
        ("123456", "12345", True),
        ("123456", "1234567", True),
        ("123456", "124356", True),
        ("123456", "124366", False),
        ("123456", "654321", False),
        ("1234", "123456", False),
    ],
)
def test_one_slip_of_the_finger_apart(one, other, expected):
    assert differ_by_one(one, other) is expected
    assert differ_by_one(other, one) is expected
