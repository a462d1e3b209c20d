"""Applications with the answers given, covers with their days, contributions and what was received, groups, points."""

from apps.enrolments.models.applying import PAYER_NAMES, SCHEDULE_NAMES, Application, Draft
from apps.enrolments.models.contributions import Contribution, ContributionQuerySet, Receipt, Refund
from apps.enrolments.models.covers import Cover, CoverQuerySet, Lapse
from apps.enrolments.models.groups import (
    MOST_TRIES,
    Agreement,
    Invoice,
    InvoicePayment,
    Place,
    Roster,
    RosterBlock,
    RosterRow,
)
from apps.enrolments.models.points import PointsUse, TaskDone

__all__ = [
    "MOST_TRIES",
    "PAYER_NAMES",
    "SCHEDULE_NAMES",
    "Agreement",
    "Application",
    "Contribution",
    "ContributionQuerySet",
    "Cover",
    "CoverQuerySet",
    "Draft",
    "Invoice",
    "InvoicePayment",
    "Lapse",
    "Place",
    "PointsUse",
    "Receipt",
    "Refund",
    "Roster",
    "RosterBlock",
    "RosterRow",
    "TaskDone",
]
