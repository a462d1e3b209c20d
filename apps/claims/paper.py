"""The explanation of a bill as PDF, from the same parts as the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from apps.claims.explanation import ShownClaim, ShownLayer
from apps.claims.models import Bill
from apps.core.display import day_text, is_chinese, moment_text, yuan_text
from apps.core.paper import Paper


def explanation_pdf(shown: Mapping[str, Any]) -> bytes:
    """``shown``: what the pages about a bill show.  Raises LookupError where there is no font."""
    bill: Bill = shown["bill"]
    title = _("Explanation of claim %(number)s") % {"number": bill.number}
    foot = _("共济 Gongji · %(number)s · as of %(day)s") % {"number": bill.number, "day": day_text(shown["now"].date())}
    paper = Paper(title, is_chinese=is_chinese(), foot=foot)
    paper.text(bill.person.name, is_quiet=True)
    _filed(paper, shown)
    for claim in shown["claims"]:
        _cover(paper, claim)
    _payers(paper, bill, shown["layers"])
    if shown["beside_fen"]:
        beside = _("Besides the bill, fixed sums and daily allowances of %(amount)s are paid.")
        paper.text(beside % {"amount": yuan_text(shown["beside_fen"])})
    return paper.bytes()


def _filed(paper: Paper, shown: Mapping[str, Any]) -> None:
    bill: Bill = shown["bill"]
    days = day_text(bill.service_date) + (f" – {day_text(bill.discharged)}" if bill.discharged else "")
    paper.heading(_("What was filed"))
    paper.facts(
        [
            (_("What"), ": ".join(str(part) for part in (shown["kind"], shown["event"]) if part)),
            (_("When"), days),
            (_("Diagnosis"), shown["diagnosis"]),
            (_("Where"), bill.place),
            (_("Receipt"), f"{bill.issuer}, {bill.receipt_number}"),
            (_("Sent"), moment_text(bill.submitted_at)),
            (_("Account"), f"{bill.payee_account.bank}, {bill.payee_account.masked_number}"),
        ]
    )
    lines = sorted(bill.lines.all(), key=lambda line: line.number)
    if lines:
        rows = [(line.description, yuan_text(line.billed_fen)) for line in lines]
        rows.append((_("The whole bill"), yuan_text(bill.billed_fen)))
        paper.table((_("Item"), f"¥{_('Amount')}"), rows, (3, 1))


def _cover(paper: Paper, shown: ShownClaim) -> None:
    paper.heading(shown.plan)
    paper.text(shown.state, is_quiet=True)
    if shown.decision is None:
        paper.text(_("Somebody at the fund looks at the papers, usually within three working days. You will be told."))
        return
    paper.text(yuan_text(shown.claim.paid_fen), size=15)
    if shown.decision.reason:
        paper.text(_("What the officer writes") + ": " + shown.decision.reason)
    for what, fen in shown.reduced:
        taken = _("The officer took %(amount)s off “%(what)s” before the terms were applied.")
        paper.text(taken % {"amount": yuan_text(fen), "what": what})
    _steps(paper, shown)
    decided = _("Decided %(day)s under the terms in force when the cover began.")
    paper.text(decided % {"day": moment_text(shown.decision.made_at)}, is_quiet=True)


def _steps(paper: Paper, shown: ShownClaim) -> None:
    for benefit in shown.benefits:
        paper.text(f"{benefit.name}: {yuan_text(benefit.paid_fen)}", size=11.5)
        if not benefit.steps:
            paper.text(_("Paid in full: nothing had to be taken off."))
            continue
        names = (_("Step"), _("Why"), f"¥{_('Before')}", f"¥{_('After')}")
        rows = [
            (
                step.title,
                f"{step.sentence} ({_('Clause %(clause)s') % {'clause': step.clause}})",
                yuan_text(step.before_fen),
                yuan_text(step.after_fen),
            )
            for step in benefit.steps
        ]
        paper.table(names, rows, (1.4, 3.6, 1.3, 1.3))
    if shown.refused:
        paper.text(_("Not paid by this plan"), size=11.5)
        refused = [(one.what, one.reason, _amount(one.billed_fen)) for one in shown.refused]
        paper.table((_("Item"), _("Why not"), f"¥{_('Amount')}"), refused, (1.6, 3, 1.2))


def _amount(fen: int | None) -> str:
    return "" if fen is None else yuan_text(fen)


def _payers(paper: Paper, bill: Bill, layers: list[ShownLayer]) -> None:
    if layers:
        paper.heading(_("Who pays what of this bill"))
        paper.bar([layer.paid_fen for layer in layers])
        rows = [(layer.name, yuan_text(layer.paid_fen)) for layer in layers]
        paper.table((_("Payer"), f"¥{_('Amount')}"), rows, (3, 1))
