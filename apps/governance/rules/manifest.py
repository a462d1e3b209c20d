"""What a ballot is frozen to: every word and number it is decided by, in one canonical text with a fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from apps.governance.rules.decision import DecisionRule
from apps.governance.rules.recusal import Finding
from apps.governance.rules.words import Choice

FORMAT = 2
TIE_RULE = "a line passes only when its threshold is reached; a tie does not pass"


@dataclass(frozen=True, slots=True)
class LineText:
    """One line as the council reads it; payee by its code, account by its last digits."""

    line: int
    key: str
    purpose: str
    payee: str
    account_tail: str
    amount_fen: int
    owner_seat: int
    milestones: str
    report_due: date


@dataclass(frozen=True, slots=True)
class RollEntry:
    seat: int
    name: str
    constituency: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """Everything that is frozen when a ballot opens."""

    resolution: int
    titles: tuple[str, str]
    text: str
    lines: Sequence[LineText]
    rule: DecisionRule
    composition_version: int
    roll: Sequence[RollEntry]
    interests: Sequence[Finding]
    quarter_start: date
    surplus_fen: int
    available_fen: int
    snapshot_hash: str
    rules_hash: str
    proposed_by: int
    opened_by: int
    opened_at: datetime
    closes_at: datetime
    what_if_hash: str = ""


def manifest_of(ballot: Ballot) -> dict[str, object]:
    """Plain data ready for the canonical spelling: whole numbers and texts only."""
    return {
        "format": FORMAT,
        "resolution": ballot.resolution,
        "question": {"title_zh": ballot.titles[0], "title_en": ballot.titles[1], "text": ballot.text},
        "lines": [_line(line) for line in ballot.lines],
        "choices": [choice.value for choice in Choice],
        "rule": _rule(ballot.rule),
        "rules_file_sha256": ballot.rules_hash,
        "tie": TIE_RULE,
        "composition_version": ballot.composition_version,
        "roll": [[entry.seat, entry.name, entry.constituency] for entry in ballot.roll],
        "interests": [[one.line, one.seat, one.interest.value, one.rule, one.via] for one in ballot.interests],
        "surplus": {
            "quarter_start": ballot.quarter_start.isoformat(),
            "locked_fen": ballot.surplus_fen,
            "available_fen": ballot.available_fen,
            "ledger_snapshot_sha256": ballot.snapshot_hash,
        },
        "what_if_sha256": ballot.what_if_hash,
        "proposed_by": ballot.proposed_by,
        "opened_by": ballot.opened_by,
        "opened_at": ballot.opened_at.isoformat(),
        "closes_at": ballot.closes_at.isoformat(),
    }


def _line(line: LineText) -> dict[str, object]:
    return {
        "line": line.line,
        "key": line.key,
        "purpose": line.purpose,
        "payee": line.payee,
        "account_tail": line.account_tail,
        "amount_fen": line.amount_fen,
        "owner_seat": line.owner_seat,
        "milestones": line.milestones,
        "report_due": line.report_due.isoformat(),
    }


def _rule(rule: DecisionRule) -> dict[str, object]:
    return {
        "name": rule.name,
        "class": rule.klass,
        "call": rule.call,
        "quorum": f"{rule.quorum} of {rule.quorum_of.value}",
        "base": rule.base.value,
        "threshold": f"{rule.comparator.value} {rule.threshold}",
        "least_voters": rule.least_voters,
        "ratification": rule.ratification,
        "source": rule.source.en,
    }
