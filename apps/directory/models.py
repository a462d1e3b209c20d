"""Clinics, hospitals and other partners of the fund, their departments, and who works where."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.display import is_chinese


class Named(models.Model):
    """Something with a name in both languages."""

    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name_zh if is_chinese() else self.name_en


class Organisation(Named):
    class Kind(models.TextChoices):
        CLINIC = "clinic", _("Clinic")
        HOSPITAL = "hospital", _("Hospital")
        INSURER = "insurer", _("Insurer")
        TECHNOLOGY = "technology", _("Technology company")
        FUND = "fund", _("Fund")
        UNION = "union", _("Union")
        CHARITY = "charity", _("Charity")
        AUTHORITY = "authority", _("Civil affairs authority")

    class Level(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        SECONDARY = "secondary", _("Secondary")
        TERTIARY = "tertiary", _("Tertiary")

    code = models.SlugField(unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    level = models.CharField(max_length=10, choices=Level, blank=True)
    address_zh = models.CharField(max_length=120, blank=True)
    address_en = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="care_givers_have_a_level",
                condition=~Q(kind__in=["clinic", "hospital"]) | ~Q(level=""),
            )
        ]


class Department(Named):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="departments")
    code = models.SlugField()

    class Meta:
        constraints = [models.UniqueConstraint(name="department_code_once", fields=["organisation", "code"])]


class Post(models.Model):
    """A person's work at an organisation; ``until`` is empty while it lasts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="posts")
    title_zh = models.CharField(max_length=40, blank=True)
    title_en = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_post_an_organisation",
                fields=["user", "organisation"],
                condition=Q(until=None),
            ),
            models.CheckConstraint(
                name="post_ends_after_it_starts", condition=Q(until=None) | Q(until__gte=models.F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.organisation_id}"
