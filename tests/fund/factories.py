"""Entries for tests, booked through the real services."""

from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from apps.fund.models import Entry
from apps.fund.rules.postings import Posting
from apps.fund.services import book

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PLAN = "asthma-6"
_numbers = count(1)


def booked(event: Posting = Posting.CONTRIBUTION_RECEIVED, fen: int = 10_000, **changes: object) -> Entry:
    """Book one event with everything filled in."""
    number = next(_numbers)
    values = {
        "plan": PLAN,
        "account": f"claims-payable:{PLAN}",
        "amount_fen": fen,
        "key": f"test:{number}",
        "effective_date": date(2026, 11, 23),
        "source": ("tests.row", number),
        "now": NOW,
    }
    return Entry.objects.get(pk=book(event, **{**values, **changes}))


def money_in_bank(fen: int = 1_000_000) -> None:
    """Let a contribution be received and arrive, so that there is something to pay from."""
    booked(Posting.CONTRIBUTION_RECEIVED, fen)
    booked(Posting.MONEY_ARRIVED, fen)


def claim_owed(fen: int = 10_000, plan: str = PLAN) -> Entry:
    """Owe a claim of the plan: ``claims-payable`` rises."""
    return booked(Posting.CLAIM_DECIDED, fen, plan=plan)
