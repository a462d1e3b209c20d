"""The names by which people know what the money pages point at; the fund and payments ask for them (``fund.words``)."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.actuary.models import Allowance, PeriodClose, Reopening
from apps.actuary.selectors import plan_names
from apps.claims.models import Claim
from apps.core.display import in_language, is_chinese
from apps.enrolments.models import Contribution, Cover, Invoice, Refund
from apps.enrolments.selectors import terms_of_cover
from apps.fund.models import Correction
from apps.fund.words import Rows
from apps.governance.models import Line
from apps.payments.models import Order, StatementLine


def plans(codes: Collection[str]) -> dict[str, str]:
    """The plans by their codes, as the newest terms call them."""
    return plan_names(codes, "zh" if is_chinese() else "en")


def grants(keys: Collection[str]) -> dict[str, str]:
    """The uses of money the council decided on, by their keys."""
    lines = Line.objects.filter(key__in=keys).select_related("payee")
    return {line.key: f"{line.payee}, {line.get_purpose_display()}" for line in lines}


def _claims(ids: Collection[int]) -> dict[int, str]:
    return {
        claim.pk: _("Claim %(number)s") % {"number": claim.bill.number}
        for claim in Claim.objects.select_related("bill").filter(pk__in=ids)
    }


def _contributions(ids: Collection[int]) -> dict[int, str]:
    rows = Contribution.objects.select_related("cover__plan_version").filter(pk__in=ids)
    return {row.pk: _("Contribution for %(plan)s") % {"plan": _plan(row.cover)} for row in rows}


def _refunds(ids: Collection[int]) -> dict[int, str]:
    rows = Refund.objects.select_related("contribution__cover__plan_version", "payment__invoice").filter(pk__in=ids)
    return {row.pk: _refund(row) for row in rows}


def _refund(row: Refund) -> str:
    if row.contribution:
        return _("Refund of a contribution for %(plan)s") % {"plan": _plan(row.contribution.cover)}
    return _("Paid in excess with invoice %(number)s") % {"number": row.payment and row.payment.invoice}


def _plan(cover: Cover) -> str:
    return in_language(terms_of_cover(cover).name)


def _invoices(ids: Collection[int]) -> dict[int, str]:
    return {row.pk: _("Invoice %(number)s") % {"number": row.number} for row in Invoice.objects.filter(pk__in=ids)}


def _lines(ids: Collection[int]) -> dict[int, str]:
    return {
        line.pk: _("Granted by the council: %(purpose)s, %(payee)s")
        % {"purpose": line.get_purpose_display(), "payee": line.payee}
        for line in Line.objects.select_related("payee").filter(pk__in=ids)
    }


def _allowances(ids: Collection[int]) -> dict[int, str]:
    rows = list(Allowance.objects.select_related("close").filter(pk__in=ids))
    names = plans({row.plan_code for row in rows})
    return {
        row.pk: _("Allowance for %(plan)s, %(period)s") % {"plan": names[row.plan_code], "period": row.close.name}
        for row in rows
    }


def _closes(ids: Collection[int]) -> dict[int, str]:
    rows = PeriodClose.objects.defer("snapshot").filter(pk__in=ids)
    return {close.pk: _("Close of %(period)s") % {"period": close.name} for close in rows}


def _reopenings(ids: Collection[int]) -> dict[int, str]:
    rows = Reopening.objects.select_related("close").defer("close__snapshot").filter(pk__in=ids)
    return {row.pk: _("%(period)s, opened again") % {"period": row.close.name} for row in rows}


def _corrections(ids: Collection[int]) -> dict[int, str]:
    rows = Correction.objects.filter(pk__in=ids)
    return {row.pk: _("Correction of entry %(number)s") % {"number": row.entry_id} for row in rows}


def _orders(ids: Collection[int]) -> dict[int, str]:
    return {order.pk: order.title for order in Order.objects.filter(pk__in=ids)}


def _checkouts(ids: Collection[int]) -> dict[int, str]:
    return {pk: _("Money asked for, number %(number)s") % {"number": pk} for pk in ids}


def _statement_lines(ids: Collection[int]) -> dict[int, str]:
    rows = StatementLine.objects.filter(pk__in=ids)
    return {line.pk: _("Statement line %(number)s") % {"number": line.shown_number} for line in rows}


SOURCES: dict[str, Rows] = {
    "actuary.allowance": _allowances,
    "actuary.periodclose": _closes,
    "actuary.reopening": _reopenings,
    "claims.claim": _claims,
    "enrolments.contribution": _contributions,
    "enrolments.invoice": _invoices,
    "enrolments.refund": _refunds,
    "fund.correction": _corrections,
    "governance.line": _lines,
    "payments.checkout": _checkouts,
    "payments.order": _orders,
    "payments.statementline": _statement_lines,
}
