"""Writes of care: choose a doctor, plan and finish work, log a follow-up."""

from apps.care.services.doctors import choose_doctor
from apps.care.services.follow_ups import log_follow_up
from apps.care.services.tasks import add_task, cancel_tasks, finish_task, finish_tasks_of
from apps.care.services.windows import open_due_windows, plan_follow_up

__all__ = [
    "add_task",
    "cancel_tasks",
    "choose_doctor",
    "finish_task",
    "finish_tasks_of",
    "log_follow_up",
    "open_due_windows",
    "plan_follow_up",
]
