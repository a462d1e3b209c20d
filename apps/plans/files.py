"""The catalogue's files: which plan versions they hold, read without any database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from apps.plans.rules import Terms, load_terms, parse_terms
from apps.plans.rules.floors import FloorForm, parse_floor
from apps.plans.rules.stack_file import parse_stack
from apps.plans.rules.stacking import Stack

CATALOGUE = Path(__file__).parent / "catalogue"
FLOORS = Path(__file__).parent / "floors"
STACKS = Path(__file__).parent / "stacks"


@dataclass(frozen=True, slots=True)
class PlanFile:
    """One plan version ready for use, as data, and the text it was written as."""

    terms: Terms
    data: dict[str, Any]
    text: str = ""


@cache
def catalogue_files(folder: Path = CATALOGUE) -> tuple[PlanFile, ...]:
    """Every plan version of the catalogue, oldest first.  Raises TermsInvalid naming file, line and field."""
    texts = [(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))]
    files = [PlanFile(*parse_terms(text, name), text) for text, name in texts]
    return tuple(sorted(files, key=lambda file: (file.terms.valid_from, file.terms.code, file.terms.version)))


def catalogue_terms(code: str, version: str | None, parameters: Mapping[str, Any]) -> Terms:
    """Terms of a plan by code and version (None: the newest), some parameters replaced.

    Raises KeyError with the field that names nothing, TermsInvalid for a parameter that does not fit.
    """
    versions = [file for file in catalogue_files() if file.terms.code == code]
    if not versions:
        raise KeyError("plan")
    chosen = [file for file in versions if version in (None, file.terms.version)]
    if not chosen:
        raise KeyError("version")
    return load_terms(chosen[-1].data, parameters) if parameters else chosen[-1].terms


@cache
def floor_files(folder: Path = FLOORS) -> Mapping[str, FloorForm]:
    """The regulators' floors by their code.  Raises TermsInvalid naming file, line and field."""
    floors = [parse_floor(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml"))]
    return {floor.code: floor for floor in floors}


@cache
def stack_files(folder: Path = STACKS) -> Mapping[str, Stack]:
    """The stacks of payers by their code.  Raises TermsInvalid naming file, line and field."""
    paths = sorted(folder.glob("*.yaml"))
    stacks = [parse_stack(path.read_text("utf-8"), path.name, catalogue_terms) for path in paths]
    return {stack.code: stack for stack in stacks}
