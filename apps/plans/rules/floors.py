"""A regulator's floor: what every plan of a kind must at least give, and which terms miss it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain

from pydantic import ValidationError

from apps.plans.errors import TermsInvalid

from .faults import Fault, faults_of
from .scalars import WHOLE_SHARE, plain_share, plain_yuan
from .source import SourceError, read_source
from .terms import REIMBURSEMENT, Benefit, Terms
from .written import Code, Fen, Form, Share, Text, Words


class FloorForm(Form):
    """The file of a floor; a figure left out is not demanded."""

    code: Code
    name: Words
    source: Text
    plans: Text
    """Codes of the plans it speaks about; `*` stands for any letters."""
    benefit: Code
    """The benefit that must meet it."""
    deductible_at_most: Fen | None = None
    rate_at_least: Share | None = None
    limit_at_least: Fen | None = None


@dataclass(frozen=True, slots=True)
class Miss:
    """One figure of a plan below the floor: which, as it is, as it must be, by which clause."""

    what: str
    found: str
    needed: str
    clause: str


def parse_floor(text: str, file: str) -> FloorForm:
    """The floor of a file.  Raises TermsInvalid naming file, line and field."""
    try:
        source = read_source(text)
    except SourceError as error:
        raise TermsInvalid(f"{file}:{error.line}: {error}") from None
    try:
        return FloorForm.model_validate(source.data)
    except ValidationError as error:
        faults: list[Fault] = faults_of(error, source.data)
        raise TermsInvalid(*(f"{file}:{source.line(fault.path)}: {fault}" for fault in faults)) from None


def concerns(floor: FloorForm, terms: Terms) -> bool:
    """Whether the floor speaks about this plan."""
    return fnmatchcase(terms.code, floor.plans)


def misses_of(floor: FloorForm, terms: Terms) -> tuple[Miss, ...]:
    """Every figure of the plan's benefit that is below the floor; a step the plan has not is no fault of it."""
    meant = [benefit for benefit in terms.benefits if _is_meant(floor, benefit)]
    if not meant:
        return (Miss("benefit", "-", floor.benefit, "-"),)
    below = [(*_deductible(floor, one), *_rate(floor, one), *_limit(floor, one)) for one in meant]
    return tuple(chain.from_iterable(below))


def _is_meant(floor: FloorForm, benefit: Benefit) -> bool:
    return benefit.code == floor.benefit and benefit.pays == REIMBURSEMENT


def _deductible(floor: FloorForm, benefit: Benefit) -> list[Miss]:
    at_most = floor.deductible_at_most
    return [
        Miss("deductible", plain_yuan(clip.amount), plain_yuan(at_most), clip.clause)
        for ladder in benefit.cost_sharing
        for clip in ladder.rungs[:1]
        if at_most is not None and clip.step == "deductible" and clip.amount > at_most
    ]


def _rate(floor: FloorForm, benefit: Benefit) -> list[Miss]:
    at_least, rate = floor.rate_at_least, benefit.rate
    share, clause = (rate.share, rate.clause) if rate else (WHOLE_SHARE, benefit.clause)
    if at_least is None or share >= at_least:
        return []
    return [Miss("rate", f"{plain_share(share)}%", f"{plain_share(at_least)}%", clause)]


def _limit(floor: FloorForm, benefit: Benefit) -> list[Miss]:
    at_least = floor.limit_at_least
    return [
        Miss("limit", plain_yuan(clip.amount), plain_yuan(at_least), clip.clause)
        for ladder in benefit.limits
        for clip in ladder.rungs[:1]
        if at_least is not None
        and clip.step in ("item-limit", "year-limit", "overall-limit")
        and clip.amount < at_least
    ]
