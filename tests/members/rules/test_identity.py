"""Which identity numbers are taken, and what is said about the others."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.errors import DomainError
from apps.members import errors
from apps.members.rules.identity import IdentityKind, check_identity, fictional_number

BORN = date(1991, 1, 1)
TODAY = date(2026, 11, 23)


def check(number, *, kind=IdentityKind.RESIDENT, born=BORN, sex="male"):
    return check_identity(kind=kind, number=number, birth_date=born, sex=sex, today=TODAY)


NUMBER = fictional_number(birth_date=BORN, sex="male", serial=0)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        f"  {NUMBER} ",
        " ".join(NUMBER),
        f"{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}",
        NUMBER.translate(WIDE),
    ],
)
def test_a_good_number_is_taken_however_it_is_typed(typed):
    assert check(typed) == NUMBER


def test_a_small_or_full_width_x_is_the_same_as_a_large_one():
    number = next(
        candidate
        for serial in range(499)
        if (candidate := fictional_number(birth_date=BORN, sex="male", serial=serial)).endswith("X")
    )
    assert check(number.lower()) == check(number[:-1] + "ｘ") == number


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        ("11000019910101001", errors.IdentityLength),
        ("1100001991010100177", errors.IdentityLength),
        ("", errors.IdentityLength),
        ("11000019910101001A", errors.IdentityFormat),
        ("1100001991O1010017", errors.IdentityFormat),
        ("110000199101010017", errors.IdentityChecksum),
    ],
)
def test_what_is_wrong_is_said(number, refusal):
    with pytest.raises(refusal) as caught:
        check(number)
    assert caught.value.field == "identity_number"


def test_a_day_that_does_not_exist_is_refused_even_with_a_right_checksum():
    from stdnum.cn import ric

    body = "110000" + "19910230" + "001"
    with pytest.raises(errors.IdentityDate):
        check(body + ric.calc_check_digit(body + "0"))


def test_a_number_of_an_unknown_county_is_taken():
    """python-stdnum alone raises a bare KeyError or InvalidComponent on these."""
    from stdnum.cn import ric

    for area in ("110000", "999999", "000000"):
        body = f"{area}19910101001"
        number = body + ric.calc_check_digit(body + "0")
        assert check(number) == number


def test_the_number_must_agree_with_birth_date_and_sex():
    number = fictional_number(birth_date=BORN, sex="male", serial=3)
    with pytest.raises(errors.BirthDateDiffers) as caught:
        check(number, born=date(1991, 1, 2))
    assert (caught.value.field, caught.value.params) == ("birth_date", {"day": "1991-01-01"})
    with pytest.raises(errors.SexDiffers) as other:
        check(number, sex="female")
    assert other.value.field == "sex"


@given(born=st.dates(date(1900, 1, 1), TODAY), sex=st.sampled_from(["female", "male"]), serial=st.integers(0, 498))
def test_every_fictional_number_is_valid_in_form(born, sex, serial):
    assert check(fictional_number(birth_date=born, sex=sex, serial=serial), born=born, sex=sex)


@given(serial=st.integers(0, 498), place=st.integers(0, 16), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(serial, place, digit):
    number = fictional_number(birth_date=BORN, sex="male", serial=serial)
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        with pytest.raises(errors.IdentityChecksum):
            check(wrong)


@given(st.text(max_size=30))
def test_nothing_typed_makes_it_stumble(text):
    with pytest.raises(DomainError):
        check(text, born=date(1880, 1, 1))


def newborn(number, born):
    return check(number, kind=IdentityKind.BIRTH_CERTIFICATE, born=born)


def test_a_newborn_has_a_birth_certificate_number_until_the_first_birthday():
    assert newborn(" q110123456 ", TODAY - timedelta(days=30)) == "Q110123456"
    assert newborn("Q110123456", date(2025, 11, 24)) == "Q110123456"
    with pytest.raises(errors.BirthCertificateOutgrown):
        newborn("Q110123456", date(2025, 11, 23))


@pytest.mark.parametrize("number", ["Q11012345", "QQ10123456", "1101234567", "Q1101234567", "中110123456"])
def test_a_birth_certificate_number_of_another_form_is_refused(number):
    with pytest.raises(errors.BirthCertificateFormat):
        newborn(number, TODAY)
