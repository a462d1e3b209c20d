"""One row of a roster: whom it names, or everything that is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from apps.core.errors import DomainError
from apps.enrolments.errors import (
    DateUnreadable,
    IdentityMissing,
    IdentityRounded,
    NameMissing,
    NameUnusable,
    NotForThisPerson,
    SexUnreadable,
)
from apps.enrolments.rules.reasons import kept_reasons
from apps.enrolments.rules.roster_columns import BIRTH_DATE, FACTS, IDENTITY, NAME, SEX, fact_value
from apps.members.errors import BirthDateDiffers, IdentityChecksum, SexDiffers
from apps.members.rules.family import check_birth_date
from apps.members.rules.identity import Holder, normalised, read_resident
from apps.plans.rules import Insured, Policy, Terms, assess_known, price_fen

LONGEST_NAME = 60
PLAIN_NAME = re.compile(r"[^\W\d_]{2,60}")
PLAIN_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
FLOAT = re.compile(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+|[0-9]{12,}\.0*|[0-9]{15}000", re.IGNORECASE)
KEPT_AS_TEXT = re.compile(r'^(=")?[\'’`]?|"$')  # what people put before a number so that Excel leaves it alone
DATE = re.compile(
    r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?(?: 0?0:00(?::00)?)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
SEXES = {**dict.fromkeys(("男", "男性", "male", "m"), "male"), **dict.fromkeys(("女", "女性", "female", "f"), "female")}
ODD_START = "=+-@"

Facts = tuple[tuple[str, str], ...]


class Entry(NamedTuple):
    """A person as a roster names them; ``facts`` by the names of the plans' terms, ``price_fen`` by those terms."""

    name: str
    number: str
    birth_date: date
    sex: str
    facts: Facts
    price_fen: int


class Fault(NamedTuple):
    """One thing wrong with a row, as it is kept."""

    code: str
    params: Mapping[str, object]


def fault_of(error: DomainError) -> Fault:
    return Fault(error.code, error.params)


class Verdict(NamedTuple):
    """What the terms say of a birth date, a sex and facts."""

    faults: tuple[DomainError, ...]
    price_fen: int


@dataclass(frozen=True)
class Standard:
    """What rows are measured by: the plan's terms for a policy year, today, and what is known of everybody."""

    terms: Terms
    policy: Policy
    today: date
    facts: Mapping[str, str] = field(default_factory=dict)

    def judge(self) -> Callable[[Holder, Facts], Verdict]:
        """The terms' answer, worked out once for each different question."""

        @lru_cache(maxsize=262_144)
        def verdict(holder: Holder, facts: Facts) -> Verdict:
            try:
                check_birth_date(holder.birth_date, self.today)
            except DomainError as error:
                return Verdict((error,), 0)
            insured = Insured(holder.birth_date, holder.sex, dict(facts))
            reasons = assess_known(self.terms, insured, self.policy).reasons
            faults = tuple(NotForThisPerson(zh=said["zh"], en=said["en"]) for said in kept_reasons(reasons))
            return Verdict(faults, price_fen(self.terms, insured, self.policy))

        return verdict


class RowReader:
    """Reads the rows of one roster: cells by ``columns`` in, an Entry or faults out."""

    def __init__(self, columns: Sequence[str], standard: Standard) -> None:
        at = {name: place for place, name in enumerate(columns)}
        self._name, self._identity = at[NAME], at[IDENTITY]
        self._born, self._sex = at.get(BIRTH_DATE), at.get(SEX)
        self._fact_names = [name for name in FACTS if name in at]
        self._fact_places = [at[name] for name in self._fact_names]
        self._known = tuple(sorted(standard.facts.items()))
        self.judge = standard.judge()
        self.facts_of = lru_cache(maxsize=4_096)(self._facts)

    def read(self, cells: Sequence[str]) -> Entry | list[Fault]:
        """Whom the row names, or every fault that can be told at once."""
        faults: list[DomainError] = []
        name, number, holder = cells[self._name], cells[self._identity], None
        try:
            if not PLAIN_NAME.fullmatch(name):
                name = read_name(name)
        except DomainError as error:
            faults.append(error)
        try:
            if not PLAIN_NUMBER.fullmatch(number):
                number = read_number(number)
            holder = read_resident(number)
        except IdentityChecksum as error:
            faults.append(IdentityRounded() if number.endswith("000") else error)
        except DomainError as error:
            faults.append(error)
        faults += self._differences(cells, holder)
        if holder is None:
            return [fault_of(error) for error in faults]
        facts = self.facts_of(*[cells[place] for place in self._fact_places])
        verdict = self.judge(holder, facts)
        if faults or verdict.faults:
            return [fault_of(error) for error in (*faults, *verdict.faults)]
        return Entry(name, number, holder.birth_date, holder.sex, facts, verdict.price_fen)

    def _differences(self, cells: Sequence[str], holder: Holder | None) -> Sequence[DomainError]:
        """Where birth date and sex, if given, say something else than the number."""
        born = "" if self._born is None else cells[self._born]
        sex = "" if self._sex is None else cells[self._sex]
        if not born and (not sex or (holder and SEXES.get(sex) == holder.sex)):
            return ()
        return [*_other_day(born.strip(), holder), *_other_sex(sex.strip(), holder)]

    def _facts(self, *cells: str) -> Facts:
        """What the row says, and what is known of everybody where the row says nothing."""
        named = zip(self._fact_names, cells, strict=True)
        said = {name: fact_value(name, cell) for name, cell in named if cell.strip()}
        return tuple(sorted({**dict(self._known), **said}.items()))


def _other_day(text: str, holder: Holder | None) -> list[DomainError]:
    try:
        day = read_day(text) if text else None
    except DateUnreadable as error:
        return [error]
    differs = day and holder and day != holder.birth_date
    return [BirthDateDiffers(day=holder.birth_date.isoformat())] if differs and holder else []


def _other_sex(text: str, holder: Holder | None) -> list[DomainError]:
    meant = SEXES.get(unicodedata.normalize("NFKC", text).lower())
    if text and meant is None:
        return [SexUnreadable()]
    return [SexDiffers()] if text and holder and meant != holder.sex else []


def read_name(text: str) -> str:
    """Raises NameMissing, NameUnusable."""
    name = " ".join(text.split())
    if not name:
        raise NameMissing
    is_odd = name[0] in ODD_START or not name.isprintable() or not any(char.isalpha() for char in name)
    if is_odd or len(name) > LONGEST_NAME:
        raise NameUnusable
    return name


def read_number(text: str) -> str:
    """An identity number in its one written form.  Raises IdentityMissing, IdentityRounded."""
    plain = KEPT_AS_TEXT.sub("", unicodedata.normalize("NFKC", text).strip())
    if not plain:
        raise IdentityMissing
    if FLOAT.fullmatch(plain) and not PLAIN_NUMBER.fullmatch(plain):
        raise IdentityRounded
    return normalised(plain)


def read_day(text: str) -> date:
    """A date in one of the forms in which the year comes first.  Raises DateUnreadable."""
    match = DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        raise DateUnreadable
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        raise DateUnreadable from None
