"""What the pages say about a cover and about who can join, worked out for the templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.enrolments.models import Contribution, Cover
from apps.enrolments.rules.period import may_follow
from apps.enrolments.selectors import covers_of_plan, terms_of_cover
from apps.enrolments.services.receiving import LABEL
from apps.members.models import Person
from apps.members.rules.family import Relation, capacity_of, is_minor
from apps.members.selectors import missing_by_person, people_of
from apps.payments.models import CheckoutState
from apps.payments.selectors import checkout_of
from apps.plans.words import in_language


@dataclass(frozen=True, slots=True)
class CoverWords:
    """One cover with the words around it."""

    cover: Cover
    plan_name: str
    tone: str
    state: str
    note: str


def cover_words(cover: Cover, language: str, today: date) -> CoverWords:
    """State and what it means, as a family reads it."""
    tone, state, note = _state(cover, today)
    return CoverWords(cover, in_language(terms_of_cover(cover).name, language), tone, state, note)


def _state(cover: Cover, today: date) -> tuple[str, str, str]:
    if cover.state == Cover.State.UNPAID:
        return "warn", _("Waiting for payment"), _("The cover starts once it is paid.")
    if cover.state == Cover.State.CANCELLED:
        return "stop", _("Cancelled"), _("It was not paid in time, so it did not start.")
    if cover.end <= today:
        return "", _("Ended"), _("Claims for days inside it can still be sent.")
    if cover.start > today:
        return "info", _("Starts soon"), _("It is paid and starts on its first day.")
    return "ok", _("Covered"), _("Everything in the plan is covered now.")


@dataclass(frozen=True, slots=True)
class JoiningRow:
    """One person of the family and whether they can join a plan now."""

    person: Person
    may_act: bool
    is_missing_consents: bool
    cover: Cover | None
    may_join: bool

    @property
    def can_join(self) -> bool:
        return self.may_act and not self.is_missing_consents and self.may_join


def joining_rows(user: User, plan_code: str, today: date) -> list[JoiningRow]:
    """The family, for the choice who joins; a constant number of queries."""
    family = list(people_of(user))
    missing = missing_by_person(family, on=today)
    covers = covers_of_plan(family, plan_code, on=today)
    return [
        JoiningRow(
            person=person,
            may_act=_may_act(person, today),
            is_missing_consents=person.pk in missing,
            cover=covers.get(person.pk),
            may_join=may_follow(covers[person.pk].end if person.pk in covers else None, today),
        )
        for person in family
    ]


def _may_act(person: Person, today: date) -> bool:
    relation = person.my_relation or Relation.SELF
    return capacity_of(relation, is_minor=is_minor(person.birth_date, today)) is not None


def payment_state(contribution: Contribution) -> str:
    """What became of the payment page: "" not opened, open, paid (being booked), failed or expired."""
    checkout = checkout_of(LABEL, contribution.pk)
    return CheckoutState(checkout.state).value if checkout else ""
