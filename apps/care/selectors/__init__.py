"""Reads of care: doctors with places, today's list, a person's file."""

from apps.care.selectors.doctors import contract_of, doctor_of_user, doctors_to_choose, family_user_ids
from apps.care.selectors.file import HealthFile, health_file, past_visits, visit
from apps.care.selectors.plans import Enrolled, programmes_of
from apps.care.selectors.timeline import TimelineEntry, timeline_entries
from apps.care.selectors.today import Row, Today, next_follow_up, today_list

__all__ = [
    "Enrolled",
    "HealthFile",
    "Row",
    "TimelineEntry",
    "Today",
    "contract_of",
    "doctor_of_user",
    "doctors_to_choose",
    "family_user_ids",
    "health_file",
    "next_follow_up",
    "past_visits",
    "programmes_of",
    "timeline_entries",
    "today_list",
    "visit",
]
