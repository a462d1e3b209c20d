"""When, what illness, where: the facts of the care, asked as its kind needs them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.errors import FilingRefused, NoCoverThatDay
from apps.claims.forms.choices import OTHER, UNKNOWN, empty_first, grouped, options
from apps.claims.rules import texts
from apps.claims.rules.choices import diagnoses
from apps.claims.rules.filing import Place, check_dates
from apps.core.errors import N_
from apps.core.forms import DateField
from apps.core.http import add_error
from apps.directory.models import Organisation
from apps.enrolments.selectors import is_covered_on
from apps.members.models import Person

ICD = re.compile(r"[A-Z]\d{2}(\.\d{1,4})?")
DAY_LABELS = {
    "inpatient": _("Day of admission"),
    "pharmacy": _("Day on the receipt"),
    "event": _("Day it happened"),
}
UNSURE = (
    (OTHER, N_("Another diagnosis, I know its code")),
    (UNKNOWN, N_("I do not know; I will write it in my own words")),
)


class FactsForm(forms.Form):
    """Cleans to the parts of a Filing: dates, ``diagnosis_code``, ``diagnosis_words``, ``place``, event fields."""

    service_date = DateField(label=_("Day of the visit"))
    discharged = DateField(label=_("Day of leaving hospital"))
    event = forms.ChoiceField(label=_("What happened"), error_messages={"required": _("Choose what happened.")})
    severity = forms.ChoiceField(label=_("How severe is it, by the doctor's paper?"), required=False)
    grade = forms.IntegerField(
        label=_("Grade of disability"),
        required=False,
        min_value=1,
        max_value=10,
        help_text=_("Only for a disability: 1 is the worst, 10 the least."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    diagnosis = forms.ChoiceField(
        label=_("Diagnosis"),
        help_text=_("As written on the paper."),
        error_messages={"required": _("Choose the diagnosis; “I do not know” is an answer too.")},
    )
    diagnosis_code = forms.CharField(
        label=_("Code of the diagnosis"),
        required=False,
        max_length=10,
        help_text=_("Only for another diagnosis: a letter and digits such as J45.9, printed beside it."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    diagnosis_words = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=200,
        help_text=_("Only if you do not know it. A person at the fund will then look at the papers."),
    )
    place = forms.ChoiceField(
        label=_("Place of care"), error_messages={"required": _("Choose the place, or “Another place”.")}
    )
    place_name = forms.CharField(label=_("Name of the place"), required=False, max_length=120)
    level = forms.ChoiceField(label=_("Kind of place"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)

    ONLY: ClassVar = {"discharged": "inpatient", "event": "event", "severity": "event", "grade": "event"}

    def __init__(self, *args: Any, kind: str, person: Person, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.person, self.today = kind, person, today
        for name, only in self.ONLY.items():
            if kind != only:
                del self.fields[name]
        self.places = {str(place.pk): place for place in Organisation.objects.exclude(level="").order_by("kind", "pk")}
        self.fields["service_date"].label = DAY_LABELS.get(kind, self.fields["service_date"].label)
        self._choose("event", empty_first(options(texts.EVENTS)))
        self._choose("severity", empty_first(options(texts.SEVERITIES)))
        self._choose("diagnosis", grouped(diagnoses, UNSURE))
        listed = [(pk, str(place)) for pk, place in self.places.items()]
        self._choose("place", empty_first([*listed, (OTHER, str(_("Another place")))]))
        self._choose("level", empty_first(options(texts.LEVELS)))
        self._choose("area", options(texts.AREAS))

    def _choose(self, name: str, choices: list[Any]) -> None:
        if name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_days(data)
        self._check_event(data)
        data["diagnosis_code"] = self._diagnosis(data)
        data["place_known"] = self._place(data)
        return data

    def _check_days(self, data: dict[str, Any]) -> None:
        day, discharged = data.get("service_date"), data.get("discharged")
        if day is None:
            return
        try:
            check_dates(self.kind, day, discharged, today=self.today)
            if not is_covered_on(self.person.pk, day):
                raise NoCoverThatDay(person=self.person.name)
        except FilingRefused as error:
            add_error(self, error)

    def _check_event(self, data: dict[str, Any]) -> None:
        if self.kind == "event" and data.get("event") == "disability" and not data.get("grade"):
            self.add_error("grade", _("Enter the grade, a number from 1 to 10, as on the certificate."))

    def _diagnosis(self, data: dict[str, Any]) -> str:
        chosen = data.get("diagnosis", "")
        if chosen == UNKNOWN:
            if not data.get("diagnosis_words"):
                self.add_error("diagnosis_words", _("Write in a few words what the doctor said."))
            return ""
        if chosen != OTHER:
            return str(chosen)
        code = str(data.get("diagnosis_code", "")).strip().upper()
        if not ICD.fullmatch(code):
            self.add_error(
                "diagnosis_code",
                _("Enter the code as a letter and digits, such as J45.9. If there is none, choose “I do not know”."),
            )
        return code

    def _place(self, data: dict[str, Any]) -> Place | None:
        chosen = data.get("place", "")
        if chosen in self.places:
            known = self.places[chosen]
            return Place(str(known), known.level, "local", known.pk)
        if chosen != OTHER:
            return None
        if not data.get("place_name"):
            self.add_error("place_name", _("Enter the name of the place, as printed on the receipt."))
        if not data.get("level"):
            self.add_error("level", _("Choose what kind of place it is; what is paid can depend on it."))
        return Place(data.get("place_name", ""), data.get("level", ""), data.get("area") or "local")
