"""Put the alliance on stage: organisations, departments, and everyone who works for the fund."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from django.contrib.auth.hashers import make_password

from apps.accounts.models import Role, User
from apps.directory.models import Department, Organisation, Post
from apps.portal.demo.alliance import (
    CLINICS,
    DEPARTMENTS,
    DOMAIN,
    HOSPITAL,
    LEAD_DOCTOR,
    OTHERS,
    PASSWORD,
    STAFF,
    Worker,
)
from apps.portal.demo.names import Names

DOCTORS = 40


@dataclass
class Cast:
    """Everyone and everything that is there on the first day, by code or login."""

    since: date
    began_at: datetime
    names: Names
    organisations: dict[str, Organisation] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    workers: dict[str, User] = field(default_factory=dict)

    @cached_property
    def password(self) -> str:
        """Hashed once: the demo's people share one password, printed for everyone."""
        return make_password(PASSWORD)

    def user(self, email: str, name: str, roles: tuple[str, ...] = (), language: str = "zh-hans") -> User:
        return User.objects.create(
            email=email,
            name=name,
            roles=list(roles),
            language=language,
            password=self.password,
            joined_at=self.began_at,
        )

    def assemble(self) -> None:
        """Create organisations, departments and workers."""
        self._organisation(*HOSPITAL, kind="hospital", level="tertiary")
        for code, name_zh, name_en in CLINICS:
            self._organisation(code, name_zh, name_en, kind="clinic", level="primary")
        for code, kind, name_zh, name_en in OTHERS:
            self._organisation(code, name_zh, name_en, kind=kind)
        hospital = self.organisations[HOSPITAL[0]]
        for code, name_zh, name_en in DEPARTMENTS:
            self.departments[code] = Department.objects.create(
                organisation=hospital, code=code, name_zh=name_zh, name_en=name_en
            )
        for worker in (LEAD_DOCTOR, *self._other_doctors(), *STAFF):
            self._employ(worker)

    def doctors(self) -> list[User]:
        """Family doctors in the order they were taken on; the lead doctor first."""
        return [user for user in self.workers.values() if Role.FAMILY_DOCTOR in user.roles]

    def _organisation(self, code: str, name_zh: str, name_en: str, *, kind: str, level: str = "") -> None:
        self.organisations[code] = Organisation.objects.create(
            code=code, kind=kind, level=level, name_zh=name_zh, name_en=name_en
        )

    def _other_doctors(self) -> list[Worker]:
        doctors = []
        for number in range(2, DOCTORS + 1):
            sex = "female" if number % 3 else "male"
            name = self.names.surname() + self.names.given(sex)
            clinic = CLINICS[(number - 1) % len(CLINICS)][0]
            doctors.append(Worker(f"doctor{number}", name, (Role.FAMILY_DOCTOR,), clinic, "家庭医生", "Family doctor"))
        return doctors

    def _employ(self, worker: Worker) -> None:
        user = self.user(f"{worker.login}@{DOMAIN}", worker.name, worker.roles)
        self.workers[worker.login] = user
        if not worker.place:
            return
        organisation, _, department = worker.place.partition("/")
        Post.objects.create(
            user=user,
            organisation=self.organisations[organisation],
            department=self.departments.get(department),
            title_zh=worker.does_zh,
            title_en=worker.does_en,
            since=self.since,
        )
