"""Fields of the what-if form: a value typed on one line, cleaned to what a plan file would say."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import YuanField
from apps.core.money import Money
from apps.plans.rules.writing import as_written, is_readable
from apps.plans.words import ParameterWords

GLUED = re.compile(r"[0-9０-９][,，][0-9０-９]")
"""A comma inside a list of amounts without a space: the thousands of one, or two of them."""


class WrittenYuanField(YuanField):
    """One amount."""

    def clean(self, value: Any) -> Any:
        return str(Money(super().clean(value)))


class WrittenField(forms.CharField):
    """A value of any other kind."""

    def __init__(self, parameter: ParameterWords, **kwargs: Any) -> None:
        self.parameter = parameter
        super().__init__(max_length=500, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text, kind = super().clean(value), self.parameter.kind
        is_list = kind == "amounts"
        if GLUED.search(text) if is_list else not is_readable(kind, text):
            raise self._refused()
        written = as_written(kind, text)
        if not written:
            raise self._refused()
        return [WrittenYuanField(allow_zero=True).clean(part) for part in written] if is_list else written

    def _refused(self) -> forms.ValidationError:
        words = {"unit": self.parameter.unit, "value": self.parameter.value}
        return forms.ValidationError(_("Write it like this: %(value)s (%(unit)s).") % words)


def parameter_field(parameter: ParameterWords) -> forms.Field:
    """The field of a parameter, with its value."""
    words: dict[str, Any] = {
        "label": parameter.label,
        "initial": parameter.value,
        "help_text": _("%(unit)s · clause %(clause)s") % {"unit": parameter.unit, "clause": parameter.clause},
    }
    if parameter.kind == "amount":
        return WrittenYuanField(allow_zero=True, **words)
    return WrittenField(parameter, **words)
