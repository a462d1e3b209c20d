"""Form rendering and the fields our forms share: amounts in yuan, dates, several files at once."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.files import File
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from apps.core.display import yuan_text
from apps.core.money import Money

MAX_FEN = 10_000_000_000  # 100 million yuan: no single receipt, share or vote of this fund comes near
AMOUNT = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d*))?")


class Renderer(TemplatesSetting):
    """``{{ form }}`` and ``{{ field }}`` in the look of templates/components/form."""

    form_template_name = "components/form/fields.html"
    formset_template_name = "components/form/formset.html"
    field_template_name = "components/form/field.html"


class LaidOutForm(forms.Form):
    """A form whose template places the fields itself."""

    @property
    def summary(self) -> list[tuple[forms.BoundField, Any]]:
        """Fields with their errors, for the summary on top of the page."""
        return [(self[name], self[name].errors) for name in self.fields]


class KeyedForm(forms.Form):
    """A form that creates something: its hidden key makes a repeated post find the first result."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class DateInput(forms.DateInput):
    """The browser's own date picker; the value travels as ISO whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    widget = DateInput
    default_error_messages: ClassVar = {
        "invalid": _("Enter a real date, for example 2026-03-31."),
        "required": _("Enter the date."),
    }


class YuanField(forms.Field):
    """An amount typed in yuan (``1,234.5``, full-width digits too); cleans to fen, or None when left empty."""

    widget = forms.TextInput
    default_error_messages: ClassVar = {
        "required": _("Enter the amount."),
        "invalid": _("Enter an amount in yuan with digits only, for example 1,234.50."),
        "decimals": _("Yuan have two decimals at most, for example 1,234.50."),
        "negative": _("The amount cannot be below zero."),
        "zero": _("The amount must be above zero."),
        "too_large": _("This amount is too large: at most %(limit)s."),
    }

    def __init__(
        self, *, allow_zero: bool = False, allow_negative: bool = False, max_fen: int = MAX_FEN, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.allow_zero, self.allow_negative, self.max_fen = allow_zero, allow_negative, max_fen

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off", "class": "amount", "maxlength": "20"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Money):
            value = value.fen
        return str(Money(value)) if type(value) is int else value

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        text = unicodedata.normalize("NFKC", str(value)).replace(" ", "").removeprefix("¥").removesuffix("元")
        match = AMOUNT.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
        if not match:
            raise self._error("invalid")
        sign, yuan, decimals = match[1], match[2].replace(",", ""), match[3] or ""
        if len(decimals) > 2:
            raise self._error("decimals")
        if len(yuan) > 15:
            raise self._too_large()
        fen = int(yuan) * 100 + int(decimals.ljust(2, "0"))
        return -fen if sign else fen

    def validate(self, value: int | None) -> None:
        super().validate(value)
        if value is None:
            return
        if value < 0 and not self.allow_negative:
            raise self._error("negative")
        if value == 0 and not self.allow_zero:
            raise self._error("zero")
        if abs(value) > self.max_fen:
            raise self._too_large()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

    def _error(self, code: str) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code)

    def _too_large(self) -> forms.ValidationError:
        limit = yuan_text(self.max_fen)
        return forms.ValidationError(self.error_messages["too_large"], code="too_large", params={"limit": limit})


class FilesInput(forms.FileInput):
    """One input for several files; app.js lists the chosen names below it."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; cleans to a list.  What is inside them is checked by ``documents``."""

    widget = FilesInput
    default_error_messages: ClassVar = {
        "required": _("Choose at least one file."),
        "too_many": _("Choose %(limit)d files at most."),
        "empty": _("One of the files is empty (0 bytes). Take the photo again, or choose another file."),
    }

    def __init__(
        self, *, max_files: int = 10, accept: str = "image/jpeg,image/png,application/pdf", **kwargs: Any
    ) -> None:
        self.max_files, self.accept = max_files, accept
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": self.accept, "multiple": True}

    def clean(self, data: Any, initial: Any = None) -> list[File[Any]]:
        files = [file for file in data or [] if file]
        if len(files) > self.max_files:
            raise forms.ValidationError(
                self.error_messages["too_many"], code="too_many", params={"limit": self.max_files}
            )
        if not files:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(file, initial) for file in files]
