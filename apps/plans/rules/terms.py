"""Terms ready for use: names resolved to figures, every step of every benefit in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .clips import Clip
from .conditions import Condition, facts_asked
from .values import Figures
from .written import Words

REIMBURSEMENT, LUMP_SUM, ALLOWANCE = "reimbursement", "lump-sum", "allowance"


@dataclass(frozen=True, slots=True)
class Require:
    """A condition of a benefit with the reason of its refusal."""

    reason: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Scope:
    """What a benefit is for; None or empty means any."""

    kinds: frozenset[str]
    events: frozenset[str]
    diagnosis: tuple[str, ...] | None
    never_again: tuple[str, ...] | None
    requires: tuple[Require, ...]
    levels: tuple[str, ...]
    areas: tuple[str, ...]
    categories: frozenset[str]
    catalogue: str | None
    formulary: tuple[str, ...] | None
    waiting_days: int


@dataclass(frozen=True, slots=True)
class ConditionalRate:
    """A percentage (hundredths) for those for whom a condition holds."""

    condition: Condition
    share: int
    clause: str
    says: Words


@dataclass(frozen=True, slots=True)
class Rate:
    """The share paid: fixed, replaced by the first condition that holds, raised by all that hold."""

    share: int
    clause: str
    instead: tuple[ConditionalRate, ...] = ()
    raised: tuple[ConditionalRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Ladder:
    """A clip that may differ by unbroken policy years: the first rung for none, the last for all beyond."""

    rungs: tuple[Clip, ...]

    def for_year(self, renewed_years: int) -> Clip:
        """The clip in force after so many renewals."""
        return self.rungs[min(renewed_years, len(self.rungs) - 1)]


@dataclass(frozen=True, slots=True)
class Lump:
    """A sum paid at an event: a share of an amount, by grade where the plan has grades."""

    amount: int
    share: int
    by_grade: tuple[int, ...]
    repeats: bool
    clause: str


NO_LUMP = Lump(amount=0, share=0, by_grade=(), repeats=False, clause="")


@dataclass(frozen=True, slots=True)
class Benefit:
    """One thing a plan pays: scope, then cost-sharing (deductible, bands, rate), then limits in their order."""

    code: str
    name: Words
    says: Words
    clause: str
    pays: str
    scope: Scope
    cost_sharing: tuple[Ladder, ...] = ()
    rate: Rate | None = None
    limits: tuple[Ladder, ...] = ()
    lump: Lump = NO_LUMP
    per_night: int = 0
    night_clause: str = ""


@dataclass(frozen=True, slots=True)
class Joining:
    """One condition of joining, its reason code and what the plan says about it."""

    reason: str
    clause: str
    says: Words
    condition: Condition


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose."""

    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the questionnaire; the answer becomes the fact of that name."""

    fact: str
    kind: str
    label: Words
    help: Words | None
    choices: tuple[Choice, ...]
    required: bool
    only_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A service that is counted down as it is used."""

    code: str
    name: Words
    clause: str
    count: int
    per: str


@dataclass(frozen=True, slots=True)
class DailyTask:
    """Something that gives points, once a day."""

    code: str
    name: Words
    points: int


@dataclass(frozen=True, slots=True)
class Points:
    """What daily tasks take off the price of a later year: fen a point, at most a share (hundredths) of the price."""

    tasks: tuple[DailyTask, ...]
    worth: int
    share: int

    def task(self, code: str) -> DailyTask | None:
        """The task of that code, if there is one."""
        return next((task for task in self.tasks if task.code == code), None)


@dataclass(frozen=True, slots=True)
class Price:
    """The contribution for a policy year in fen; the first condition that holds replaces it."""

    amount: int
    clause: str
    instead: tuple[tuple[Condition, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays a part of the price: an amount in fen, None for all that is left."""

    code: str
    amount: int | None = None
    is_trusted: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Paying:
    """How the price may be paid, and the days that count when it is not or when somebody leaves."""

    schedules: tuple[str, ...] = ("once",)
    payers: tuple[Payer, ...] = ()
    cooling_off_days: int = 15
    is_refunded_pro_rata: bool = False
    grace_days: int = 30
    reinstate_days: int = 90
    waiting_again_days: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: a case without its plan."""

    title: Words
    case: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of one plan, frozen and ready for the engine."""

    code: str
    version: str
    name: Words
    summary: Words
    disease_family: str
    priority: int
    offered: bool
    valid_from: date
    valid_until: date | None
    source: str
    figures: Figures
    price: Price
    paying: Paying
    waiting_days: int
    joining: tuple[Joining, ...]
    questions: tuple[Question, ...]
    benefits: tuple[Benefit, ...]
    entitlements: tuple[Entitlement, ...]
    points: Points | None
    services: tuple[Words, ...]
    not_paid: tuple[Words, ...]
    examples: tuple[Example, ...]

    def benefit(self, code: str) -> Benefit:
        """The benefit of that code.  Raises KeyError."""
        for benefit in self.benefits:
            if benefit.code == code:
                return benefit
        raise KeyError(code)

    @property
    def has_one_price(self) -> bool:
        """Whether every family pays the same for a year, whatever it answers."""
        return not self.price.instead and not self.paying.payers

    @property
    def facts_asked(self) -> frozenset[str]:
        """The facts, by name, on which joining, price or any benefit depends."""
        conditions = [joining.condition for joining in self.joining]
        conditions += [condition for condition, _amount in self.price.instead]
        for benefit in self.benefits:
            conditions += [require.condition for require in benefit.scope.requires]
            if benefit.rate:
                conditions += [rate.condition for rate in (*benefit.rate.instead, *benefit.rate.raised)]
        past = {"conditions"} if any(benefit.scope.never_again for benefit in self.benefits) else set()
        return facts_asked(conditions) | past

    def filled(self, words: Words) -> Words:
        """A text of the plan with its ``{parameter}`` places filled in."""
        names = self.figures.by_name
        return Words(zh=words.zh.format_map(names), en=words.en.format_map(names))
