"""Reading a case file: an insured person, a policy year and its claims, or what is wrong in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from apps.plans.errors import CaseMalformed, TermsInvalid

from .bill import in_waterfall_order
from .case_form import CaseForm, ClaimPart, InsuredPart, LinePart
from .claims import Claim, Facility, Line
from .facts import FACTS, read_fact
from .faults import Fault, faults_of, shown
from .people import Insured, Policy
from .scalars import yuan
from .source import Path, SourceError, read_source
from .terms import Terms

FindTerms = Callable[[str, str | None, Mapping[str, Any]], Terms]
"""Gives terms by plan code, version (None: the newest) and replaced parameters; raises KeyError with the field."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case ready for the engine; claims in order of submission."""

    terms: Terms
    insured: Insured
    policy: Policy
    claims: tuple[Claim, ...]


def parse_case(text: str, file: str, find_terms: FindTerms) -> Case:
    """The case of a text.  Raises CaseMalformed with one line that names the field and the offending value."""
    try:
        source = read_source(text)
    except SourceError as error:
        raise CaseMalformed(f"{file}:{error.line}: {error.text}") from None
    try:
        return case_of(source.data, find_terms)
    except Fault as fault:
        raise CaseMalformed(f"{file}:{source.line(fault.path)}: {fault}") from None
    except TermsInvalid as error:
        raise CaseMalformed(f"{file}:{source.line(('parameters',))}: {error.problems[0]}") from None


def case_of(data: Any, find_terms: FindTerms) -> Case:
    """The case of plain data as written.  Raises Fault, or TermsInvalid for a parameter that does not fit."""
    try:
        form = CaseForm.model_validate(data)
    except ValidationError as error:
        raise faults_of(error, data)[0] from None
    terms = _terms(form, find_terms)
    _check_days(form)
    insured = Insured(form.insured.born, form.insured.sex, _facts(form.insured))
    policy = Policy(form.policy.start, form.policy.end, form.policy.renewed_years)
    _check_ids(form)
    claims = tuple(_claim(part, ("claims", number), form) for number, part in enumerate(form.claims))
    return Case(terms, insured, policy, claims)


def _terms(form: CaseForm, find_terms: FindTerms) -> Terms:
    try:
        return find_terms(form.plan, form.version, form.parameters)
    except KeyError as error:
        field = str(error.args[0])
        raise Fault((field,), f"= {shown(getattr(form, field))} is not published") from None


def _facts(part: InsuredPart) -> dict[str, object]:
    facts = {}
    for name, value in part.facts.items():
        where: Path = ("insured", "facts", name)
        if name not in FACTS:
            raise Fault(where, f"= {shown(value)} is not a known field")
        if value is not None:
            try:
                facts[name] = read_fact(name, value)
            except ValueError as error:
                raise Fault(where, f"= {shown(value)} {error}") from None
    return facts


def _check_days(form: CaseForm) -> None:
    start, end = form.policy.start, form.policy.end
    if end < start:
        raise Fault(("policy", "end"), f"= {end} is before the start on {start}")
    if form.insured.born > start:
        raise Fault(("insured", "born"), f"= {form.insured.born} is after the policy's start on {start}")


def _check_ids(form: CaseForm) -> None:
    seen: set[str] = set()
    for number, claim in enumerate(form.claims):
        if claim.id in seen:
            raise Fault(("claims", number, "id"), f"= {shown(claim.id)} stands twice")
        seen.add(claim.id)


def _claim(part: ClaimPart, where: Path, form: CaseForm) -> Claim:
    _check_stay(part, where, form)
    _check_event(part, where)
    lines = tuple(_line(line, (*where, "lines", number)) for number, line in enumerate(part.lines))
    left = sum(line.billed_fen - sum(line.paid_before.values()) for line in lines)
    _check_payers(part.paid_before, left, (*where, "paid_before"))
    return Claim(
        id=part.id,
        kind=part.kind,
        date=part.date,
        discharged=part.discharged,
        event=part.event,
        severity=part.severity,
        grade=part.grade,
        diagnosis=part.diagnosis,
        facility=Facility(part.facility.level, part.facility.area),
        lines=lines,
        paid_before=part.paid_before,
    )


def _line(part: LinePart, where: Path) -> Line:
    _check_payers(part.paid_before, part.billed, (*where, "paid_before"))
    return Line(part.category, part.code, part.catalogue, part.billed, part.paid_before)


def _check_payers(payers: Mapping[str, int], bill: int, where: Path) -> None:
    left = bill
    for payer, paid in in_waterfall_order(payers):
        if paid > left:
            raise Fault((*where, payer), f"= {yuan(paid)} is above the {yuan(left)} left of the bill")
        left -= paid


def _check_stay(part: ClaimPart, where: Path, form: CaseForm) -> None:
    if part.date < form.insured.born:
        raise Fault((*where, "date"), f"= {part.date} is before the birth on {form.insured.born}")
    if part.kind != "inpatient":
        if part.discharged is not None:
            raise Fault((*where, "discharged"), f"= {part.discharged} belongs to inpatient claims only")
    elif part.discharged is None:
        raise Fault((*where, "discharged"), "is missing, an inpatient claim needs it")
    elif part.discharged < part.date:
        raise Fault((*where, "discharged"), f"= {part.discharged} is before the admission on {part.date}")


def _check_event(part: ClaimPart, where: Path) -> None:
    if part.kind != "event":
        if part.event is not None:
            raise Fault((*where, "event"), f"= {part.event} belongs to claims of kind event only")
    elif part.event is None:
        raise Fault((*where, "event"), "is missing, a claim of kind event needs it")
    elif part.lines:
        raise Fault((*where, "lines"), f"= {len(part.lines)} lines, but an event has none")
    if part.event != "disability":
        if part.grade is not None:
            raise Fault((*where, "grade"), f"= {part.grade} belongs to disability only")
    elif part.grade is None:
        raise Fault((*where, "grade"), "is missing, disability needs it")
