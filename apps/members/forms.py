"""The forms of the family pages: a person's data, and the texts to be signed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DateField, KeyedForm
from apps.members.models import Guardianship, LegalText, Person
from apps.members.rules.family import OF_A_MINOR, OF_AN_ADULT, Relation

CHILD, RELATIVE, SELF = "child", "relative", "self"
RELATIONS = {CHILD: OF_A_MINOR, RELATIVE: OF_AN_ADULT}
UNREADABLE = re.compile(r"[\x00-\x1f<>]")


class PersonForm(KeyedForm):
    """What we need to know of a person; ``whom`` is child, relative or self."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("As on the identity card, the household register or the birth certificate."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the name.")},
    )
    relation = forms.ChoiceField(
        label=_("What are you to this person?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you are related.")},
    )
    birth_date = DateField(label=_("Date of birth"))
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=Person.Sex.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    identity_kind = forms.ChoiceField(
        label=_("Which number do you have?"),
        choices=Person.IDENTITY_KINDS,
        initial=Person.IDENTITY_KINDS[0][0],
        widget=forms.RadioSelect,
    )
    identity_number = forms.CharField(
        label=_("The number"),
        help_text=_("Stored encrypted. Pages show only its last four characters."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Enter the number.")},
    )

    def __init__(self, *args: Any, whom: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if whom == SELF:
            del self.fields["relation"]
        else:
            chosen = [(value, label) for value, label in Guardianship.RELATIONS if value in RELATIONS[whom]]
            relation: Any = self.fields["relation"]
            relation.choices = chosen
        if whom != CHILD:
            del self.fields["identity_kind"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if UNREADABLE.search(name):
            raise forms.ValidationError(_("Enter the name in letters or characters only."))
        return name

    def facts(self) -> dict[str, Any]:
        """What the service is told; a form for oneself or an adult asks less."""
        return {
            "relation": Relation.SELF.value,
            "identity_kind": Person.IDENTITY_KINDS[0][0],
            **self.cleaned_data,
        }


class ConsentForm(forms.Form):
    """One box a text: every consent is a decision of its own."""

    def __init__(self, *args: Any, texts: Sequence[LegalText], assent_by: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts
        for text in texts:
            self.fields[f"text_{text.pk}"] = forms.BooleanField(
                label=gettext("I have read “%(title)s” and agree") % {"title": text.title},
                required=text.is_required,
                error_messages={"required": _("Tick this to agree. Without it no plan can be joined.")},
            )
        if assent_by:
            self.fields["assent_name"] = forms.CharField(
                label=_("From 14 on your child agrees too"),
                help_text=_("Read the texts together. If your child agrees, they type their own name here."),
                max_length=60,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def boxes(self) -> Iterator[tuple[LegalText, BoundField]]:
        """Each text with its box, for the page."""
        return ((text, self[f"text_{text.pk}"]) for text in self.texts)

    def fields_and_errors(self) -> list[tuple[BoundField, str]]:
        """For the summary of what is wrong, on top of the page."""
        return [(field, "") for field in self]

    def agreed(self) -> list[LegalText]:
        return [text for text in self.texts if self.cleaned_data[f"text_{text.pk}"]]
