"""How single fields of a terms file are written, and what editors are told of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from .scalars import read_date, read_days, read_fen, read_number, read_share, read_whole, read_years

_SOME_NUMBER = WithJsonSchema({"type": ["number", "string"], "minimum": 0})
_SOME_COUNT = WithJsonSchema({"type": ["integer", "string"], "minimum": 0})
"""For editors, which read `500.00` as a number where we keep it as written."""
Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""The name of a parameter."""
Text = Annotated[str, Field(min_length=1)]
Fen = Annotated[int, BeforeValidator(read_fen), _SOME_NUMBER]
Share = Annotated[int, BeforeValidator(read_share), _SOME_NUMBER]
Whole = Annotated[int, BeforeValidator(read_whole), _SOME_COUNT]
Days = Annotated[int, BeforeValidator(read_days), _SOME_COUNT]
Years = Annotated[int, BeforeValidator(read_years), _SOME_COUNT]
Day = Annotated[date, BeforeValidator(read_date)]
Number = Annotated[Decimal, BeforeValidator(read_number), _SOME_NUMBER]
Written = Annotated[Text, WithJsonSchema({"type": ["string", "number"]})]
"""A number as written, or the name of a parameter."""


class Form(BaseModel):
    """A set of fields; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


type_list = BeforeValidator(_listed)
Texts = Annotated[tuple[Text, ...], type_list]
TextsOrName = Texts | Name


class Words(Form):
    """One text in both languages."""

    zh: Text
    en: Text


WordsList = Annotated[tuple[Words, ...], type_list]
