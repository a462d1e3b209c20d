"""Parameters as they are typed into the what-if form."""

import pytest
from django import forms

from apps.actuary.parameter_fields import parameter_field
from apps.plans.words import ParameterWords


def field(kind, value="500.00, 600.00"):
    return parameter_field(ParameterWords("steps", kind, "", "Limit", "yuan, one for each year", "1", value))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("500.00, 600.00", ["500.00", "600.00"]),
        ("500、６００；700元", ["500.00", "600.00", "700.00"]),
        ("¥500 0", ["500.00", "0.00"]),
    ],
)
def test_a_list_of_amounts_is_read_amount_by_amount(text, written):
    assert field("amounts").clean(text) == written


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12,50", "Write it like this: 500.00, 600.00"),
        ("1,000, 2,000", "Write it like this"),
        ("500，600", "Write it like this"),
        ("-5, 3", "cannot be below zero"),
        ("；；", "Write it like this"),
        ("500, free", "digits only"),
    ],
)
def test_a_list_of_amounts_that_cannot_be_read_or_means_two_things_is_refused(text, words):
    with pytest.raises(forms.ValidationError, match=words):
        field("amounts").clean(text)
