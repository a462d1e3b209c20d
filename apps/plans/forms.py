"""Forms about terms: begin a draft, save it, publish what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import KeyedForm

MOST_TEXT = 200_000
"""Characters of a terms file; the longest of the catalogue has a twentieth."""


class StartForm(KeyedForm):
    """Begin a draft once, however often it is sent."""


class RevisionForm(forms.Form):
    """Names what was read, so that nothing else is published."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class DraftForm(RevisionForm):
    """The text of a draft, saved whatever it says."""

    text = forms.CharField(
        label=_("Terms"),
        max_length=MOST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code", "wrap": "off"}),
    )
    floor = forms.ChoiceField(
        label=_("Must meet a regulator's floor"),
        required=False,
        help_text=_("Then it can only be published when no figure is below it."),
    )

    def __init__(self, *args: Any, floors: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["floor"].choices = [("", _("None")), *floors]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")
