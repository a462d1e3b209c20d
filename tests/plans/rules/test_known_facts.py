"""What a roster does not say is not held against anybody; what it says is."""

from datetime import date

import pytest

from apps.plans.files import catalogue_terms
from apps.plans.rules import Insured, Policy, assess_enrolment, assess_known

TERMS = catalogue_terms("new-work-mutual", None, {})
YEAR = Policy(date(2026, 11, 23), date(2027, 11, 22))


@pytest.mark.parametrize(
    ("born", "facts", "reasons"),
    [
        (date(1990, 1, 1), {}, []),
        (date(1990, 1, 1), {"occupation": "courier"}, []),
        (date(1990, 1, 1), {"occupation": "doctor"}, ["occupation"]),
        (date(1950, 1, 1), {}, ["age"]),
        (date(1950, 1, 1), {"occupation": "doctor"}, ["age", "occupation"]),
    ],
)
def test_only_conditions_whose_facts_are_known_are_asked(born, facts, reasons):
    insured = Insured(born, "female", facts)
    result = assess_known(TERMS, insured, YEAR)
    assert [reason.code for reason in result.reasons] == reasons
    assert result.accepted == (not reasons)
    if facts:
        assert result == assess_enrolment(TERMS, insured, YEAR)
