"""What the pages of groups say: agreements, rosters and their rows in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.core.cells import harmless
from apps.enrolments import errors
from apps.enrolments.models import Agreement, Roster, RosterRow
from apps.enrolments.pages import Back, back_words
from apps.enrolments.rules.roster import Entry, Fault
from apps.enrolments.rules.roster_columns import IDENTITY, LABELS, NAME, VALUES
from apps.enrolments.selectors import (
    GROUP_ACCOUNT,
    GroupFigures,
    figures_of,
    going_back_for_members,
    payments_going_back,
)
from apps.enrolments.staging import read_kept, reader_for
from apps.members import errors as members_errors
from apps.payments.selectors import payee_account_of
from apps.plans.models import PlanVersion
from apps.plans.selectors import terms_of
from apps.plans.words import in_language

BOM = "\ufeff"
VERDICTS = {
    RosterRow.Verdict.REPEATED: errors.OnThisRosterTwice,
    RosterRow.Verdict.COVERED: errors.CoveredAlready,
    RosterRow.Verdict.ELSEWHERE: errors.OnAnotherRoster,
}
MESSAGES = {
    error.code: error.message
    for error in (
        errors.NameMissing,
        errors.NameUnusable,
        errors.IdentityMissing,
        errors.IdentityRounded,
        errors.DateUnreadable,
        errors.SexUnreadable,
        errors.CellsMerged,
        members_errors.IdentityLength,
        members_errors.IdentityFormat,
        members_errors.IdentityChecksum,
        members_errors.IdentityDate,
        members_errors.BirthDateDiffers,
        members_errors.SexDiffers,
        members_errors.BornInFuture,
        members_errors.BornTooLongAgo,
    )
}
"""What can be wrong with a row, beside the terms of the plan, in the words in which a form says it."""


@dataclass(frozen=True, slots=True)
class AgreementWords:
    """An agreement with its plan's name and its figures."""

    agreement: Agreement
    plan_name: str
    figures: GroupFigures


def in_words(agreements: Iterable[Agreement], language: str, today: date) -> list[AgreementWords]:
    """Agreements with their plans' names and figures, in a constant number of queries."""
    found = list(agreements)
    names, figures = plan_names(found, language), figures_of(found, on=today)
    return [AgreementWords(one, names[one.plan_code], figures[one.pk]) for one in found]


def plan_names(agreements: Iterable[Agreement], language: str) -> dict[str, str]:
    """The plans' names by code, as their newest versions have them."""
    codes = {agreement.plan_code for agreement in agreements}
    versions = PlanVersion.objects.filter(code__in=codes).order_by("code", "-valid_from").distinct("code")
    return {version.code: in_language(terms_of(version).name, language) for version in versions}


def plan_name(agreement: Agreement, language: str) -> str:
    return plan_names([agreement], language)[agreement.plan_code]


@dataclass(frozen=True, slots=True)
class GoingBack:
    """What comes back to a group: the newest it paid in excess with invoices, and the sums for members who left."""

    payments: list[Back]
    members_fen: int
    members_paid_fen: int
    has_account: bool


def going_back(agreement: Agreement) -> GoingBack | None:
    """None where nothing comes back."""
    refunds = list(payments_going_back(agreement)[:50])
    members_fen, paid_fen = going_back_for_members(agreement)
    if not refunds and not members_fen:
        return None
    has_account = payee_account_of(GROUP_ACCOUNT, agreement.organisation_id) is not None
    return GoingBack(back_words(refunds, has_account=has_account), members_fen, paid_fen, has_account)


def refusal_text(roster: Roster) -> str:
    """Why the file cannot be read, in the reader's language."""
    if not roster.refusal:
        return ""
    refusal = errors.SHEET_REFUSALS.get(roster.refusal["code"], errors.SheetRefused)
    return str(_(refusal.message) % roster.refusal["params"])


def fault_text(fault: Fault, language: str) -> str:
    """What is wrong with a row, in the reader's language."""
    if fault.code == errors.NotForThisPerson.code:
        return str(fault.params["zh" if language.startswith("zh") else "en"])
    return _(MESSAGES[fault.code]) % fault.params


def left_out(roster: Roster) -> list[tuple[str, int]]:
    """How many rows are left out, by reason, as the page shows them."""
    counts = roster.counts
    known = sum(counts.values())
    rows = [(_("Rows with mistakes, or people the plan is not for"), roster.rows - known)]
    rows += [(str(verdict.label), counts.get(verdict.value, 0)) for verdict in VERDICTS]
    return [(label, count) for label, count in rows if count]


def rows_left_out(roster: Roster, language: str, today: date) -> Iterator[tuple[int, list[str], str]]:
    """Number, cells and what is wrong of each row that is left out, block by block: flat in memory."""
    reader = reader_for(roster.agreement, roster.columns, roster.start, today)
    others = RosterRow.objects.filter(roster=roster).exclude(verdict=RosterRow.Verdict.FINE)
    blocks = set(others.values_list("block", flat=True).distinct())
    for block in roster.blocks.order_by("number").iterator(chunk_size=1):
        if block.has_faults or block.number in blocks:
            rows = list(read_kept(block, reader))
            named = others.filter(number__range=(rows[0][0], rows[-1][0]))
            verdicts = dict(named.values_list("number", "verdict"))
            for number, cells, found in rows:
                with translation.override(language):
                    wrong = _wrong(found, verdicts.get(number), language)
                if wrong:
                    yield number, cells, wrong


def error_file(roster: Roster, language: str, today: date) -> Iterator[str]:
    """The rows that are left out as CSV for Excel: their own values and what is wrong."""
    with translation.override(language):
        yield BOM + csv_line([_("Row"), *(_(LABELS[name]) for name in roster.columns), _("What is wrong")])
    for number, cells, wrong in rows_left_out(roster, language, today):
        yield csv_line([str(number), *as_text(cells, roster.columns), wrong])


def _wrong(found: Entry | list[Fault], verdict: str | None, language: str) -> str:
    if verdict:
        return _(VERDICTS[RosterRow.Verdict(verdict)].message)
    return "" if isinstance(found, Entry) else " ".join(fault_text(fault, language) for fault in found)


def as_text(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Cells that Excel neither runs as a formula nor rounds as a number: an apostrophe keeps them text."""
    return [f"'{cell}" if name == IDENTITY and cell else cell for name, cell in zip(columns, cells, strict=True)]


def csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(map(harmless, cells))
    return text.getvalue()


def sample_file() -> str:
    """Headings and two people who are nobody, in the reader's language."""
    people = [(_("Wang Fang"), "'110000199003310028"), (_("Li Qiang"), "'110000198507120012")]
    return BOM + "".join(map(csv_line, [(_(LABELS[NAME]), _(LABELS[IDENTITY])), *people]))


def fact_choices(language: str) -> dict[str, list[tuple[str, str]]]:
    """The values a group can vouch for, by fact name, in words."""
    words: dict[str, list[tuple[str, str]]] = {}
    for name, values in VALUES.items():
        first: dict[str, str] = {}
        for text, value in values.items():
            first.setdefault(value, text)
        words[name] = [
            (value, text if language.startswith("zh") else ENGLISH[value]()) for value, text in first.items()
        ]
    return words


ENGLISH = {
    "courier": lambda: pgettext("occupation", "Courier"),
    "delivery": lambda: pgettext("occupation", "Delivery"),
    "driver": lambda: pgettext("occupation", "Driver"),
    "carer": lambda: pgettext("occupation", "Carer"),
    "domestic": lambda: pgettext("occupation", "Domestic worker"),
    "rural-subsistence": lambda: pgettext("category", "Rural subsistence"),
    "urban-subsistence": lambda: pgettext("category", "Urban subsistence"),
    "five-guarantee": lambda: pgettext("category", "Five guarantees"),
    "low-income-chronic": lambda: pgettext("category", "Chronically ill on a low income"),
}
