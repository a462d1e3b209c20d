"""What a draft says, what keeps it from being published, and how it differs from the version it began with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from apps.core.errors import N_
from apps.plans.files import catalogue_files, floor_files
from apps.plans.models import PlanDraft, PlanVersion
from apps.plans.rules import Terms, content_hash
from apps.plans.rules.checking import checked
from apps.plans.rules.faults import Fault
from apps.plans.rules.floors import FloorForm, Miss, concerns, misses_of
from apps.plans.rules.loading import Problem, Written
from apps.plans.rules.writing import as_text


@dataclass(frozen=True, slots=True)
class Reading:
    """A draft as read today."""

    written: Written
    problems: tuple[Problem, ...]
    floor: FloorForm | None
    misses: tuple[Miss, ...]

    @property
    def terms(self) -> Terms | None:
        """The terms where the text is of good form, ready or not."""
        return self.written.terms

    @property
    def is_ready(self) -> bool:
        """Whether it can be published."""
        return self.terms is not None and not self.problems and not self.misses


def source_of(version: PlanVersion) -> str:
    """The text a version was written as, with its remarks; made from its data where that is not at hand."""
    draft = PlanDraft.objects.filter(version=version).first()
    if draft is not None:
        return draft.text
    written = (file.text for file in catalogue_files() if content_hash(file.data) == version.content_hash)
    return next(written, "") or as_text(version.terms)


def reading_of(draft: PlanDraft, today: date) -> Reading:
    """Read and check a draft: the form, the rules, the floor, and that it is a new version that begins later."""
    written, floor = checked(draft.text), floor_files().get(draft.floor)
    if written.terms is None:
        return Reading(written, written.problems, floor, ())
    problems = (*written.problems, *written.located(_of_today(written.terms, today)))
    problems = tuple(sorted(problems, key=lambda problem: problem.line))
    return Reading(written, problems, floor, misses_of(floor, written.terms) if floor else ())


def floor_results(terms: Terms) -> list[tuple[FloorForm, tuple[Miss, ...]]]:
    """Each floor that speaks about the plan, with the figures below it."""
    return [(floor, misses_of(floor, terms)) for floor in floor_files().values() if concerns(floor, terms)]


def _of_today(terms: Terms, today: date) -> Iterator[Fault]:
    if terms.valid_from < today:
        told = N_("= %(day)s is past: nobody can join under terms of yesterday")
        yield Fault(("valid", "from"), told, day=terms.valid_from)
    if PlanVersion.objects.filter(code=terms.code, version=terms.version).exists():
        told = N_("= %(version)s is published already: give the new terms a new version")
        yield Fault(("version",), told, version=terms.version)
