"""What must hold before terms are published, beyond their form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.plans.errors import TermsInvalid

from .case_answer import decided
from .case_file import Case, case_of
from .conditions import paths_asked
from .decision import Decision
from .faults import Fault
from .terms import Example, Terms


def problems_of(terms: Terms) -> tuple[str, ...]:
    """One line for each thing that keeps the terms from being published."""
    return (*_unasked(terms), *_broken_examples(terms))


def example_case(terms: Terms, example: Example) -> Case:
    """A worked example as a case of these terms.  Raises Fault."""

    def these(_code: str, _version: str | None, _parameters: Mapping[str, Any]) -> Terms:
        return terms

    return case_of({**example.case, "plan": terms.code}, these)


def worked_examples(terms: Terms) -> tuple[tuple[Example, Case, tuple[Decision, ...]], ...]:
    """Every worked example with what the engine decides about it."""
    cases = [(example, example_case(terms, example)) for example in terms.examples]
    return tuple((example, case, decided(case)) for example, case in cases)


def _unasked(terms: Terms) -> tuple[str, ...]:
    """Facts a condition of joining needs and no question of an offered plan asks for."""
    if not terms.offered:
        return ()
    asked = {question.fact for question in terms.questions}
    needed = {path.partition(".")[0] for joining in terms.joining for path in paths_asked(joining.condition)}
    return tuple(f"joining asks for {fact}, but no question does" for fact in sorted(needed - asked))


def _broken_examples(terms: Terms) -> tuple[str, ...]:
    problems = []
    for number, example in enumerate(terms.examples):
        try:
            paid = sum(decision.paid_fen for decision in decided(example_case(terms, example)))
        except (Fault, TermsInvalid) as error:
            problems.append(f"examples[{number}].case: {error}")
        else:
            if not paid:
                problems.append(f"examples[{number}].case is paid nothing, so it explains nothing")
    return tuple(problems)
