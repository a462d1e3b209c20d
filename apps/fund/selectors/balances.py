"""What stands on the accounts, what moved, and up to when the books are closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F, QuerySet, Sum

from apps.fund.models import Account, Closing, Entry, Freeze, Line
from apps.fund.rules.chart import rule_of


def balance(code: str) -> int:
    """Fen on the account, positive on its normal side; 0 when nothing was booked yet."""
    rule_of(code)
    return Account.objects.filter(code=code).values_list("balance_fen", flat=True).first() or 0


def balances(prefix: str = "") -> dict[str, int]:
    """Balance by account code of all accounts whose code starts with ``prefix``."""
    accounts = Account.objects.filter(code__startswith=prefix).order_by("code")
    return dict(accounts.values_list("code", "balance_fen"))


def movements(prefix: str, start: date, end: date, kinds: Sequence[str] = ()) -> dict[str, int]:
    """What was booked with effective date in ``[start, end)`` by account code, positive on the normal side."""
    lines = Line.objects.filter(
        account__code__startswith=prefix, entry__effective_date__gte=start, entry__effective_date__lt=end
    )
    if kinds:
        lines = lines.filter(entry__kind__in=kinds)
    sums = lines.values_list("account__code").annotate(fen=Sum(F("amount_fen") * F("account__normal")))
    return {code: int(fen) for code, fen in sums.order_by("account__code")}


def movement(prefix: str, start: date, end: date, kinds: Sequence[str] = ()) -> int:
    """The sum of ``movements``."""
    return sum(movements(prefix, start, end, kinds).values())


def entries_of(label: str, source_id: int) -> QuerySet[Entry]:
    """All entries that came from one row of another app, oldest first, with their lines."""
    entries = Entry.objects.filter(source_label=label, source_id=source_id)
    return entries.order_by("id").prefetch_related("lines__account")


def closed_through() -> date | None:
    """The last day of the closed part of the books."""
    return Closing.objects.order_by("-id").values_list("through", flat=True).first()


def is_frozen() -> bool:
    """Whether no payment may leave, because the books may lack what the bank did."""
    return Freeze.objects.filter(state=Freeze.State.FROZEN).exists()
