"""The words of the council: constituencies, purposes of the covenant, choices, interests."""

from __future__ import annotations

from enum import StrEnum


class Constituency(StrEnum):
    INSURER = "insurer"
    HOSPITAL = "hospital"
    TECHNOLOGY = "technology"
    DOCTORS = "doctors"
    PARENTS = "parents"


class Purpose(StrEnum):
    """What the covenant lets a surplus be used for."""

    HOSPITAL_CONDITIONS = "hospital-conditions"
    TRAINING = "training"
    DOCTORS_REWARDS = "doctors-rewards"
    RESEARCH = "research"
    MORE_OUTPATIENT_COVER = "more-outpatient-cover"
    SICKNESS_ALLOWANCE = "sickness-allowance"


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Interest(StrEnum):
    """RECUSED may not vote on the line; DECLARED votes, and the page says so."""

    RECUSED = "recused"
    DECLARED = "declared"
