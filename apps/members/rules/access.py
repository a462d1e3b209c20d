"""By which rule may somebody read a person's medical data, if by any?"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from apps.members.rules.family import Capacity

CLAIM = "claim"


class Rule(StrEnum):
    """In the order in which they are tried; the first that fits is logged with the read."""

    SELF = "self"
    GUARDIAN = "guardian"
    AUTHORISED_FAMILY = "authorised-family"
    FAMILY_DOCTOR = "family-doctor"
    REFERRAL = "referral"
    CLAIM_HANDLER = "claim-handler"


GRANTED = (Rule.FAMILY_DOCTOR, Rule.REFERRAL, Rule.CLAIM_HANDLER)

PURPOSES = ("file", "follow-up", "referral", CLAIM)

# Which separate consent a grant stands on: without it the grant opens nothing.
CONSENT_FOR = {
    Rule.FAMILY_DOCTOR: "consent-sharing",
    Rule.REFERRAL: "consent-sharing",
    Rule.CLAIM_HANDLER: "consent-claims",
}


def _fits(rule: Rule, purpose: str) -> bool:
    """Claim documents are for the family and the fund's handler only, and the handler sees nothing else."""
    return (rule is Rule.CLAIM_HANDLER) == (purpose == CLAIM)


def permitting_rule(
    *, capacity: Capacity | None, grants: Collection[str], consents: Collection[str], purpose: str
) -> Rule | None:
    """The first rule that allows the read, or None.

    ``capacity`` is the reader's right as family, ``grants`` the rules of the reader's live grants on the
    person, ``consents`` the kinds of consent in force.  Source: care.md section 1, access rules 1 to 4.
    """
    if capacity is not None:
        return Rule(capacity.value)
    for rule in GRANTED:
        if rule in grants and CONSENT_FOR[rule] in consents and _fits(rule, purpose):
            return rule
    return None
