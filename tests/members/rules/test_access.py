"""The rule that allows a read: truth table over grants, consents and purpose."""

from itertools import chain, combinations

import pytest

from apps.members.rules.access import GRANTED, PURPOSES, Rule, permitting_rule
from apps.members.rules.family import Capacity

CONSENTS = ("consent-sharing", "consent-claims", "consent-health-data")


def subsets(items):
    return list(chain.from_iterable(combinations(items, size) for size in range(len(items) + 1)))


@pytest.mark.parametrize("capacity", list(Capacity))
@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_family_reads_everything_and_comes_first(capacity, purpose):
    rule = permitting_rule(capacity=capacity, grants=set(GRANTED), consents=set(CONSENTS), purpose=purpose)
    assert rule == capacity.value


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("grants", subsets(GRANTED))
@pytest.mark.parametrize("consents", subsets(CONSENTS))
def test_others_need_a_grant_its_consent_and_its_purpose(grants, consents, purpose):
    if purpose == "claim":
        expected = "claim-handler" if "claim-handler" in grants and "consent-claims" in consents else None
    elif "consent-sharing" in consents:
        expected = next((rule for rule in ("family-doctor", "referral") if rule in grants), None)
    else:
        expected = None
    rule = permitting_rule(capacity=None, grants=grants, consents=consents, purpose=purpose)
    assert rule == expected


def test_the_family_rules_have_the_names_of_the_capacities():
    assert {capacity.value for capacity in Capacity} == {rule.value for rule in Rule} - set(GRANTED)
