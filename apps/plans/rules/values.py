"""The figures of a plan by name: each with its kind and the clause it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from apps.core.errors import N_

from .document import KINDS_OF_VALUE, ParameterForm
from .faults import Fault, Unfit, either, faults_of, unfit
from .scalars import plain_share, plain_yuan, read_number
from .source import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One parameter: its kind (`document.KINDS_OF_VALUE`), value and clause."""

    kind: str
    value: Any
    clause: str
    demo: bool

    def __str__(self) -> str:
        """As people write it, without a unit: ``1,000,000``, ``62.5``, ``28``."""
        writer = {"amount": plain_yuan, "percent": plain_share}.get(self.kind, str)
        if isinstance(self.value, tuple):
            each = {"amounts": plain_yuan, "percents": plain_share}.get(self.kind, str)
            return " · ".join(each(item) for item in self.value)
        return writer(self.value)


@dataclass(frozen=True, slots=True)
class Figures:
    """All parameters of one plan version."""

    by_name: Mapping[str, Figure]

    def get(self, name: str, where: Path, *kinds: str) -> Figure:
        """The figure a field names.  Raises Fault when there is none or it is of another kind."""
        figure = self.by_name.get(name)
        if figure is None:
            raise Fault(where, N_("= %(name)s names no parameter"), name=name)
        if figure.kind not in kinds:
            told = N_("= %(name)s is a parameter in %(kind)s, %(needed)s is needed")
            raise Fault(where, told, name=name, kind=figure.kind, needed=either(*kinds))
        return figure

    def number(self, text: str, where: Path, *kinds: str) -> Decimal:
        """A number written in place, or the parameter named.  Raises Fault."""
        try:
            return read_number(text)
        except ValueError:
            return Decimal(self.get(text, where, *kinds).value)

    def span(self, text: str, where: Path, kind: str, read: Callable[[str], int]) -> int:
        """A number of days or years written in place, or the parameter named.  Raises Fault."""
        if not text[:1].isdigit():
            value: int = self.get(text, where, kind).value
            return value
        try:
            return read(text)
        except Unfit as error:
            raise unfit(where, text, error) from None

    def codes(self, written: Sequence[str] | str, where: Path, read: Callable[[str], str] = str) -> tuple[str, ...]:
        """A list written in place, or the parameter named, each code as ``read`` gives it.  Raises Fault."""
        codes = self.get(written, where, "codes").value if isinstance(written, str) else written
        try:
            return tuple(read(code) for code in codes)
        except Unfit as error:
            bad = next(code for code in codes if not _is_readable(code, read))
            raise unfit(where, bad, error) from None


def _is_readable(code: str, read: Callable[[str], str]) -> bool:
    try:
        read(code)
    except ValueError:
        return False
    return True


def figures_of(parameters: Mapping[str, ParameterForm]) -> Figures:
    """The figures of the parameters of a terms file."""
    return Figures({name: _figure(form) for name, form in parameters.items()})


def _figure(form: ParameterForm) -> Figure:
    return Figure(kind=form.kind, value=getattr(form, form.kind), clause=form.clause, demo=form.demo)


def replaced(parameters: Mapping[str, ParameterForm], changes: Mapping[str, Any]) -> dict[str, ParameterForm]:
    """The parameters with some values replaced, each written as its kind demands.  Raises Fault."""
    result = dict(parameters)
    for name, value in changes.items():
        form = parameters.get(name)
        if form is None:
            raise Fault(("parameters", name), N_("is not a parameter of this plan"))
        kept = dict.fromkeys(KINDS_OF_VALUE) | {"clause": form.clause, "demo": form.demo}
        try:
            result[name] = ParameterForm.model_validate(kept | {form.kind: value})
        except ValidationError as error:
            raise faults_of(error, {form.kind: value})[0].at(("parameters", name)) from None
    return result
