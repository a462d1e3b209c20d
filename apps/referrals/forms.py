"""Forms of a referral: the new one, and one for each step that must say something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.care.models import FamilyDoctor
from apps.core.display import moment_text
from apps.core.forms import KeyedForm
from apps.directory.models import Department
from apps.directory.selectors import departments_of_hospitals
from apps.referrals.errors import SlotTaken
from apps.referrals.models import Referral, ReferralEvent, Slot
from apps.referrals.permissions import DESK
from apps.referrals.rules.machine import Transition
from apps.referrals.rules.words import Event
from apps.referrals.selectors import free_slots

if TYPE_CHECKING:
    DepartmentChoice = forms.ModelChoiceField[Department]
else:
    DepartmentChoice = forms.ModelChoiceField


class DepartmentField(DepartmentChoice):
    def label_from_instance(self, obj: Department) -> str:
        return f"{obj.organisation}, {obj}"


def department_field(**kwargs: Any) -> DepartmentField:
    rows = departments_of_hospitals().exclude(code=DESK).order_by("organisation__name_zh", "name_zh")
    return DepartmentField(label=_("Department"), queryset=rows, empty_label=_("Choose a department"), **kwargs)


def text_field(label: Any, rows: int = 3, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class NewReferralForm(KeyedForm):
    """Filled in by the alert: what is left are the consent and the button."""

    department = department_field()
    priority = forms.ChoiceField(
        label=_("How soon"), choices=Slot.Priority.choices, widget=forms.RadioSelect(attrs={"class": "chips"})
    )
    reason = text_field(_("Reason"), rows=4)
    consent = forms.BooleanField(
        label=_("The family agrees that the hospital reads the health file for this referral"),
        error_messages={"required": _("Without the family's consent the referral cannot be sent.")},
    )


NOTE_LABELS = {
    Event.ASK_INFO: _("Your question"),
    Event.ANSWER_INFO: _("Your answer"),
    Event.ADVISE_ONLY: _("Your advice"),
    Event.ACK_REJECT: _("What happens instead"),
    Event.QUERY_RETURN: _("Your question"),
    Event.EMERGENCY_PASS: _("What happened"),
}


def _slots(referral: Referral, now: datetime) -> forms.Field:
    rows = [slot for slot in free_slots(referral.department_id, now=now) if slot.pk != referral.slot_id]
    choices = [(slot.pk, f"{moment_text(slot.starts_at)} · {slot.get_priority_display()}") for slot in rows]
    return forms.ChoiceField(
        label=_("Time"),
        choices=choices,
        widget=forms.RadioSelect,
        initial=choices[0][0] if choices else None,
        error_messages={"invalid_choice": _(SlotTaken.message)},
        help_text=""
        if choices
        else _("No free time at the moment. Accept without one; the referral stays on the list."),
    )


FIELDS: dict[str, Callable[[Referral, datetime], forms.Field]] = {
    "slot": _slots,
    "department": lambda referral, _now: department_field(),
    "doctor": lambda referral, _now: forms.ModelChoiceField(
        label=_("Family doctor"), queryset=FamilyDoctor.objects.select_related("user").order_by("user__name")
    ),
    "reason_code": lambda referral, _now: forms.ChoiceField(label=_("Why"), choices=ReferralEvent.REASONS),
    "diagnosis": lambda referral, _now: text_field(_("Diagnosis")),
    "medicines": lambda referral, _now: text_field(_("Change of medicines")),
    "watch_for": lambda referral, _now: text_field(_("What to watch for")),
    "next_check": lambda referral, _now: text_field(_("Next check: when and what"), rows=2),
    "refer_again": lambda referral, _now: text_field(_("When to refer again"), rows=2),
}


class StepForm(KeyedForm):
    """What one step needs, and nothing else."""

    def __init__(self, *args: Any, referral: Referral, found: Transition, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in found.needs:
            if name == "note":
                self.fields[name] = text_field(NOTE_LABELS.get(found.event, _("Note")))
            elif name in FIELDS:
                self.fields[name] = FIELDS[name](referral, now)

    def payload(self) -> dict[str, Any]:
        """The answers as ``advance`` takes them: rows by their id."""
        return {name: getattr(value, "pk", value) for name, value in self.cleaned_data.items() if name != "key"}
