"""What was typed, kept as it is: from a posted form into a draft, and from a draft back into the forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict

from apps.claims.forms.facts import FactsForm
from apps.claims.forms.receipt import MAX_LINES, LineForm, LineFormSet, ReceiptForm
from apps.claims.rules.filing import EARLIER_PAYERS, Filing
from apps.members.models import Person

PREFIX = "lines"
FACTS = tuple(FactsForm.base_fields)
RECEIPT = ("issuer", "receipt_number", *(f"paid_{payer}" for payer in EARLIER_PAYERS))
LINE = tuple(LineForm.base_fields)
ACCOUNT = ("account", "holder_name", "bank", "number", "key")
LONGEST = 300

Contents = Mapping[str, Any]


def typed(section: str, post: QueryDict) -> dict[str, Any]:
    """The section's fields as posted, cut to a sane length; unknown fields are left out."""
    names = {"facts": FACTS, "receipt": RECEIPT, "account": ACCOUNT}[section]
    values: dict[str, Any] = {name: post.get(name, "")[:LONGEST] for name in names}
    if section == "receipt":
        values["lines"] = _typed_lines(post)
    return values


def _typed_lines(post: QueryDict) -> list[dict[str, str]]:
    """The posted lines after "add a line" or "remove" was pressed."""
    count = post.get(f"{PREFIX}-TOTAL_FORMS", "0")
    total = min(int(count), MAX_LINES) if count.isascii() and count.isdigit() else 0
    rows = [{name: post.get(f"{PREFIX}-{i}-{name}", "")[:LONGEST] for name in LINE} for i in range(total)]
    action = post.get("action", "")
    if action == "add-line":
        rows.append({})
    elif action.startswith("remove-line-"):
        rows = [row for number, row in enumerate(rows) if str(number) != action.removeprefix("remove-line-")]
    return rows


def facts_form(contents: Contents, *, person: Person, today: date, is_checked: bool) -> FactsForm:
    values = contents.get("facts", {})
    given: dict[str, Any] = {"data": values} if is_checked else {"initial": values}
    return FactsForm(kind=contents["kind"], person=person, today=today, **given)


def receipt_form(contents: Contents, *, is_checked: bool) -> ReceiptForm:
    """The receipt; its issuer is suggested from the place of the care."""
    values = dict(contents.get("receipt", {}))
    given: dict[str, Any] = {"data": values} if is_checked else {"initial": values}
    return ReceiptForm(kind=contents["kind"], **given)


class NoLines:
    """An event has no lines."""

    forms: tuple[()] = ()

    def is_valid(self) -> bool:
        return True

    def filed(self) -> tuple[()]:
        return ()


def line_formset(contents: Contents, *, is_checked: bool) -> Any:
    """The lines of the receipt, at least one; none for an event."""
    if contents["kind"] == "event":
        return NoLines()
    rows = contents.get("receipt", {}).get("lines") or [{}]
    if not is_checked:
        return LineFormSet(initial=[{"catalogue": "in", **row} for row in rows], prefix=PREFIX)
    data: dict[str, Any] = {f"{PREFIX}-TOTAL_FORMS": len(rows), f"{PREFIX}-INITIAL_FORMS": 0}
    data |= {f"{PREFIX}-{i}-{name}": value for i, row in enumerate(rows) for name, value in row.items()}
    return LineFormSet(data=data, prefix=PREFIX)


def filing_of(contents: Contents, facts: FactsForm, receipt: ReceiptForm, lines: Any) -> Filing:
    """The bill as filed, from forms that were found right."""
    data, paper = facts.cleaned_data, receipt.cleaned_data
    return Filing(
        kind=contents["kind"],
        service_date=data["service_date"],
        discharged=data.get("discharged"),
        place=data["place_known"],
        issuer=paper["issuer"],
        receipt_number=paper["receipt_number"],
        diagnosis=data["diagnosis_code"],
        diagnosis_words="" if data["diagnosis_code"] else data["diagnosis_words"],
        event=data.get("event") or "",
        severity=data.get("severity") or "",
        grade=data.get("grade"),
        lines=lines.filed(),
        earlier=paper["earlier"],
    )
