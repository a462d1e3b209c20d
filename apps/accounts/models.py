"""Who can sign in, and in which roles."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    MEMBER = "member", _("Member")
    FAMILY_DOCTOR = "family-doctor", _("Family doctor")
    COORDINATOR = "coordinator", _("Hospital coordinator")
    SPECIALIST = "specialist", _("Specialist")
    CLAIMS_OFFICER = "claims-officer", _("Claims officer")
    TREASURER = "treasurer", _("Treasurer")
    COUNCIL = "council", _("Council member")
    SPONSOR = "sponsor", _("Group administrator")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, roles=[Role.ADMINISTRATOR], **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail.  Everyone is a member; other roles are given by an administrator."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("your name"), max_length=60)
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, blank=True)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(null=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_roles_known", condition=models.Q(roles__contained_by=list(Role.values)))
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def all_roles(self) -> frozenset[str]:
        return frozenset([*self.roles, Role.MEMBER])

    def has_role(self, *roles: str) -> bool:
        """Whether the user has any of the roles."""
        return not self.all_roles.isdisjoint(roles)

    @property
    def role_names(self) -> list[str]:
        return [str(Role(role).label) for role in self.roles]

    @property
    def is_staff(self) -> bool:
        """Whoever works for the fund, a clinic or the council, not only for the family."""
        return bool(self.roles and set(self.roles) != {Role.MEMBER})
