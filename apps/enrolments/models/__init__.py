"""Applications with the answers given, covers with their days, contributions and what was received for them."""

from apps.enrolments.models.applying import Application, Draft
from apps.enrolments.models.contributions import Contribution, Receipt
from apps.enrolments.models.covers import Cover, CoverQuerySet

__all__ = ["Application", "Contribution", "Cover", "CoverQuerySet", "Draft", "Receipt"]
