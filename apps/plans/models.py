"""Published versions of plans, frozen because covers and claims are decided under them for ever; drafts of new ones."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PlanVersionQuerySet(models.QuerySet["PlanVersion"]):
    def in_force(self, on: date) -> PlanVersionQuerySet:
        """Valid on a day; of several versions of a plan the newest."""
        valid = self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), valid_from__lte=on)
        return valid.order_by("code", "-valid_from", "-id").distinct("code")


class PlanVersion(models.Model):
    """The terms of one version of one plan as written; the database refuses any change once it is here."""

    code = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    terms = models.JSONField()
    content_hash = models.CharField(max_length=64)
    is_offered = models.BooleanField()
    published_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True, help_text="inclusive; empty: until further notice")

    objects = PlanVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="plan_version_once"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="plan_version_validity_in_order",
            ),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="plan_version_has_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class PlanDraft(models.Model):
    """Terms being written; published by somebody else than who wrote last.  ``revision`` counts what was saved."""

    class State(models.TextChoices):
        WRITTEN = "written", _("To be mended")
        CHECKED = "checked", _("Ready to publish")
        PUBLISHED = "published", _("Published")
        DROPPED = "dropped", _("Dropped")

    OPEN = (State.WRITTEN, State.CHECKED)
    TONES = {State.WRITTEN: "warn", State.CHECKED: "wait", State.PUBLISHED: "ok", State.DROPPED: ""}

    key = models.UUIDField(unique=True, default=uuid4)
    title = models.CharField(max_length=120, help_text="code and version as last readable")
    text = models.TextField()
    floor = models.SlugField(blank=True, help_text="the regulator's floor it must meet")
    based_on = models.ForeignKey(PlanVersion, models.PROTECT, related_name="drafts")
    state = models.CharField(max_length=9, choices=State, default=State.WRITTEN)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    version = models.OneToOneField(PlanVersion, models.PROTECT, null=True, related_name="draft")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_draft_is_published_as_a_version",
                condition=Q(state="published", version__isnull=False, published_by__isnull=False)
                | (~Q(state="published") & Q(version__isnull=True, published_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="plan_draft_is_published_by_another_person", condition=~Q(published_by=F("edited_by"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]
