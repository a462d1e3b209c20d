"""The books as CSV files."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from apps.core.sheets import csv_response, yuan_cell
from apps.fund.models import Account
from apps.fund.selectors import Scope, TrialBalance, journal, statement


def trial_sheet(trial: TrialBalance, scope: Scope) -> StreamingHttpResponse:
    """One line an account."""
    head = (_("Code"), _("Ledger account"), _("Opening balance"), _("Debit"), _("Credit"), _("Balance"))
    rows = (
        (
            row.account.code,
            row.account.name,
            yuan_cell(row.opening_fen),
            yuan_cell(row.debits),
            yuan_cell(row.credits),
            yuan_cell(row.closing_fen),
        )
        for row in trial.rows
    )
    return csv_response(_name("trial-balance", scope), head, rows)


def statement_sheet(account: Account, scope: Scope) -> StreamingHttpResponse:
    """Every line of an account with the balance after it, oldest first."""
    head = (_("Day"), _("Recorded"), _("Entry"), _("Kind"), _("Amount"), _("Balance"), _("Comes from"), _("Note"))
    rows = (
        (
            row.line.entry.effective_date,
            row.line.entry.recorded_at,
            row.line.entry_id,
            row.line.entry.kind_name,
            yuan_cell(row.amount_fen),
            yuan_cell(row.balance_fen),
            f"{row.line.entry.source_label} {row.line.entry.source_id}",
            row.line.entry.memo,
        )
        for row in statement(account, scope)
    )
    return csv_response(_name(account.code.replace(":", "-"), scope), head, rows)


def journal_sheet(scope: Scope) -> StreamingHttpResponse:
    """Every line of every entry in the order it was booked."""
    head = (_("Entry"), _("Day"), _("Recorded"), _("Kind"), _("Code"), _("Debit"), _("Credit"), _("Note"))
    rows = (
        (
            line.entry_id,
            line.entry.effective_date,
            line.entry.recorded_at,
            line.entry.kind_name,
            line.account.code,
            yuan_cell(line.debit_fen or 0),
            yuan_cell(line.credit_fen or 0),
            line.entry.memo,
        )
        for line in journal(scope)
    )
    return csv_response(_name("journal", scope), head, rows)


def _name(what: str, scope: Scope) -> str:
    days = (str(day) for day in (scope.since, scope.until) if day)
    return "-".join(filter(None, (what, scope.plan, *days)))
