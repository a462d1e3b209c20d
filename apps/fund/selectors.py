"""What the books say: balances, movements, entries, and whether it all adds up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum

from apps.fund.models import Account, ChainLink, Closing, Entry, Freeze, Line
from apps.fund.rules.chart import CHART, DEBIT, rule_of

KEPT = ("fund_entry", "fund_line", "fund_closing", "fund_chainlink")
GUARDS = (
    *(f"{table}_keeps_rows" for table in KEPT),
    *(f"{table}_keeps_all" for table in (*KEPT, "fund_account")),
    *("fund_entry_seal", "fund_line_seal", "fund_line_carry", "fund_account_guard", "fund_closing_waits"),
    *("fund_correction_guard", "fund_correction_keeps_all"),
    *("fund_entry_balances", "fund_line_balances"),
)


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


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account of the trial balance; its balance stands on one of the two sides."""

    account: Account
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    rows: tuple[TrialRow, ...]

    @property
    def debit_fen(self) -> int:
        return sum(row.debit_fen for row in self.rows)

    @property
    def credit_fen(self) -> int:
        return sum(row.credit_fen for row in self.rows)


def trial_balance() -> TrialBalance:
    """Every account on its side, in the order of the chart; both sides are equal."""
    order = {code: place for place, code in enumerate(CHART)}
    accounts = sorted(Account.objects.all(), key=lambda a: (order[a.code.partition(":")[0]], a.code))
    rows = []
    for account in accounts:
        signed = account.balance_fen * account.normal * DEBIT
        rows.append(TrialRow(account, max(signed, 0), max(-signed, 0)))
    return TrialBalance(tuple(rows))


def lines_of_account(account: Account) -> QuerySet[Line]:
    """The statement of an account, newest first."""
    return Line.objects.filter(account=account).select_related("entry").order_by("-id")


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A line with the balance after it, both positive on the normal side."""

    line: Line
    amount_fen: int
    balance_fen: int


def with_balances(account: Account, lines: Sequence[Line]) -> list[StatementRow]:
    """Lines of one page, newest first, with running balances; one query however long the statement is."""
    if not lines:
        return []
    newer = Line.objects.filter(account=account, id__gt=lines[0].id).aggregate(fen=Sum("amount_fen", default=0))
    after = account.balance_fen - account.normal * int(newer["fen"])
    rows = []
    for line in lines:
        amount = account.normal * line.amount_fen
        rows.append(StatementRow(line, amount, after))
        after -= amount
    return rows


def unequal_accounts() -> list[str]:
    """Codes of the accounts whose kept balance differs from the sum of their lines."""
    sums = Account.objects.annotate(fen=Sum(F("lines__amount_fen") * F("normal"), default=0))
    return list(sums.exclude(balance_fen=F("fen")).order_by("code").values_list("code", flat=True))


def unbalanced_entries() -> list[int]:
    """Ids of the entries whose lines do not sum to zero, or that have none."""
    sums = Entry.objects.annotate(fen=Sum("lines__amount_fen"))
    return list(sums.filter(~Q(fen=0) | Q(fen=None)).order_by("id").values_list("id", flat=True))


def ledger_is_balanced() -> bool:
    """Whether every entry balances and every kept balance equals its lines."""
    return not unequal_accounts() and not unbalanced_entries()


def missing_triggers() -> list[str]:
    """Names of the guards of the ledger that somebody removed or switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in GUARDS if name not in present]


def unchained_entries(limit: int) -> list[Entry]:
    """Entries not yet in the hash chain, in id order, with their lines."""
    entries = Entry.objects.filter(link=None).order_by("id").prefetch_related("lines__account")
    return list(entries[:limit])


def chain_hash(previous: str, entry: Entry) -> str:
    """SHA-256 over the hash before and everything the entry says.

    The transaction id is left out: a restore changes it.
    """
    lines = sorted((line.id, line.account.code, line.amount_fen) for line in entry.lines.all())
    facts = [
        *(previous, entry.id, entry.key, entry.kind, entry.effective_date.isoformat()),
        *(
            entry.recorded_at.astimezone(UTC).isoformat(),
            entry.source_label,
            entry.source_id,
            entry.memo,
            entry.reverses_id,
            lines,
        ),
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def broken_link() -> int | None:
    """Id of the first entry whose hash in the chain does not fit, or None when the chain holds."""
    previous, after = "", 0
    while True:
        links = ChainLink.objects.filter(id__gt=after).order_by("id").select_related("entry")
        batch = list(links.prefetch_related("entry__lines__account")[:2000])
        for link in batch:
            if link.hash != chain_hash(previous, link.entry):
                return link.entry_id
            previous, after = link.hash, link.id
        if not batch:
            return None
