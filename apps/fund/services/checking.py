"""Chain what was booked and recompute everything: does it add up, was it tampered with, what has stood too long?"""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from apps.fund.models import ChainLink
from apps.fund.selectors import (
    Standing,
    broken_link,
    chain_hash,
    faulty_guards,
    transit,
    unbalanced_entries,
    unchained_entries,
    unequal_accounts,
)

CHAIN_LOCK = "SELECT pg_advisory_xact_lock(7301, 2)"


@transaction.atomic
def extend_chain(*, limit: int = 2000) -> int:
    """Put entries not yet chained into the hash chain, in id order; answers how many.

    Runs apart from posting, or it would serialise all money.  An entry that commits late joins later.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHAIN_LOCK)
    previous = ChainLink.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    links = []
    for facts in unchained_entries(limit):
        previous = chain_hash(previous, facts)
        links.append(ChainLink(entry_id=facts[0], hash=previous))
    ChainLink.objects.bulk_create(links)
    return len(links)


def check_books() -> list[str]:
    """Chain what is new, recompute everything, and answer what is wrong in words; nothing when all is well."""
    while extend_chain():
        pass
    faults = [f"account {code} is not the sum of its lines" for code in unequal_accounts()]
    faults += [f"entry {entry_id} does not balance" for entry_id in unbalanced_entries()]
    faults += faulty_guards()
    broken = broken_link()
    return faults if broken is None else [*faults, f"entry {broken} differs from its hash in the chain"]


def stale_accounts(*, today: date) -> list[Standing]:
    """Accounts that must come back to zero and have held something for longer than the chart allows."""
    return [standing for standing in transit(today=today) if standing.is_stale]
