"""Family doctors and their patients, the work to do, and what was found at each visit."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.display import is_chinese
from apps.core.fields import EncryptedTextField, MoneyField
from apps.directory.models import Organisation
from apps.members.models import Person

PROGRAMMES = [("asthma", _("Child asthma"))]


class FamilyDoctorQuerySet(models.QuerySet["FamilyDoctor"]):
    def with_free_places(self) -> FamilyDoctorQuerySet:
        return self.filter(is_accepting=True, taken__lt=F("places"))


class FamilyDoctor(models.Model):
    """A doctor of a clinic with a number of places; ``taken`` is counted by the database from open contracts."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="family_doctor")
    clinic = models.ForeignKey(Organisation, models.PROTECT, related_name="family_doctors")
    places = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0, editable=False)
    is_accepting = models.BooleanField(default=True)
    bio_zh = models.CharField(max_length=200, blank=True)
    bio_en = models.CharField(max_length=300, blank=True)

    objects = FamilyDoctorQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="places_are_never_exceeded", condition=Q(taken__lte=F("places")))]

    def __str__(self) -> str:
        return self.user.name

    @property
    def free_places(self) -> int:
        return self.places - self.taken

    @property
    def bio(self) -> str:
        return self.bio_zh if is_chinese() else self.bio_en


class DoctorContract(models.Model):
    """A person has chosen a family doctor; ``until`` is empty while it lasts."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="contracts")
    doctor = models.ForeignKey(FamilyDoctor, models.PROTECT, related_name="contracts")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_open_contract_a_person", fields=["person"], condition=Q(until=None)),
            models.CheckConstraint(
                name="contract_ends_after_it_starts", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} with {self.doctor_id}"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(state=Task.State.OPEN)

    def on_the_list(self, today: date) -> TaskQuerySet:
        """Everything whose window has opened; a window that has closed stays until it is done."""
        return self.open().filter(opens__lte=today)


class Task(models.Model):
    """Something a doctor should do for a person within a window of days, first and last day included."""

    class Kind(models.TextChoices):
        FOLLOW_UP = "follow-up", _("Follow-up")
        CALL_PARENT = "call-parent", _("Call the family")
        LETTER_BACK = "letter-back", _("Letter back")
        REFERRAL_WORK = "referral-work", _("Referral waits")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    person = models.ForeignKey(Person, models.PROTECT, related_name="tasks")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=16, choices=Kind)
    programme = models.CharField(max_length=20, blank=True, choices=PROGRAMMES)
    opens = models.DateField()
    due = models.DateField()
    closes = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="window_in_order", condition=Q(opens__lte=F("due")) & Q(due__lte=F("closes"))),
            models.CheckConstraint(
                name="task_finished_when",
                condition=Q(state="open", finished_at=None) | (~Q(state="open") & Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(name="follow_up_has_a_programme", condition=~Q(kind="follow-up") | ~Q(programme="")),
            models.UniqueConstraint(
                name="one_open_follow_up_a_programme",
                fields=["person", "programme"],
                condition=Q(kind="follow-up", state="open"),
            ),
        ]
        indexes = [
            models.Index(name="task_list", fields=["assignee", "opens"], condition=Q(state="open")),
            models.Index(fields=["source_label", "source_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id} until {self.closes}"


class FollowUp(models.Model):
    """What was asked, found and concluded at one visit; the database refuses every later change."""

    class Channel(models.TextChoices):
        CLINIC = "clinic", _("At the clinic")
        VIDEO = "video", _("By video")
        HOME = "home", _("At home")
        PHONE = "phone", _("By telephone")

    ZONES = [
        ("unknown", _("Not measured")),
        ("green", _("Green zone")),
        ("yellow", _("Yellow zone")),
        ("red", _("Red zone")),
    ]
    CONTROLS = [
        ("unknown", _("Control not known")),
        ("well", _("Well controlled")),
        ("not-well", _("Not well controlled")),
        ("very-poor", _("Very poorly controlled")),
    ]

    person = models.ForeignKey(Person, models.PROTECT, related_name="follow_ups")
    doctor = models.ForeignKey(FamilyDoctor, models.PROTECT, related_name="follow_ups")
    task = models.OneToOneField(Task, models.PROTECT, related_name="follow_up")
    programme = models.CharField(max_length=20, choices=PROGRAMMES)
    form_version = models.PositiveSmallIntegerField()
    held_at = models.DateTimeField()
    channel = models.CharField(max_length=8, choices=Channel)
    answers = EncryptedTextField(help_text="the form's answers as JSON")
    zone = models.CharField(max_length=8, choices=ZONES)
    control = models.CharField(max_length=10, choices=CONTROLS)
    decided_by = models.JSONField(default=list)
    alerts = models.JSONField(default=list)
    note = EncryptedTextField(blank=True)
    fee_fen = MoneyField(default=0)
    key = models.UUIDField(unique=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="visit_is_not_ahead_of_its_record", condition=Q(held_at__lte=F("recorded_at"))),
            models.CheckConstraint(name="visit_fee_not_negative", condition=Q(fee_fen__gte=0)),
        ]
        indexes = [models.Index(fields=["person", "-held_at"]), models.Index(fields=["doctor", "-held_at"])]

    def __str__(self) -> str:
        return f"{self.programme} visit of {self.person_id}"


class Observation(models.Model):
    """One number of one visit, to draw and to compute with."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="observations")
    person = models.ForeignKey(Person, models.PROTECT, related_name="observations")
    code = models.CharField(max_length=30)
    value = models.DecimalField(max_digits=8, decimal_places=2)
    unit = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_value_a_code_and_visit", fields=["follow_up", "code"])]
        indexes = [models.Index(fields=["person", "code", "at"])]

    def __str__(self) -> str:
        return f"{self.code} {self.value} {self.unit}"
