"""A family at a glance: for each person the covers, the doctor, the next visit, and the one thing to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.care.models import DoctorContract, Task
from apps.care.programmes import programme_of_family
from apps.core.errors import N_
from apps.enrolments.models import Contribution, Cover
from apps.enrolments.selectors import covers_of_user, terms_of_cover
from apps.members.models import Person
from apps.members.selectors import missing_by_person, people_of
from apps.plans.rules import Terms
from apps.portal.rules.next_step import NextStep, Standing, next_step

LABELS = {
    NextStep.SIGN: N_("Read and sign the papers"),
    NextStep.PAY: N_("Pay the contribution"),
    NextStep.JOIN: N_("Compare the plans"),
    NextStep.CHOOSE_DOCTOR: N_("Choose a family doctor"),
    NextStep.NOTHING: "",
}


@dataclass(frozen=True)
class CoverLine:
    cover: Cover
    terms: Terms


@dataclass(frozen=True)
class PersonCard:
    """One person of the family on the home page."""

    person: Person
    covers: tuple[CoverLine, ...]
    doctor: DoctorContract | None
    visit: Task | None
    step: NextStep
    url: str
    is_next: bool = False

    @property
    def label(self) -> str:
        return gettext(LABELS[self.step])


def family_of(user: User, *, today: date) -> list[PersonCard]:
    """The people the user acts for, in a constant number of queries."""
    people = list(people_of(user))
    missing = missing_by_person(people, on=today)
    covers = _covers(user, today)
    ids = [person.pk for person in people]
    doctors = {
        contract.person_id: contract
        for contract in DoctorContract.objects.filter(person__in=ids, until=None).select_related(
            "doctor__user", "doctor__clinic"
        )
    }
    visits = _next_visits(ids)
    cards = [
        _card(person, bool(missing.get(person.pk)), covers[person.pk], doctors.get(person.pk), visits.get(person.pk))
        for person in people
    ]
    first = next((card for card in cards if card.url), None)
    return [replace(card, is_next=card is first) for card in cards]


def _covers(user: User, today: date) -> dict[int, list[CoverLine]]:
    """Covers that run, begin later, or wait for payment, by person."""
    found: dict[int, list[CoverLine]] = defaultdict(list)
    for cover in covers_of_user(user):
        if cover.end > today:
            found[cover.person_id].append(CoverLine(cover, terms_of_cover(cover)))
    return found


def _next_visits(person_ids: Iterable[int]) -> dict[int, Task]:
    tasks = Task.objects.open().filter(person__in=person_ids, kind=Task.Kind.FOLLOW_UP).order_by("-due")
    return {task.person_id: task for task in tasks}


def _card(
    person: Person, is_unsigned: bool, covers: list[CoverLine], doctor: DoctorContract | None, visit: Task | None
) -> PersonCard:
    unpaid = next((line.cover for line in covers if line.cover.state == Cover.State.UNPAID), None)
    running = [line for line in covers if line.cover.state == Cover.State.ACTIVE]
    step = next_step(
        Standing(
            has_papers_to_sign=is_unsigned,
            has_cover_to_pay=unpaid is not None,
            has_cover=bool(running),
            needs_doctor=any(programme_of_family(line.terms.disease_family) for line in running),
            has_doctor=doctor is not None,
        )
    )
    return PersonCard(person, tuple(covers), doctor, visit, step, _url(step, person, unpaid))


def _url(step: NextStep, person: Person, unpaid: Cover | None) -> str:
    if step is NextStep.SIGN:
        return reverse("members:consents", args=[person.pk])
    if step is NextStep.PAY and unpaid is not None:
        due = next(
            item
            for item in unpaid.contributions.all()
            if item.state == Contribution.State.DUE and item.payer_label == "self"
        )
        return reverse("enrolments:pay", args=[due.pk])
    if step is NextStep.JOIN:
        return reverse("plans:catalogue")
    if step is NextStep.CHOOSE_DOCTOR:
        return reverse("care:choose", args=[person.pk])
    return ""
