"""Forms of groups and other payers: an agreement, a roster to upload, an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DateField, KeyedForm, YuanField

Choices = Sequence[tuple[str, str]]


class UploadForm(KeyedForm):
    """A file of people, and the first day of their covers."""

    start = DateField(label=_("First day of the covers"))
    file = forms.FileField(
        label=_("Roster"),
        help_text=_(
            "CSV or Excel (.xlsx), at most 50 MB and 1,000,000 rows, with a name and an identity number in each row."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("The file is empty (0 bytes). Save the table again and choose that file."),
        },
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start"].initial = today


class AccountForm(KeyedForm):
    """Where money is paid back to."""

    holder_name = forms.CharField(label=_("Account holder"), max_length=60)
    bank = forms.CharField(label=_("Bank"), max_length=60)
    number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class AgreementForm(KeyedForm):
    """Which group, which plan, who pays what, and whether members are asked."""

    organisation_id = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    plan_code = forms.ChoiceField(label=_("Plan"))
    group_fen = YuanField(
        label=_("The group pays for each member and year"),
        help_text=_("In yuan. The member pays the rest of the plan's price, if any."),
    )
    members_confirm = forms.ChoiceField(
        label=_("How members join"),
        choices=[("yes", _("Each member is asked and says yes or no")), ("no", _("Members are simply covered"))],
        widget=forms.RadioSelect,
    )
    occupation = forms.ChoiceField(label=_("Occupation of all members"), required=False)
    roster = forms.ChoiceField(label=_("Category of all members"), required=False)
    since = DateField(label=_("First covers begin on"))
    until = DateField(label=_("Last covers begin on"))

    def __init__(
        self, *args: Any, groups: Choices, plans: Choices, values: Mapping[str, Choices], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation_id"].choices = groups  # type: ignore[attr-defined]
        self.fields["plan_code"].choices = plans  # type: ignore[attr-defined]
        for name, choices in values.items():
            self.fields[name].choices = [("", _("As the roster says")), *choices]  # type: ignore[attr-defined]
            self.fields[name].help_text = _("What the group vouches for where its rosters say nothing.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day cannot be before the first one."))
        return cleaned

    def facts(self) -> dict[str, str]:
        """What is known of every member, by fact name."""
        return {name: self.cleaned_data[name] for name in ("occupation", "roster") if self.cleaned_data[name]}
