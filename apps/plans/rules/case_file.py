"""Reading a case file: an insured person, a policy year and its claims, or what is wrong in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from apps.core.errors import N_, Told
from apps.plans.errors import CaseMalformed, TermsInvalid

from .bill import in_waterfall_order
from .case_form import CaseForm, ClaimPart, InsuredPart, LinePart
from .claims import Claim, Facility, Line
from .facts import FACTS, read_fact
from .faults import Fault, Unfit, faults_of, shown, unfit
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
        raise CaseMalformed(f"{file}:{error.line}: {error}") from None
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
        raise Fault((field,), N_("= %(value)s is not published"), value=shown(getattr(form, field))) from None


def _facts(part: InsuredPart) -> dict[str, object]:
    facts = {}
    for name, value in part.facts.items():
        where: Path = ("insured", "facts", name)
        if name not in FACTS:
            raise unfit(where, shown(value), Told(N_("is not a known field")))
        if value is not None:
            try:
                facts[name] = read_fact(name, value)
            except Unfit as error:
                raise unfit(where, shown(value), error) from None
    return facts


def _check_days(form: CaseForm) -> None:
    start, end = form.policy.start, form.policy.end
    if end < start:
        raise Fault(("policy", "end"), N_("= %(day)s is before the start on %(start)s"), day=end, start=start)
    if form.insured.born > start:
        told = N_("= %(day)s is after the policy's start on %(start)s")
        raise Fault(("insured", "born"), told, day=form.insured.born, start=start)


def _check_ids(form: CaseForm) -> None:
    seen: set[str] = set()
    for number, claim in enumerate(form.claims):
        if claim.id in seen:
            raise Fault(("claims", number, "id"), N_("= %(value)s stands twice"), value=shown(claim.id))
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
            told = N_("= %(paid)s is above the %(left)s left of the bill")
            raise Fault((*where, payer), told, paid=yuan(paid), left=yuan(left))
        left -= paid


def _check_stay(part: ClaimPart, where: Path, form: CaseForm) -> None:
    if part.date < form.insured.born:
        told = N_("= %(day)s is before the birth on %(born)s")
        raise Fault((*where, "date"), told, day=part.date, born=form.insured.born)
    if part.kind != "inpatient":
        if part.discharged is not None:
            told = N_("= %(value)s belongs to inpatient claims only")
            raise Fault((*where, "discharged"), told, value=part.discharged)
    elif part.discharged is None:
        raise Fault((*where, "discharged"), N_("is missing, an inpatient claim needs it"))
    elif part.discharged < part.date:
        told = N_("= %(day)s is before the admission on %(admitted)s")
        raise Fault((*where, "discharged"), told, day=part.discharged, admitted=part.date)


def _check_event(part: ClaimPart, where: Path) -> None:
    if part.kind != "event":
        if part.event is not None:
            raise Fault((*where, "event"), N_("= %(value)s belongs to claims of kind event only"), value=part.event)
    elif part.event is None:
        raise Fault((*where, "event"), N_("is missing, a claim of kind event needs it"))
    elif part.lines:
        raise Fault((*where, "lines"), N_("= %(count)s lines, but an event has none"), count=len(part.lines))
    if part.event != "disability":
        if part.grade is not None:
            raise Fault((*where, "grade"), N_("= %(value)s belongs to disability only"), value=part.grade)
    elif part.grade is None:
        raise Fault((*where, "grade"), N_("is missing, disability needs it"))
