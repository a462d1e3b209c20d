"""Referrals, everything done to them, and the times that hospitals keep for them."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.care.models import FamilyDoctor, FollowUp
from apps.core.fields import EncryptedTextField
from apps.directory.models import Department
from apps.members.models import Person
from apps.referrals.rules.machine import OWNER, TRANSITIONS
from apps.referrals.rules.words import STATE_WORDS, TERMINAL, Event, State, Who

ENDED = sorted(TERMINAL)
STATES = [(state.value, state.value) for state in State]
EVENTS = [(event.value, event.value) for event in Event]
LEGAL_STEP = reduce(or_, (Q(source=row.source, event=row.event, target=row.target) for row in TRANSITIONS))


class Slot(models.Model):
    """A time a department keeps for referrals; ``taken`` is counted by the database from booked referrals."""

    class Priority(models.TextChoices):
        URGENT = "urgent", _("Urgent")
        ROUTINE = "routine", _("Routine")

    department = models.ForeignKey(Department, models.PROTECT, related_name="slots")
    starts_at = models.DateTimeField()
    priority = models.CharField(max_length=8, choices=Priority)
    places = models.PositiveSmallIntegerField(default=1)
    taken = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_slot_a_time", fields=["department", "starts_at", "priority"]),
            models.CheckConstraint(name="slot_is_never_overbooked", condition=Q(taken__lte=F("places"))),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} at {self.starts_at}"


class ReferralQuerySet(models.QuerySet["Referral"]):
    def open(self) -> ReferralQuerySet:
        return self.exclude(state__in=ENDED)


class Referral(models.Model):
    """One way up to a hospital department and back; ``state`` follows the last event by a trigger of the database."""

    class Direction(models.TextChoices):
        UP = "up", _("To the hospital")
        DOWN = "down", _("From the hospital")

    person = models.ForeignKey(Person, models.PROTECT, related_name="referrals")
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    doctor = models.ForeignKey(FamilyDoctor, models.PROTECT, related_name="referrals")
    department = models.ForeignKey(Department, models.PROTECT, related_name="referrals")
    follow_up = models.ForeignKey(FollowUp, models.PROTECT, null=True, blank=True, related_name="referrals")
    priority = models.CharField(max_length=8, choices=Slot.Priority)
    reason = EncryptedTextField()
    state = models.CharField(max_length=12, choices=STATES, default=State.START)
    act_by = models.DateTimeField(null=True, help_text="when the owner should have acted")
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="referrals")
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    key = models.UUIDField(unique=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_referral_a_department",
                fields=["person", "department"],
                condition=~Q(state__in=ENDED),
            ),
            models.CheckConstraint(name="booked_has_a_slot", condition=~Q(state="booked") | Q(slot__isnull=False)),
            models.CheckConstraint(
                name="referral_state_known", condition=Q(state__in=[state.value for state in State])
            ),
        ]
        indexes = [
            models.Index(name="referral_desk", fields=["department", "state"], condition=~Q(state__in=ENDED)),
            models.Index(fields=["person", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk} of {self.person_id}"

    @property
    def owner(self) -> Who | None:
        """In whose court the ball is."""
        return OWNER.get(State(self.state))

    @property
    def is_open(self) -> bool:
        return State(self.state) not in TERMINAL

    @property
    def state_text(self) -> str:
        return gettext(STATE_WORDS[State(self.state)])

    def is_late(self, now: datetime) -> bool:
        return self.act_by is not None and self.act_by < now


class ReferralEvent(models.Model):
    """One thing done to a referral; only ever added."""

    REASONS = [
        ("not-indicated", _("A visit is not needed")),
        ("other-department", _("Another department fits better")),
        ("information", _("Too little information")),
        ("capacity", _("No capacity within a safe time")),
        ("other", _("Another reason")),
    ]

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="events")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=14, choices=[(who.value, who.value) for who in Who])
    event = models.CharField(max_length=20, choices=EVENTS)
    source = models.CharField(max_length=12, choices=STATES)
    target = models.CharField(max_length=12, choices=STATES)
    reason_code = models.CharField(max_length=20, blank=True, choices=REASONS)
    content = EncryptedTextField(help_text="what was written, as JSON")
    key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="events_are_numbered", fields=["referral", "number"]),
            models.CheckConstraint(name="event_is_a_legal_step", condition=LEGAL_STEP),
            models.CheckConstraint(
                name="only_the_clock_has_no_name", condition=Q(actor__isnull=False) | Q(role="clock")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} on {self.referral_id}"
