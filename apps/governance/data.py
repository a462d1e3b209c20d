"""The council's rules as data, read from the YAML files beside this module."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from apps.actuary.rules.snapshot import fingerprint
from apps.governance.rules.composition import Composition, Share
from apps.governance.rules.decision import Base, Comparator, DecisionRule
from apps.plans.rules import Words

HERE = Path(__file__).parent


class UnusableRules(Exception):
    """A file of the council's rules is incomplete or contradicts itself."""


def read_rules(text: str) -> dict[str, DecisionRule]:
    """Decision rules by ``id@version/call``.  Raises UnusableRules."""
    rules: dict[str, DecisionRule] = {}
    for row in yaml.safe_load(text):
        rule = _rule(row)
        if rule.name in rules:
            raise UnusableRules(f"{rule.name} is written twice; give the new one the next version")
        rules[rule.name] = rule
    return rules


def read_composition(text: str) -> Composition:
    """Raises UnusableRules."""
    row = yaml.safe_load(text)
    try:
        return Composition(
            version=row["version"],
            term_years=row["term_years"],
            bounds={name: (bound["least"], bound["most"]) for name, bound in row["constituencies"].items()},
            shares=tuple(Share(frozenset(share["of"]), Fraction(share["at_least"])) for share in row["shares"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableRules(f"composition: {error!r}") from error


@cache
def decision_rules() -> dict[str, DecisionRule]:
    return read_rules((HERE / "decision_rules.yaml").read_text(encoding="utf-8"))


@cache
def rules_fingerprint() -> str:
    """SHA-256 of the file of rules, byte by byte."""
    return fingerprint((HERE / "decision_rules.yaml").read_text(encoding="utf-8"))


@cache
def composition() -> Composition:
    return read_composition((HERE / "composition.yaml").read_text(encoding="utf-8"))


def rule_for(klass: str, call: int) -> DecisionRule:
    """The newest rule of a class and call.  Raises UnusableRules."""
    found = [rule for rule in decision_rules().values() if (rule.klass, rule.call) == (klass, call)]
    if not found:
        raise UnusableRules(f"no rule for {klass}, call {call}")
    return max(found, key=lambda rule: rule.version)


def _rule(row: dict[str, Any]) -> DecisionRule:
    try:
        rule = DecisionRule(
            id=row["id"],
            version=row["version"],
            klass=row["class"],
            call=row["call"],
            quorum=Fraction(row["quorum"]["share"]),
            quorum_of=Base(row["quorum"]["of"]),
            base=Base(row["base"]),
            threshold=Fraction(row["threshold"]["share"]),
            comparator=Comparator(row["threshold"]["comparator"]),
            least_voters=row["least_voters"],
            ratification=row["ratification"],
            source=Words(**row["source"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableRules(f"{row.get('id')}: {error!r}") from error
    if not (0 < rule.quorum <= 1 and 0 < rule.threshold <= 1 and rule.quorum_of in (Base.SEATS, Base.ENTITLED)):
        raise UnusableRules(f"{rule.name}: a share is out of bounds, or the quorum counts votes")
    return rule
