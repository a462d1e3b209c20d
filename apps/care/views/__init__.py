"""Pages of care."""

from apps.care.views.doctors import choose, confirm_doctor
from apps.care.views.file import file, visit
from apps.care.views.work import finish, follow_up, today

__all__ = ["choose", "confirm_doctor", "file", "finish", "follow_up", "today", "visit"]
