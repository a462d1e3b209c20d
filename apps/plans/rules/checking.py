"""What must hold before terms are published, beyond their form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from apps.core.errors import N_, Told
from apps.plans.errors import TermsInvalid

from .accumulators import Accumulators
from .adjudication import adjudicate
from .case_answer import decided
from .case_file import Case, case_of
from .clips import Clip
from .conditions import facts_asked
from .decision import Decision
from .faults import Fault
from .loading import Written, read_terms
from .sampling import Sample, claimant, meeting, member
from .scalars import plain_yuan
from .source import Path
from .terms import Benefit, Example, Ladder, Terms
from .written import Words

NEVER_MET = N_("is never met by anybody who may join")
FALLING = N_(
    "pay a smaller share of higher amounts, and then a limit for each visit, day or item, or a rate that differs "
    "between claims, applies: a higher bill could lower what the year pays"
)
CROWDING = N_(
    "are for each visit and for each item: a higher bill for one item could lower what is paid in all; "
    "choose one of them"
)
_ONE_CLAIM = {"visit-limit", "day-limit", "item-limit"}
_LIMITS = {
    "visit-limit": N_("the visit-limit of %(amount)s"),
    "day-limit": N_("the day-limit of %(amount)s"),
    "item-limit": N_("the item-limit of %(amount)s"),
    "year-limit": N_("the year-limit of %(amount)s"),
    "overall-limit": N_("the overall-limit of %(amount)s"),
}
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def checked(text: str) -> Written:
    """Terms of a text that can be published, or everything that keeps them from it."""
    written = read_terms(text)
    if written.terms is None:
        return written
    return replace(written, problems=written.located(problems_of(written.terms)))


def problems_of(terms: Terms) -> tuple[Fault, ...]:
    """Everything that keeps terms of good form from being published."""
    return (
        *_unasked(terms),
        *_unreachable(terms),
        *_idle_limits(terms),
        *lowering(terms),
        *_untranslated(terms),
        *_broken_examples(terms),
    )


def example_case(terms: Terms, example: Example) -> Case:
    """A worked example as a case of these terms.  Raises Fault."""

    def these(_code: str, _version: str | None, _parameters: Mapping[str, Any]) -> Terms:
        return terms

    return case_of({**example.case, "plan": terms.code}, these)


def worked_examples(terms: Terms) -> tuple[tuple[Example, Case, tuple[Decision, ...]], ...]:
    """Every worked example with what the engine decides about it."""
    cases = [(example, example_case(terms, example)) for example in terms.examples]
    return tuple((example, case, decided(case)) for example, case in cases)


def _unasked(terms: Terms) -> Iterator[Fault]:
    """Facts a condition of joining needs and no question of an offered plan asks for."""
    if terms.offered:
        asked = {question.fact for question in terms.questions}
        for fact in sorted(facts_asked(joining.condition for joining in terms.joining) - asked):
            yield Fault(("joining",), N_("asks for %(fact)s, but no question does"), fact=fact)


def _unreachable(terms: Terms) -> Iterator[Fault]:
    """Conditions nobody meets, benefits nobody is paid."""
    someone = member(terms)
    if someone is None:
        yield Fault(("joining",), N_("is met by nobody: the conditions exclude each other"))
        return
    for number, (condition, _amount) in enumerate(terms.price.instead):
        if meeting(condition, someone) is None:
            yield Fault(("price", "instead", number, "when"), NEVER_MET)
    for number, benefit in enumerate(terms.benefits):
        yield from _unreachable_benefit(terms, benefit, ("benefits", number), someone)


def _unreachable_benefit(terms: Terms, benefit: Benefit, where: Path, someone: Sample) -> Iterator[Fault]:
    claiming = claimant(terms, benefit, someone)
    if claiming is None or not _is_paid(terms, benefit, claiming):
        told = N_("(%(benefit)s) is never paid: no claim was found that it pays for")
        yield Fault(where, told, benefit=benefit.code)
        return
    for field in ("instead", "raised"):
        for number, rate in enumerate(getattr(benefit.rate, field, ())):
            if meeting(rate.condition, claiming) is None:
                yield Fault((*where, "rate", field, number, "when"), NEVER_MET)


def _is_paid(terms: Terms, benefit: Benefit, sample: Sample) -> bool:
    made = adjudicate(terms, sample.insured, sample.policy, sample.claim, Accumulators.empty())
    return benefit.code in made.benefits


def _idle_limits(terms: Terms) -> Iterator[Fault]:
    """Limits above the wider one behind them: they never take anything away."""
    for number, benefit in enumerate(terms.benefits):
        for narrow, wide in pairwise(ladder.rungs[0] for ladder in benefit.limits):
            if narrow.amount > wide.amount:
                told = N_("never come to %(narrow)s, %(wide)s acts before")
                yield Fault(("benefits", number, "limits"), told, narrow=_limit(narrow), wide=_limit(wide))


def lowering(terms: Terms) -> Iterator[Fault]:
    """Steps by which a higher bill could lower what the year pays (docs/decisions/0004)."""
    for number, benefit in enumerate(terms.benefits):
        cuts = {ladder.rungs[0].step for ladder in benefit.limits} & _ONE_CLAIM
        differs = benefit.rate is not None and (benefit.rate.instead or benefit.rate.raised)
        if (cuts or differs) and any(map(_falls, benefit.cost_sharing)):
            yield Fault(("benefits", number, "bands"), FALLING)
        if {"visit-limit", "item-limit"} <= cuts:
            yield Fault(("benefits", number, "limits"), CROWDING)


def _falls(ladder: Ladder) -> bool:
    """Whether it leaves a smaller share from some amount on."""
    return any(list(clip.curve.slopes) != sorted(clip.curve.slopes) for clip in ladder.rungs)


def _limit(clip: Clip) -> Told:
    return Told(_LIMITS[clip.step], amount=plain_yuan(clip.amount))


def _untranslated(terms: Terms) -> Iterator[Fault]:
    """Texts that stand in the place of the other language."""
    for where, words in _texts(terms):
        if not _CHINESE.search(words.zh):
            yield Fault((*where, "zh"), N_("has no Chinese"))
        if _CHINESE.search(words.en):
            yield Fault((*where, "en"), N_("is not English"))


def _texts(terms: Terms) -> Iterator[tuple[Path, Words]]:
    yield from ((("name",), terms.name), (("summary",), terms.summary))
    for number, joining in enumerate(terms.joining):
        yield ("joining", number, "says"), joining.says
    for number, question in enumerate(terms.questions):
        yield ("questions", number, "label"), question.label
        if question.help:
            yield ("questions", number, "help"), question.help
    for number, benefit in enumerate(terms.benefits):
        yield from ((("benefits", number, field), getattr(benefit, field)) for field in ("name", "says"))
    for number, task in enumerate(terms.points.tasks if terms.points else ()):
        yield ("points", "tasks", number, "name"), task.name
    for field in ("services", "not_paid"):
        yield from (((field, number), words) for number, words in enumerate(getattr(terms, field)))


def _broken_examples(terms: Terms) -> Iterator[Fault]:
    for number, example in enumerate(terms.examples):
        try:
            paid = sum(decision.paid_fen for decision in decided(example_case(terms, example)))
        except (Fault, TermsInvalid) as error:
            yield Fault(("examples", number, "case"), N_("cannot be decided: %(problem)s"), problem=error)
        else:
            if not paid:
                yield Fault(("examples", number, "case"), N_("is paid nothing, so it explains nothing"))
