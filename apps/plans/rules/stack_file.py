"""Reading the file of a stack: payers that are plans of the catalogue, have terms of their own, or decide by hand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from apps.core.errors import N_
from apps.plans.errors import TermsInvalid

from .building import built_terms
from .case_file import Case, FindTerms, case_of
from .document import AnyBenefitForm, ParameterForm, TermsForm
from .faults import Fault, Unfit, faults_of, shown
from .source import Path, SourceError, read_source
from .stacking import Layer, Stack
from .terms import Terms
from .written import Code, Form, Name, Text, Words, type_list


class LayerForm(Form):
    """``plan``: a plan of the catalogue; ``benefits``: terms of its own; ``case_by_case``: somebody decides."""

    code: Code
    name: Words
    plan: Code | None = None
    case_by_case: Literal[True] | None = None
    parameters: dict[Name, ParameterForm] = {}
    benefits: Annotated[tuple[AnyBenefitForm, ...], type_list] = ()

    @model_validator(mode="after")
    def one_kind(self) -> LayerForm:
        if sum(map(bool, (self.plan, self.case_by_case, self.benefits))) != 1:
            raise Unfit(N_("needs exactly one of %(names)s"), names="plan, benefits, case_by_case")
        return self


class StackForm(Form):
    """Payers in their order; ``example``: a case with one claim, without its plan."""

    code: Code
    name: Words
    says: Words
    source: Text
    layers: Annotated[tuple[LayerForm, ...], type_list, Field(min_length=2)]
    example: dict[str, Any]
    line_names: Annotated[tuple[Words, ...], type_list]


def parse_stack(text: str, file: str, find_terms: FindTerms) -> Stack:
    """The stack of a file.  Raises TermsInvalid naming file, line and field."""
    try:
        source = read_source(text)
    except SourceError as error:
        raise TermsInvalid(f"{file}:{error.line}: {error}") from None
    try:
        return _stack(StackForm.model_validate(source.data), find_terms)
    except ValidationError as error:
        faults = faults_of(error, source.data)
    except Fault as fault:
        faults = [fault]
    raise TermsInvalid(*(f"{file}:{source.line(fault.path)}: {fault}" for fault in faults))


def _stack(form: StackForm, find_terms: FindTerms) -> Stack:
    layers = [_layer(layer, ("layers", number), find_terms) for number, layer in enumerate(form.layers)]
    if len({layer.code for layer in layers}) < len(layers):
        raise Fault(("layers",), N_("have the same code twice"))
    case = _example(form, layers)
    (claim,) = case.claims
    if len(form.line_names) != len(claim.lines):
        told = N_("are %(count)s, but the bill has %(needed)s lines")
        raise Fault(("line_names",), told, count=len(form.line_names), needed=len(claim.lines))
    parts = (form.code, form.name, form.says, form.source, tuple(layers))
    return Stack(*parts, case.insured, case.policy, claim, form.line_names)


def _layer(form: LayerForm, where: Path, find_terms: FindTerms) -> Layer:
    if form.case_by_case:
        return Layer(form.code, form.name, None)
    try:
        terms = built_terms(_whole(form)) if form.plan is None else find_terms(form.plan, None, {})
    except KeyError:
        raise Fault((*where, "plan"), N_("= %(value)s is not published"), value=shown(form.plan)) from None
    except Fault as fault:
        raise fault.at((*where, *fault.path)) from None
    return Layer(form.code, form.name, terms)


def _whole(form: LayerForm) -> TermsForm:
    """The layer's few fields as terms that everybody has and nobody pays for."""
    usual = {"version": "1", "disease_family": "other", "priority": "0", "offered": False, "source": "-"}
    return TermsForm.model_validate(
        {
            **usual,
            "code": form.code,
            "name": form.name,
            "summary": form.name,
            "valid": {"from": "2020-01-01"},
            "parameters": {**form.parameters, "price": {"amount": "0", "clause": "-"}},
            "price": {"amount": "price"},
            "joining": (),
            "questions": (),
            "benefits": form.benefits,
        }
    )


def _example(form: StackForm, layers: list[Layer]) -> Case:
    terms = next((layer.terms for layer in layers if layer.terms), None)
    if terms is None:
        raise Fault(("layers",), N_("have no terms at all"))
    some = terms

    def some_terms(*_: object) -> Terms:
        return some

    try:
        case = case_of({**form.example, "plan": form.code}, some_terms)
    except Fault as fault:
        raise fault.at(("example", *fault.path)) from None
    if len(case.claims) != 1:
        raise Fault(("example", "claims"), N_("has %(count)s claims, one is needed"), count=len(case.claims))
    return case
