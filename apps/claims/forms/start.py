"""The first question: for whom, and what happened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.claims.forms.choices import options
from apps.claims.rules import texts
from apps.core.forms import KeyedForm
from apps.members.models import Person


class StartForm(KeyedForm):
    person = forms.ChoiceField(label=_("Who was ill?"), widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(str(person.pk), person.name) for person in people]  # type: ignore[attr-defined]
        self.fields["kind"].choices = options(texts.KINDS)  # type: ignore[attr-defined]
        if len(people) == 1:
            self.fields["person"].initial = str(people[0].pk)
