"""People of the fund, who acts for them, what they signed, and who may read about them."""

from __future__ import annotations

from datetime import datetime

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.display import is_chinese
from apps.core.fields import EncryptedTextField
from apps.directory.models import Department
from apps.members.rules.access import GRANTED, Rule
from apps.members.rules.family import Capacity, Relation
from apps.members.rules.identity import IdentityKind
from apps.members.rules.texts import AppliesTo, TextKind


class PersonQuerySet(models.QuerySet["Person"]):
    def of(self, user: User) -> PersonQuerySet:
        """The user and those the user acts for."""
        wards = Guardianship.objects.open().filter(guardian=user).values("person_id")
        return self.filter(Q(user=user) | Q(pk__in=wards))


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old), exclude=["identity_number"])
class Person(models.Model):
    """Somebody who can be insured; most are children without an account of their own."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")

    IDENTITY_KINDS = [
        (IdentityKind.RESIDENT.value, _("Resident identity number")),
        (IdentityKind.BIRTH_CERTIFICATE.value, _("Birth certificate number (newborn)")),
    ]

    name = models.CharField(max_length=60)
    birth_date = models.DateField()
    sex = models.CharField(max_length=6, choices=Sex)
    identity_kind = models.CharField(max_length=20, choices=IDENTITY_KINDS)
    identity_number = EncryptedTextField()
    identity_index = models.CharField(max_length=64)
    identity_tail = models.CharField(max_length=4)
    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="person")
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    created_at = models.DateTimeField()

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="identity_number_once", fields=["identity_index"]),
            models.CheckConstraint(name="person_sex_known", condition=Q(sex__in=["female", "male"])),
            models.CheckConstraint(name="person_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def my_relation(self) -> str | None:
        """What the reader is to the person, as ``people_of`` has found out; None for oneself."""
        relation: str | None = getattr(self, "reader_relation", None)
        return relation

    @property
    def masked_identity(self) -> str:
        """The number as pages show it: its last four characters only."""
        hidden = 14 if self.identity_kind == IdentityKind.RESIDENT else 6
        return "•" * hidden + self.identity_tail


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    def open(self) -> GuardianshipQuerySet:
        return self.filter(until=None)


@pghistory.track(pghistory.UpdateEvent(row=pghistory.Old))
class Guardianship(models.Model):
    """Somebody acts for a person: a parent for a child, a daughter for an old father."""

    RELATIONS = [
        (Relation.MOTHER.value, _("Mother")),
        (Relation.FATHER.value, _("Father")),
        (Relation.GRANDPARENT.value, _("Grandparent")),
        (Relation.CHILD.value, _("Son or daughter")),
        (Relation.SPOUSE.value, _("Husband or wife")),
        (Relation.OTHER.value, _("Other guardian or relative")),
    ]

    person = models.ForeignKey(Person, models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="guardianships")
    relation = models.CharField(max_length=12, choices=RELATIONS)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    objects = GuardianshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_guardianship_a_pair", fields=["person", "guardian"], condition=Q(until=None)
            ),
            models.CheckConstraint(
                name="guardianship_ends_after_it_starts", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} is {self.relation} of {self.person_id}"


class LegalText(models.Model):
    """One version of a covenant or consent in both languages; the database refuses every later change."""

    kind = models.CharField(max_length=24, choices=[(kind.value, kind.value) for kind in TextKind])
    version = models.PositiveSmallIntegerField()
    applies_to = models.CharField(max_length=20, choices=[(to.value, to.value) for to in AppliesTo])
    is_required = models.BooleanField()
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)
    summary_zh = models.TextField()
    summary_en = models.TextField()
    body_zh = models.TextField()
    body_en = models.TextField()
    withdrawal_zh = models.TextField()
    withdrawal_en = models.TextField()
    content_hash = models.CharField(max_length=64)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(name="text_version_once", fields=["kind", "version"])]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"

    def _in_language(self, part: str) -> str:
        language = "zh" if is_chinese() else "en"
        return str(getattr(self, f"{part}_{language}"))

    @property
    def title(self) -> str:
        return self._in_language("title")

    @property
    def summary(self) -> str:
        return self._in_language("summary")

    @property
    def body(self) -> str:
        return self._in_language("body")

    @property
    def withdrawal(self) -> str:
        """What happens when the signature is taken back."""
        return self._in_language("withdrawal")


class SignatureQuerySet(models.QuerySet["Signature"]):
    def in_force(self) -> SignatureQuerySet:
        return self.filter(withdrawn_at=None)


class Signature(models.Model):
    """One text signed for one person; only a withdrawal can be added to it later."""

    CAPACITIES = [
        (Capacity.SELF.value, _("for themself")),
        (Capacity.GUARDIAN.value, _("as guardian")),
        (Capacity.AUTHORISED_FAMILY.value, _("as authorised family")),
    ]

    text = models.ForeignKey(LegalText, models.PROTECT, related_name="signatures")
    text_hash = models.CharField(max_length=64)
    person = models.ForeignKey(Person, models.PROTECT, related_name="signatures")
    signed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=20, choices=CAPACITIES)
    assent_name = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_signature_in_force", fields=["text", "person"], condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="withdrawal_says_by_whom",
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__gte=F("at"), withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text_id} for {self.person_id}"


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self, at: datetime) -> GrantQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)

    def for_reader(self, user: User) -> GrantQuerySet:
        """Given to the user, or to a department where the user works."""
        departments = Department.objects.filter(posts__user=user, posts__until=None).values("pk")
        return self.filter(Q(grantee_user=user) | Q(grantee_department__in=departments))


class Grant(models.Model):
    """Leave for a doctor, a department or a claim handler to read about a person, opened and closed by its source."""

    RULES = [
        (Rule.FAMILY_DOCTOR.value, _("family doctor")),
        (Rule.REFERRAL.value, _("hospital department of a referral")),
        (Rule.CLAIM_HANDLER.value, _("claim handler of the fund")),
    ]

    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    grantee_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    grantee_department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    rule = models.CharField(max_length=20, choices=RULES)
    purpose = models.CharField(max_length=60)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    source_label = models.CharField(max_length=60)
    source_id = models.BigIntegerField()

    objects = GrantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["source_label", "source_id"])]
        constraints = [
            models.CheckConstraint(
                name="grant_has_one_grantee",
                condition=Q(grantee_user=None) ^ Q(grantee_department=None),
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_starts", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(name="grant_rule_known", condition=Q(rule__in=[rule.value for rule in GRANTED])),
            models.UniqueConstraint(
                name="one_open_grant_a_source",
                fields=["source_label", "source_id", "rule", "person", "grantee_user", "grantee_department"],
                condition=Q(until=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} grant on {self.person_id}"
