"""The form of a terms file: which fields there are and how each is written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from apps.core.errors import N_

from .faults import Unfit
from .written import (
    Code,
    Day,
    Days,
    Fen,
    Form,
    Name,
    Number,
    Share,
    Text,
    Texts,
    TextsOrName,
    Whole,
    Words,
    WordsList,
    Written,
    Years,
    type_list,
)


class BandForm(Form):
    up_to: Fen | None = None
    percent: Share


class ParameterForm(Form):
    """One figure of a plan with the clause it comes from; ``demo``: never published, a sensible value chosen by us."""

    clause: Text
    demo: bool = False
    amount: Fen | None = None
    percent: Share | None = None
    count: Whole | None = None
    days: Days | None = None
    years: Years | None = None
    number: Number | None = None
    codes: Texts | None = None
    amounts: Annotated[tuple[Fen, ...], type_list, Field(min_length=1)] | None = None
    percents: Annotated[tuple[Share, ...], type_list, Field(min_length=1)] | None = None
    bands: Annotated[tuple[BandForm, ...], type_list, Field(min_length=1)] | None = None

    @property
    def kind(self) -> str:
        """Which of the value fields is given."""
        return next(name for name in KINDS_OF_VALUE if getattr(self, name) is not None)

    @model_validator(mode="after")
    def one_value(self) -> ParameterForm:
        if sum(getattr(self, name) is not None for name in KINDS_OF_VALUE) != 1:
            raise Unfit(N_("needs exactly one of %(names)s"), names=", ".join(KINDS_OF_VALUE))
        return self


KINDS_OF_VALUE = (
    "amount",
    "percent",
    "count",
    "days",
    "years",
    "number",
    "codes",
    "amounts",
    "percents",
    "bands",
)


class FactForm(Form):
    fact: Text
    one_of: TextsOrName | None = None
    is_: bool | None = Field(default=None, alias="is")
    has: TextsOrName | None = None
    includes: TextsOrName | None = None
    at_least: Written | None = None
    at_most: Written | None = None
    below: Written | None = None
    days_before_start: Written | None = None
    years_before_start: Written | None = None
    days_after_start: Written | None = None
    by_service: Literal[True] | None = None
    missing: Literal["fails", "passes"] = "fails"

    @property
    def comparison(self) -> tuple[str, Any]:
        """The one comparison given: its name and what it compares with."""
        given = self.model_dump(by_alias=True, exclude_none=True, exclude={"fact", "missing"})
        return next(iter(given.items()))

    @model_validator(mode="after")
    def one_comparison(self) -> FactForm:
        given = self.model_dump(by_alias=True, exclude_none=True, exclude={"fact", "missing"})
        if len(given) != 1:
            raise Unfit(N_("needs exactly one comparison such as one_of, has or at_most"))
        return self


class AgeRange(Form):
    lowest: Name | None = Field(default=None, alias="from")
    highest: Name | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def some_end(self) -> AgeRange:
        if self.lowest is None and self.highest is None:
            raise Unfit(N_("needs from, to or both"))
        return self


class AgeForm(Form):
    age: AgeRange


class SexForm(Form):
    sex: Literal["female", "male"]


class PlaceForm(Form):
    levels: Annotated[tuple[Literal["primary", "secondary", "tertiary"], ...], type_list] = ()
    areas: Annotated[tuple[Literal["local", "outside"], ...], type_list] = ()


class FacilityForm(Form):
    facility: PlaceForm


class AllForm(Form):
    all: ConditionForms


class AnyForm(Form):
    any: ConditionForms


class NotForm(Form):
    not_: ConditionForm = Field(alias="not")


_CONDITIONS = ("fact", "age", "sex", "facility", "all", "any", "not")


def _condition_tag(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((tag for tag in _CONDITIONS if tag in value), None)
    return None


ConditionForm = Annotated[
    Annotated[FactForm, Tag("fact")]
    | Annotated[AgeForm, Tag("age")]
    | Annotated[SexForm, Tag("sex")]
    | Annotated[FacilityForm, Tag("facility")]
    | Annotated[AllForm, Tag("all")]
    | Annotated[AnyForm, Tag("any")]
    | Annotated[NotForm, Tag("not")],
    Discriminator(_condition_tag),
]
ConditionForms = Annotated[tuple[ConditionForm, ...], type_list, Field(min_length=1)]


class JoiningForm(Form):
    reason: Literal["age", "sex", "condition", "screening", "stage", "occupation", "roster", "insurance"]
    clause: Text
    says: Words
    when: ConditionForm


class ChoiceForm(Form):
    value: Text
    zh: Text
    en: Text


class QuestionForm(Form):
    fact: Text
    kind: Literal["choice", "multi", "yes_no", "date", "number", "icd", "screening"]
    label: Words
    help: Words | None = None
    choices: Annotated[tuple[ChoiceForm, ...], type_list] = ()
    required: bool = True
    only_when: ConditionForm | None = None


class RequireForm(Form):
    reason: Literal["waiting-period", "severity", "stage", "marker"]
    when: ConditionForm


_Kinds = Literal["inpatient", "outpatient", "special-outpatient", "pharmacy"]
_Categories = Literal["drug", "bed", "exam", "surgery", "device", "gene-test", "other"]


class ScopeForm(Form):
    """What a benefit is for; a field left out means any."""

    kinds: Annotated[tuple[_Kinds, ...], type_list] = ("inpatient", "outpatient", "special-outpatient", "pharmacy")
    events: Texts = ()
    diagnosis: TextsOrName | None = None
    never_again: TextsOrName | None = None
    """Past illnesses of which the same (three-character category) is never paid."""
    requires: Annotated[tuple[RequireForm, ...], type_list] = ()
    facility: PlaceForm = PlaceForm()
    categories: Annotated[tuple[_Categories, ...], type_list] = ()
    catalogue: Literal["in", "out"] | None = None
    formulary: TextsOrName | None = None
    waiting_days: Name | None = None


class DeductibleForm(Form):
    per: Literal["year", "claim"]
    amount: Name
    pool: Code | None = None


class LimitForm(Form):
    per: Literal["visit", "day", "item", "year"]
    amount: Name
    pool: Code | None = None


class ConditionalRateForm(Form):
    when: ConditionForm
    percent: Name
    says: Words
    """For whom: `after a negative screening`."""


class RateForm(Form):
    """``instead``: the first that holds replaces the percentage; ``raised``: all that hold are added."""

    percent: Name
    instead: Annotated[tuple[ConditionalRateForm, ...], type_list] = ()
    raised: Annotated[tuple[ConditionalRateForm, ...], type_list] = ()


Limits = Annotated[tuple[LimitForm, ...], type_list]


class BenefitForm(Form):
    code: Code
    name: Words
    says: Words
    clause: Text
    scope: ScopeForm = ScopeForm()
    limits: Limits = ()


class ReimbursementForm(BenefitForm):
    pays: Literal["reimbursement"]
    deductible: DeductibleForm | None = None
    bands: Name | None = None
    rate: RateForm | None = None


class LumpSumForm(BenefitForm):
    pays: Literal["lump-sum"]
    amount: Name
    share: Name | None = None
    by_grade: Name | None = None
    repeats: bool = False


class AllowanceForm(BenefitForm):
    pays: Literal["allowance"]
    per_night: Name


AnyBenefitForm = Annotated[ReimbursementForm | LumpSumForm | AllowanceForm, Field(discriminator="pays")]


class EntitlementForm(Form):
    code: Code
    name: Words
    clause: Text
    count: Name
    per: Literal["year", "quarter", "month"] = "year"


class DailyTaskForm(Form):
    code: Code
    name: Words
    points: Name


class PointsForm(Form):
    """Points for daily tasks, taken off the price of a later year: what one is worth, and the most of the price."""

    tasks: Annotated[tuple[DailyTaskForm, ...], type_list, Field(min_length=1)]
    worth: Name
    at_most: Name


class ConditionalPriceForm(Form):
    when: ConditionForm
    amount: Name


class PriceForm(Form):
    amount: Name
    instead: Annotated[tuple[ConditionalPriceForm, ...], type_list] = ()


class PayerForm(Form):
    """Somebody who pays a part of the price: ``amount``, or what the payers before left.

    ``trusted``: its word is enough, nobody's cover waits for its money.  ``chosen``: pays if the family says so.
    """

    payer: Literal["personal-account", "sponsor", "union", "government", "lottery-fund", "disability-fund"]
    amount: Name | None = None
    trusted: bool = False
    chosen: bool = False


class PayingForm(Form):
    """How the price may be paid and what follows when it is not; a field left out means the portal's usual figure."""

    schedules: Annotated[tuple[Literal["once", "quarterly", "monthly"], ...], type_list, Field(min_length=1)] = (
        "once",
    )
    payers: Annotated[tuple[PayerForm, ...], type_list] = ()
    cooling_off: Name | None = None
    """Days from the first in which all comes back as long as nothing was claimed."""
    refund: Literal["none", "pro-rata"] = "none"
    """What comes back to whoever leaves later."""
    grace: Name | None = None
    """Days after the due day before the cover lapses."""
    reinstate: Name | None = None
    """Days after the lapse in which paying the arrears brings it back."""
    waiting_again: Name | None = None
    """Days without cover after that payment."""


class ValidityForm(Form):
    since: Day = Field(alias="from")
    until: Day | None = None


class ExampleForm(Form):
    """A worked example in the form of a case file (without the plan), computed by the engine for the plan's page."""

    title: Words
    case: dict[str, Any]


class TermsForm(Form):
    """One version of one plan."""

    code: Code
    version: Text
    name: Words
    summary: Words
    disease_family: Literal["asthma", "alzheimer", "parkinson", "female-cancer", "other"]
    priority: Whole
    offered: bool = True
    """Whether it can be joined in the portal; the others are there for case files and comparison."""
    valid: ValidityForm
    source: Text
    parameters: dict[Name, ParameterForm]
    price: PriceForm
    paying: PayingForm = PayingForm()
    waiting_days: Name | None = None
    joining: Annotated[tuple[JoiningForm, ...], type_list]
    questions: Annotated[tuple[QuestionForm, ...], type_list]
    benefits: Annotated[tuple[AnyBenefitForm, ...], type_list, Field(min_length=1)]
    overall_limits: Texts = ()
    entitlements: Annotated[tuple[EntitlementForm, ...], type_list] = ()
    points: PointsForm | None = None
    services: WordsList = ()
    not_paid: WordsList = ()
    examples: Annotated[tuple[ExampleForm, ...], type_list] = ()
