"""Which facts about a person terms may ask for, and in which form each is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.errors import N_

from .faults import Unfit
from .icd import read_icd
from .scalars import read_date, read_number

Reader = Callable[[object], object]


def _choice(*values: str) -> Reader:
    def read(value: object) -> object:
        if value not in values:
            raise Unfit(N_("is none of %(values)s"), values=", ".join(values))
        return value

    return read


def _number(lowest: int, highest: int) -> Reader:
    def read(value: object) -> object:
        number = read_number(value)
        if not lowest <= number <= highest:
            raise Unfit(N_("is not between %(lowest)s and %(highest)s"), lowest=lowest, highest=highest)
        return number

    return read


def _list_of(reader: Reader) -> Reader:
    def read(value: object) -> object:
        if not isinstance(value, list | tuple):
            raise Unfit(N_("is not a list"))
        return tuple(reader(item) for item in value)

    return read


def _yes_no(value: object) -> object:
    if not isinstance(value, bool):
        raise Unfit(N_("is neither true nor false"))
    return value


def _text(value: object) -> object:
    if not isinstance(value, str) or not value.strip():
        raise Unfit(N_("is not a text"))
    return value.strip()


def _screening(value: object) -> object:
    """Result and day of a screening; without a day it raises nothing."""
    if not isinstance(value, Mapping) or "result" not in value or not set(value) <= {"result", "date"}:
        raise Unfit(N_("needs a result and a date"))
    read = {"result": _choice("negative", "positive")(value["result"])}
    if value.get("date") is not None:
        read["date"] = read_date(value["date"])
    return read


_STAGES = ("I", "IA", "IA1", "IA2", "IA3", "IB", "II", "IIA", "IIB", "III", "IIIA", "IIIB", "IIIC", "IV", "IVA", "IVB")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing terms may ask about a person: of which kind it is, how it is read, which values it can have if few."""

    kind: str
    read: Reader
    values: tuple[str, ...] = ()


def _one_of(*values: str) -> Fact:
    return Fact("choice", _choice(*values), values)


FACTS: Mapping[str, Fact] = {
    "conditions": Fact("codes", _list_of(read_icd)),
    "hoehn_yahr": Fact("number", _number(1, 5)),
    "screening": Fact("screening", _screening),
    "brain_screening": _one_of("pass", "fail"),
    "birads": Fact("number", _number(0, 6)),
    "fibroid_cm": Fact("number", _number(0, 100)),
    "cervical_polyp_cm": Fact("number", _number(0, 100)),
    "hpv": _one_of("negative", "positive"),
    "cervicitis": _one_of("mild", "moderate", "severe"),
    "benign_pathology": Fact("yes_no", _yes_no),
    "nsclc_stage": _one_of(*_STAGES),
    "markers": Fact("list", _list_of(_text)),
    "progressed": Fact("date", read_date),
    "breast_surgery": Fact("date", read_date),
    "severity": _one_of("mild", "moderate", "severe"),
    "roster": Fact("choice", _text),
    "occupation": Fact("choice", _text),
    "basic_insurance": _one_of("city", "national", "none"),
    "birth_defect_child": Fact("yes_no", _yes_no),
}
"""What terms may ask; the parts of `screening` are asked as `screening.result` and `screening.date`."""

FACT_PATHS: Mapping[str, Fact] = {
    **{name: fact for name, fact in FACTS.items() if fact.kind != "screening"},
    "screening.result": _one_of("negative", "positive"),
    "screening.date": Fact("date", read_date),
}
"""What a condition can compare."""


def read_fact(name: str, value: object) -> object:
    """A fact in the engine's own form (dates, numbers, tuples).  Raises Unfit, KeyError for an unknown name."""
    return FACTS[name].read(value)


def read_facts(raw: Mapping[str, Any]) -> dict[str, object]:
    """All facts in the engine's own form; empty (null) ones are left out.  Raises Unfit, KeyError."""
    return {name: read_fact(name, value) for name, value in raw.items() if value is not None}


def fact_at(facts: Mapping[str, object], path: str) -> object:
    """The value at `name` or `name.part`, None where nothing is known."""
    name, _, part = path.partition(".")
    value = facts.get(name)
    if not part or value is None:
        return value
    return value.get(part) if isinstance(value, Mapping) else None
