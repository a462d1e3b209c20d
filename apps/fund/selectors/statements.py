"""The books as they are read: trial balance and statements, of a plan, of a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from apps.fund.models import Account, Correction, Line
from apps.fund.rules.chart import CHART, DEBIT

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the books: one plan's accounts, and days from and to (both included, as people say them)."""

    plan: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def has_days(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def within(self) -> Q:
        """Lines of these days."""
        return self.from_start & self.to_end

    @property
    def from_start(self) -> Q:
        return Q(entry__effective_date__gte=self.since) if self.since else Q()

    @property
    def to_end(self) -> Q:
        return Q(entry__effective_date__lte=self.until) if self.until else Q()


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account, all in fen and debit positive: what it opened with, what was debited and credited."""

    account: Account
    opening: int
    debits: int
    credits: int

    @property
    def closing(self) -> int:
        return self.opening + self.debits - self.credits

    @property
    def debit_fen(self) -> int:
        """The balance, where it stands on the debit side."""
        return max(self.closing, 0)

    @property
    def credit_fen(self) -> int:
        return max(-self.closing, 0)

    @property
    def opening_fen(self) -> int:
        """Positive on the normal side of the account."""
        return self.opening * self.account.normal

    @property
    def closing_fen(self) -> int:
        """Positive on the normal side of the account."""
        return self.closing * self.account.normal


@dataclass(frozen=True, slots=True)
class TrialBalance:
    rows: tuple[TrialRow, ...]

    @property
    def debit_fen(self) -> int:
        return sum(row.debit_fen for row in self.rows)

    @property
    def credit_fen(self) -> int:
        return sum(row.credit_fen for row in self.rows)

    @property
    def debits(self) -> int:
        return sum(row.debits for row in self.rows)

    @property
    def credits(self) -> int:
        return sum(row.credits for row in self.rows)


def accounts_in(scope: Scope) -> list[Account]:
    """In the order of the chart; of one plan only its own."""
    order = {code: place for place, code in enumerate(CHART)}
    rows = Account.objects.filter(code__endswith=f":{scope.plan}") if scope.plan else Account.objects.all()
    return sorted(rows, key=lambda account: (order[account.code.partition(":")[0]], account.code))


def trial_balance(scope: Scope = Scope()) -> TrialBalance:
    """Every account on its side.  Both sides are equal, but for a plan alone: its money is on the fund's accounts."""
    accounts = accounts_in(scope)
    if not scope.has_days:
        return TrialBalance(tuple(TrialRow(row, row.balance_fen * row.normal * DEBIT, 0, 0) for row in accounts))
    before = Q(entry__effective_date__lt=scope.since) if scope.since else Q(pk=None)
    lines = Line.objects.filter(scope.to_end, account__in=accounts).values("account_id").order_by()
    sums = lines.annotate(
        opening=Sum("amount_fen", filter=before, default=0),
        debits=Sum("amount_fen", filter=scope.from_start & Q(amount_fen__gt=0), default=0),
        credits=Sum("amount_fen", filter=scope.from_start & Q(amount_fen__lt=0), default=0),
    )
    known = {row["account_id"]: row for row in sums}
    return TrialBalance(
        tuple(
            TrialRow(account, int(row["opening"]), int(row["debits"]), -int(row["credits"]))
            for account in accounts
            if (row := known.get(account.pk))
        )
    )


def plans_in_books() -> list[str]:
    """Codes of what accounts are kept for: plans, and lines of the council's grants."""
    codes = Account.objects.exclude(code__startswith="appropriation:").filter(code__contains=":")
    return sorted({code.partition(":")[2] for code in codes.values_list("code", flat=True)})


def lines_of_account(account: Account, scope: Scope = Scope()) -> QuerySet[Line]:
    """The statement of an account, newest day first."""
    lines = Line.objects.filter(scope.within, account=account)
    return lines.select_related("entry__reversed_by").order_by("-entry__effective_date", "-id")


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
    day, last = lines[0].entry.effective_date, lines[0].pk
    later = Q(entry__effective_date__gt=day) | Q(entry__effective_date=day, id__gt=last)
    newer = Line.objects.filter(later, account=account).aggregate(fen=Sum("amount_fen", default=0))
    after = account.balance_fen - account.normal * int(newer["fen"])
    rows = []
    for line in lines:
        amount = account.normal * line.amount_fen
        rows.append(StatementRow(line, amount, after))
        after -= amount
    return rows


def statement(account: Account, scope: Scope) -> Iterator[StatementRow]:
    """Every line of the days, oldest first, with the balance after it; read as it is asked for."""
    after = balance_before(account, scope.since) if scope.since else 0
    lines = Line.objects.filter(scope.within, account=account).select_related("entry")
    for line in lines.order_by("entry__effective_date", "id").iterator(CHUNK):
        amount = account.normal * line.amount_fen
        after += amount
        yield StatementRow(line, amount, after)


def balance_before(account: Account, day: date) -> int:
    """What stood on the account when the day began, positive on the normal side."""
    lines = Line.objects.filter(account=account, entry__effective_date__lt=day)
    return account.normal * int(lines.aggregate(fen=Sum("amount_fen", default=0))["fen"])


def journal(scope: Scope) -> Iterator[Line]:
    """Every line of the days, of the plan's accounts or of all, in the order it was booked; read as it is asked for."""
    lines = Line.objects.filter(scope.within).select_related("entry", "account")
    if scope.plan:
        lines = lines.filter(account__code__endswith=f":{scope.plan}")
    return lines.order_by("entry_id", "id").iterator(CHUNK)


def open_corrections() -> QuerySet[Correction]:
    """Entries to be taken back that wait for a second person, oldest first."""
    return Correction.objects.filter(state=Correction.State.ASKED).select_related("entry", "asked_by").order_by("pk")
