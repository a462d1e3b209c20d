"""One cover's decision on one bill: what goes into the engine, as data that can be stored and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from apps.claims.errors import ReductionTooLarge
from apps.core.money import Money
from apps.plans.rules import (
    Accumulators,
    Claim,
    Decision,
    Facility,
    Insured,
    Line,
    Policy,
    Terms,
    adjudicate,
    open_lines,
    read_facts,
)

REDUCED = "reduced"
"""The name under which an officer's reduction of a line stands among what is not left to be paid."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All a decision depends on besides the terms and the running totals.

    ``earlier_covers``: what each earlier cover paid on each line (plan code, fen a line), in order.
    ``reductions``: fen an officer takes off a line (counted from 1).  ``is_declined``: an officer said no.
    """

    insured: Insured
    policy: Policy
    claim: Claim
    earlier_covers: tuple[tuple[str, tuple[int, ...]], ...] = ()
    reductions: Mapping[int, int] = field(default_factory=dict)
    is_declined: bool = False


def decide(terms: Terms, inputs: Inputs, before: Accumulators) -> Decision:
    """The engine's answer for one cover.

    Raises ReductionTooLarge, BillOverpaid.
    """
    if inputs.is_declined:
        return _nothing(inputs.claim, before)
    return adjudicate(terms, inputs.insured, inputs.policy, engine_claim(inputs), before)


def engine_claim(inputs: Inputs) -> Claim:
    """The claim with every earlier payment on its line: outside payers first, then earlier covers, then reductions."""
    claim = inputs.claim
    open_fen = open_lines(claim)
    paid: list[dict[str, int]] = [
        {"earlier-payers": line.billed_fen - left} for line, left in zip(claim.lines, open_fen, strict=True)
    ]
    for plan_code, on_lines in inputs.earlier_covers:
        for payers, fen in zip(paid, on_lines, strict=True):
            payers[plan_code] = payers.get(plan_code, 0) + fen
    for number, fen in inputs.reductions.items():
        left = claim.lines[number - 1].billed_fen - sum(paid[number - 1].values())
        if fen > left:
            raise ReductionTooLarge(line=number, left=str(Money(left)))
        paid[number - 1][REDUCED] = fen
    lines = tuple(
        replace(line, paid_before={payer: fen for payer, fen in payers.items() if fen})
        for line, payers in zip(claim.lines, paid, strict=True)
    )
    return replace(claim, lines=lines, paid_before={})


def left_fen(inputs: Inputs) -> tuple[int, ...]:
    """What is open on each line when the cover is asked: what the engine decides on."""
    return open_lines(engine_claim(inputs))


def _nothing(claim: Claim, before: Accumulators) -> Decision:
    return Decision(
        paid_fen=0,
        benefits=MappingProxyType({}),
        line_paid_fen=(0,) * len(claim.lines),
        refused=(),
        steps=(),
        accumulators_after=before,
    )


def inputs_to_json(inputs: Inputs) -> dict[str, Any]:
    """A mapping fit for a JSON column; ``inputs_from_json`` gives equal inputs back."""
    insured, policy, claim = inputs.insured, inputs.policy, inputs.claim
    return {
        "insured": {"born": _plain(insured.born), "sex": insured.sex, "facts": _plain(insured.facts)},
        "policy": {
            "start": _plain(policy.start),
            "end": _plain(policy.end),
            "renewed_years": policy.renewed_years,
        },
        "claim": {
            name: _plain(getattr(claim, name))
            for name in ("id", "kind", "date", "discharged", "event", "severity", "grade", "diagnosis", "paid_before")
        }
        | {"facility": [claim.facility.level, claim.facility.area]}
        | {"lines": [[line.category, line.code, line.catalogue, line.billed_fen] for line in claim.lines]},
        "earlier_covers": [[code, list(fen)] for code, fen in inputs.earlier_covers],
        "reductions": {str(number): fen for number, fen in sorted(inputs.reductions.items())},
        "is_declined": inputs.is_declined,
    }


def inputs_from_json(data: Mapping[str, Any]) -> Inputs:
    """The inputs as they were when the decision was made."""
    insured, policy, claim = data["insured"], data["policy"], dict(data["claim"])
    lines = tuple(Line(category, code, catalogue, fen) for category, code, catalogue, fen in claim.pop("lines"))
    facility = Facility(*claim.pop("facility"))
    days = {name: _day(claim.pop(name)) for name in ("date", "discharged")}
    return Inputs(
        insured=Insured(_a_day(insured["born"]), insured["sex"], read_facts(insured["facts"])),
        policy=Policy(_a_day(policy["start"]), _a_day(policy["end"]), policy["renewed_years"]),
        claim=Claim(**claim, **days, facility=facility, lines=lines),  # type: ignore[arg-type]
        earlier_covers=tuple((code, tuple(fen)) for code, fen in data["earlier_covers"]),
        reductions={int(number): fen for number, fen in data["reductions"].items()},
        is_declined=data["is_declined"],
    )


def _plain(value: object) -> Any:
    """Facts as JSON: days and numbers as texts, which the engine reads back exactly."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _a_day(text: str) -> date:
    return date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return _a_day(text) if text else None
