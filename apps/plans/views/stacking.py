"""Several payers of one bill in one picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.http import render_page
from apps.plans.files import stack_files
from apps.plans.forms import StackBillForm
from apps.plans.rules import sentence
from apps.plans.rules.stacking import Share, shares_of
from apps.plans.words import in_language


@dataclass(frozen=True, slots=True)
class Row:
    """One payer in words: what was open, what it pays and how that comes, or why it pays nothing."""

    name: str
    open_fen: int
    paid_fen: int
    sentences: tuple[str, ...]


@require_safe
def who_pays(request: HttpRequest) -> HttpResponse:
    """Choose the payers, make up the bill, see who pays what and what is left."""
    language = get_language() or "en"
    form = StackBillForm(request.GET.dict(), stacks=stack_files(), language=language)
    context = {"form": form, "says": in_language(form.chosen.says, language)}
    if form.is_valid():
        rows = _rows(form, language)
        billed = sum(form.billed)
        own = billed - sum(row.paid_fen for row in rows)
        parts: list[tuple[str | Promise, int]] = [(row.name, row.paid_fen) for row in rows if row.paid_fen]
        context |= {"rows": rows, "billed_fen": billed, "own_fen": own, "parts": [*parts, (_("Your own share"), own)]}
    return render_page(request, "plans/who_pays.html", context)


def _rows(form: StackBillForm, language: str) -> list[Row]:
    stack = form.chosen
    lines = [replace(line, billed_fen=fen) for line, fen in zip(stack.claim.lines, form.billed, strict=True)]
    claim = replace(stack.claim, lines=tuple(lines))
    return [_row(share, language) for share in shares_of(stack, claim, form.by_hand)]


def _row(share: Share, language: str) -> Row:
    terms, decision = share.layer.terms, share.decision
    told: tuple[str, ...]
    if not share.open_fen:
        told = (_("Nothing was left."),)
    elif terms is None or decision is None:
        told = (_("Decided case by case."),)
    else:
        told = tuple(sentence(step, terms, language) for step in decision.steps)
    return Row(in_language(share.layer.name, language), share.open_fen, share.paid_fen, told)
