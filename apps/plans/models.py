"""Published versions of plans: frozen, because covers and claims are decided under them for ever."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q


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
