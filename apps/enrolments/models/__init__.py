"""Applications with the answers given, covers with their days, contributions and what was received for them."""

from apps.enrolments.models.applying import PAYER_NAMES, SCHEDULE_NAMES, Application, Draft
from apps.enrolments.models.contributions import Contribution, ContributionQuerySet, Receipt, Refund
from apps.enrolments.models.covers import Cover, CoverQuerySet, Lapse

__all__ = [
    "PAYER_NAMES",
    "SCHEDULE_NAMES",
    "Application",
    "Contribution",
    "ContributionQuerySet",
    "Cover",
    "CoverQuerySet",
    "Draft",
    "Lapse",
    "Receipt",
    "Refund",
]
