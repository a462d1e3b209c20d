"""When granted money that could not be paid goes back to the surplus (governance: unspent money lapses by rule)."""

from __future__ import annotations

from datetime import datetime, timedelta

PAYABLE_FOR = timedelta(days=90)
"""So long after its payment failed or came back a grant can be paid again."""


def has_lapsed(*, ended_at: datetime, is_declined: bool, now: datetime) -> bool:
    """What two people declined to pay lapses at once: nothing else can become of it."""
    return is_declined or now >= ended_at + PAYABLE_FOR
