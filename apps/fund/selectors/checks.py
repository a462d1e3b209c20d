"""Whether it all adds up, the chain holds, and nothing stands still that must move."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef, Q, Sum
from django.db.models.functions import JSONArray

from apps.fund.models import Account, ChainLink, Entry, Line
from apps.fund.rules.chart import CHART, rule_of

BATCH = 2000


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


FACTS = ("id", "key", "kind", "effective_date", "recorded_at", "source_label", "source_id", "memo", "reverses_id")
Facts = tuple[Any, ...]
"""What the hash of an entry says: these fields, then its lines.  Not the transaction id, which a restore changes."""


def _lines_of(entry: str) -> ArraySubquery:
    """Id, account and fen of each line of the entry a field names, in the order of the ids."""
    lines = Line.objects.filter(entry=OuterRef(entry)).order_by("id")
    return ArraySubquery(lines.values_list(JSONArray("id", "account__code", "amount_fen")))


def unchained_entries(limit: int) -> list[Facts]:
    """Facts of the entries not yet in the hash chain, in id order; the id comes first."""
    return list(Entry.objects.filter(link=None).order_by("id").values_list(*FACTS, _lines_of("pk"))[:limit])


def chain_hash(previous: str, facts: Facts) -> str:
    """SHA-256 over the hash before and everything the entry says."""
    entry_id, key, kind, day, recorded_at, *rest = facts
    said = [previous, entry_id, key, kind, day.isoformat(), recorded_at.astimezone(UTC).isoformat(), *rest]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def broken_link() -> int | None:
    """Id of the first entry whose hash in the chain does not fit, or None when the chain holds.

    Read in batches: it takes no more memory for more entries.
    """
    links = ChainLink.objects.order_by("id").values_list(
        "id", "hash", *(f"entry__{name}" for name in FACTS), _lines_of("entry_id")
    )
    previous, after = "", 0
    while batch := list(links.filter(id__gt=after)[:BATCH]):
        for link_id, kept, *facts in batch:
            if kept != chain_hash(previous, tuple(facts)):
                return int(facts[0])
            previous, after = kept, link_id
    return None
