"""Applications with the answers given, covers with their days, contributions and what was received for them, groups."""

from apps.enrolments.models.applying import Application, Draft
from apps.enrolments.models.contributions import Contribution, Receipt
from apps.enrolments.models.covers import Cover, CoverQuerySet
from apps.enrolments.models.groups import Agreement, Invoice, Payer, Place, Roster, RosterBlock, RosterRow

__all__ = [
    "Agreement",
    "Application",
    "Contribution",
    "Cover",
    "CoverQuerySet",
    "Draft",
    "Invoice",
    "Payer",
    "Place",
    "Receipt",
    "Roster",
    "RosterBlock",
    "RosterRow",
]
