"""Reading, checking and freezing terms: from text or stored data to terms ready for use."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from apps.core.errors import Told
from apps.plans.errors import TermsInvalid

from .building import built_terms
from .document import TermsForm
from .faults import Fault, faults_of
from .source import Source, SourceError, read_source
from .terms import Terms
from .values import replaced


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a written text, and its line."""

    line: int
    says: Told

    def __str__(self) -> str:
        return f"{self.line}: {self.says}"


@dataclass(frozen=True, slots=True)
class Written:
    """Terms as somebody wrote them: ready for use, or None and the problems."""

    terms: Terms | None
    source: Source
    problems: tuple[Problem, ...] = ()

    def located(self, faults: Iterable[Fault]) -> tuple[Problem, ...]:
        """The faults with their lines in the text."""
        return tuple(Problem(self.source.line(fault.path), fault) for fault in faults)


def read_terms(text: str) -> Written:
    """What a text says, or everything that is wrong with its form."""
    try:
        source = read_source(text)
    except SourceError as error:
        return Written(None, Source(None), (Problem(error.line, error),))
    terms, faults = _loaded(source.data, {})
    written = Written(terms, source)
    return replace(written, problems=written.located(faults))


def parse_terms(text: str, file: str) -> tuple[Terms, dict[str, Any]]:
    """Terms of a file and its data as written.  Raises TermsInvalid naming file, line and field."""
    written = read_terms(text)
    if written.terms is None:
        raise TermsInvalid(*(f"{file}:{problem}" for problem in written.problems))
    return written.terms, written.source.data


def load_terms(data: Mapping[str, Any], parameters: Mapping[str, Any] | None = None) -> Terms:
    """Terms of stored data, some parameters replaced.  Raises TermsInvalid."""
    terms, faults = _loaded(data, parameters or {})
    if terms is None:
        raise TermsInvalid(*faults)
    return terms


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 of the terms as written, independent of order and spacing of the file."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _loaded(data: Any, parameters: Mapping[str, Any]) -> tuple[Terms | None, list[Fault]]:
    try:
        form = TermsForm.model_validate(data)
        if parameters:
            form = form.model_copy(update={"parameters": replaced(form.parameters, parameters)})
        return built_terms(form), []
    except ValidationError as error:
        return None, faults_of(error, data)
    except Fault as fault:
        return None, [fault]
