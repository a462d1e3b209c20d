"""Whether it all adds up, the chain holds, and nothing stands still that must move."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date

from django.db import connection
from django.db.models import F, Q, Sum

from apps.fund.models import Account, ChainLink, Entry
from apps.fund.rules.chart import CHART, rule_of


def unequal_accounts() -> list[str]:
    """Codes of the accounts whose kept balance differs from the sum of their lines."""
    sums = Account.objects.annotate(fen=Sum(F("lines__amount_fen") * F("normal"), default=0))
    return list(sums.exclude(balance_fen=F("fen")).order_by("code").values_list("code", flat=True))


def unbalanced_entries() -> list[int]:
    """Ids of the entries whose lines do not sum to zero, or that have none."""
    sums = Entry.objects.annotate(fen=Sum("lines__amount_fen"))
    return list(sums.filter(~Q(fen=0) | Q(fen=None)).order_by("id").values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account that must come back to zero holds (fen, positive on its normal side), and since when."""

    account: Account
    since: date
    days: int
    limit: int

    @property
    def is_stale(self) -> bool:
        return self.days > self.limit


TRANSIT = """
SELECT account_id, min(effective_date) FROM (
    SELECT l.account_id, e.effective_date,
        sum(abs(l.amount_fen)) OVER (PARTITION BY l.account_id ORDER BY e.effective_date, l.id) AS upto,
        t.gone
    FROM fund_line l JOIN fund_entry e ON e.id = l.entry_id
    JOIN (
        SELECT a.id, sign(a.balance_fen) * a.normal AS side,
            sum(abs(l.amount_fen)) FILTER (WHERE sign(l.amount_fen) <> sign(a.balance_fen) * a.normal) AS gone
        FROM fund_account a JOIN fund_line l ON l.account_id = a.id
        WHERE a.code = ANY (%s) AND a.balance_fen <> 0 GROUP BY a.id
    ) t ON t.id = l.account_id AND sign(l.amount_fen) = t.side
) came WHERE upto > coalesce(gone, 0) GROUP BY account_id
"""


def transit(*, today: date) -> list[Standing]:
    """Accounts that must come back to zero and do not stand there; first in, first out says how long."""
    clearing = [rule.code for rule in CHART.values() if rule.clears_in]
    with connection.cursor() as cursor:
        cursor.execute(TRANSIT, [clearing])
        since = dict(cursor.fetchall())
    accounts = Account.objects.filter(pk__in=since).order_by("code")
    return [
        Standing(account, since[account.pk], (today - since[account.pk]).days, rule_of(account.code).clears_in)
        for account in accounts
    ]


def ledger_is_balanced() -> bool:
    """Whether every entry balances and every kept balance equals its lines."""
    return not unequal_accounts() and not unbalanced_entries()


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
