"""Who has an interest in which line: derived from data, line by line, never typed in.

An identified interest (the payee employs the seat's holder, or belongs to the one who does) recuses.  A benefit
shared with a whole class (all signed doctors, all enrolled families) is declared only, else nobody could vote.
Source: governance.md section 1; French mutual code L114-34.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apps.governance.rules.words import Interest, Purpose

FAMILY_BENEFITS = frozenset({Purpose.MORE_OUTPATIENT_COVER, Purpose.SICKNESS_ALLOWANCE})


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """What is known of a seat's holder on the day; employers are organisation ids."""

    seat: int
    employers: frozenset[int]
    is_signed_doctor: bool
    has_enrolled_child: bool


@dataclass(frozen=True, slots=True)
class LineFacts:
    line: int
    payee: int
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Finding:
    """One interest of a seat in a line, by the rule that found it; ``via`` is the employer, if one."""

    line: int
    seat: int
    interest: Interest
    rule: str
    via: int | None = None


def findings(
    seats: Sequence[SeatFacts], lines: Sequence[LineFacts], controllers: Mapping[int, frozenset[int]]
) -> tuple[Finding, ...]:
    """The strongest interest of each seat in each line, if any; ``controllers`` maps an organisation to its owners."""
    found = (finding(seat, line, controllers) for line in lines for seat in seats)
    return tuple(one for one in found if one)


def finding(seat: SeatFacts, line: LineFacts, controllers: Mapping[int, frozenset[int]]) -> Finding | None:
    if line.payee in seat.employers:
        return Finding(line.line, seat.seat, Interest.RECUSED, "employed-by-payee", line.payee)
    above = next((owner for owner in _owners(line.payee, controllers) if owner in seat.employers), None)
    if above is not None:
        return Finding(line.line, seat.seat, Interest.RECUSED, "employed-by-owner", above)
    if line.purpose is Purpose.DOCTORS_REWARDS and seat.is_signed_doctor:
        return Finding(line.line, seat.seat, Interest.DECLARED, "signed-doctor")
    if line.purpose in FAMILY_BENEFITS and seat.has_enrolled_child:
        return Finding(line.line, seat.seat, Interest.DECLARED, "enrolled-child")
    return None


def _owners(organisation: int, controllers: Mapping[int, frozenset[int]]) -> Iterator[int]:
    """Everyone above, nearest first; a circle of owners ends."""
    seen, layer = {organisation}, [organisation]
    while layer:
        layer = sorted({up for one in layer for up in controllers.get(one, frozenset())} - seen)
        seen.update(layer)
        yield from layer
