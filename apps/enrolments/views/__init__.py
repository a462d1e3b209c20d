"""Pages of joining, of covers and of paying."""

from apps.enrolments.views.covers import cover, drop, leave, mine
from apps.enrolments.views.joining import decision, questions, start
from apps.enrolments.views.paying import pay, receipt
from apps.enrolments.views.points import points

__all__ = ["cover", "decision", "drop", "leave", "mine", "pay", "points", "questions", "receipt", "start"]
