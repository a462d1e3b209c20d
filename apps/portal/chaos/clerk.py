"""The portal's own part of a run: asks for payments through the real services, rings as the clock does, and tells
at the end what the books say.  One JSON line on standard input is one request, answered by one line.
"""

from __future__ import annotations

import json
import select
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from random import Random
from uuid import UUID

import django
from django.db import InterfaceError, OperationalError, connection, transaction

NUMBER = "62220202001{:08d}"
PAYEES = 500
PLAN = "chaos"
ENOUGH_FEN = 10**12
OPENING = "chaos:opening"
RINGS = {"payments.read_statement": 0.5, "payments.send_due": 3.0}
Report = dict[str, object]


def main() -> None:
    django.setup()
    handlers: dict[str, Callable[[dict[str, int]], Report]] = {"open": _open, "ask": _ask, "look": _look, "tell": _tell}
    print("ready", flush=True)
    for line in _lines():
        request = json.loads(line)
        print(json.dumps(_patiently(partial(handlers[request["do"]], request))), flush=True)


def _lines() -> Iterator[str]:
    """Requests as they come; between them the clock rings."""
    due = dict.fromkeys(RINGS, 0.0)
    while True:
        for task, every in RINGS.items():
            if time.monotonic() >= due[task]:
                _ring(task)
                due[task] = time.monotonic() + every
        if select.select([sys.stdin], [], [], 0.1)[0]:
            line = sys.stdin.readline()
            if not line:
                return
            yield line


def _ring(task: str) -> None:
    from apps.core.jobs import ring

    try:
        ring(task)
    except (OperationalError, InterfaceError):
        connection.close()


def _patiently(work: Callable[[], Report], seconds: float = 120) -> Report:
    """Do it again while the database is away; every service called is idempotent."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _open(request: dict[str, int]) -> Report:
    """Money to pay from, and people to pay it to."""
    from apps.fund.rules.postings import Posting
    from apps.fund.selectors import balance
    from apps.fund.services import book
    from apps.payments.models import Limits

    now = _now()
    if not Limits.objects.exists():
        Limits.objects.create(release_from_fen=ENOUGH_FEN, payee_day_fen=ENOUGH_FEN, day_fen=ENOUGH_FEN, set_at=now)
    for event in (Posting.CONTRIBUTION_RECEIVED, Posting.MONEY_ARRIVED):
        if not balance("bank"):
            book(
                event,
                plan=PLAN,
                amount_fen=ENOUGH_FEN,
                key=f"{OPENING}:{event.value}",
                effective_date=now.date(),
                source=("chaos", 1),
                now=now,
            )
    return {"asked": _asked(), "bank_fen": ENOUGH_FEN}


def _asked() -> int:
    from apps.payments.models import Order

    return Order.objects.count()


def _ask(request: dict[str, int]) -> Report:
    """Ask for payments up to a number; some are asked for twice, some ring nobody."""
    for number in range(_asked() + 1, request["upto"] + 1):
        chance = Random(f"{request['seed']}:{number}")  # noqa: S311 - a play
        fen, times = chance.randrange(100, 1_000_00), chance.choice((1, 1, 1, 2, 3))
        for _ in range(times):
            _ask_one(number, fen, is_silent=chance.random() < 1 / 6)
    return {"asked": _asked()}


@transaction.atomic
def _ask_one(number: int, fen: int, *, is_silent: bool) -> None:
    from apps.core.jobs import muted
    from apps.fund.rules.postings import Posting
    from apps.fund.services import book
    from apps.payments.services import name_payee_account, request_payment

    now, source = _now(), ("chaos.claim", number)
    owner = number % PAYEES + 1
    account = name_payee_account(
        owner=("chaos.person", owner),
        holder_name="Lin Yue",
        bank="Bank of Sandbox",
        number=NUMBER.format(owner),
        actor=None,
        key=UUID(int=owner),
        now=now,
    )
    book(
        Posting.CLAIM_DECIDED,
        plan=PLAN,
        amount_fen=fen,
        key=f"chaos:{number}:decided",
        effective_date=datetime(2026, 1, 1, tzinfo=now.tzinfo).date(),
        source=source,
        now=datetime(2026, 1, 1, tzinfo=now.tzinfo),
    )
    with muted() if is_silent else nullcontext():
        request_payment(
            key=f"chaos:{number}",
            purpose="claim",
            source=source,
            payee_account_id=account.pk,
            amount_fen=fen,
            owed_account=f"claims-payable:{PLAN}",
            now=now,
        )


def _look(request: dict[str, int]) -> Report:
    """How much has not come to an end, and is not on a person's list either; of it, what is still to be sent."""
    from apps.payments.models import LineState, Order, StatementLine
    from apps.payments.rules.states import State

    ended = [State.SETTLED, State.FAILED, State.RETURNED]
    noticed = StatementLine.objects.filter(state=LineState.QUARANTINE, order__isnull=False).values("order_id")
    going = Order.objects.exclude(state__in=ended).exclude(state=State.UNKNOWN, next_try_at=None)
    going = going.exclude(state=State.SUBMITTED, pk__in=noticed)
    waiting = StatementLine.objects.filter(state=LineState.WAITING).count()
    return {
        "open": going.count() + waiting,
        "sending": going.exclude(state=State.SUBMITTED).count(),
        "lines": StatementLine.objects.count(),
    }


def _tell(request: dict[str, int]) -> Report:
    from apps.fund.selectors import balance
    from apps.fund.services import check_books
    from apps.payments.models import LineState, Order, OrderEvent, StatementLine
    from apps.payments.rules.states import State
    from apps.payments.services.sending import NOT_REPORTED

    in_transit = sum(
        Order.objects.exclude(state__in=[State.SETTLED, State.FAILED, State.RETURNED]).values_list(
            "amount_fen", flat=True
        )
    )
    left = OrderEvent.objects.filter(before=State.SUBMITTING, after=State.UNKNOWN, reason=NOT_REPORTED)
    return {
        "states": dict(Counter(Order.objects.values_list("state", flat=True))),
        "keys": {str(key): state for key, state in Order.objects.values_list("key", "state")},
        "kept_apart": StatementLine.objects.filter(state=LineState.QUARANTINE).count(),
        "for_a_person": Order.objects.waiting_for_a_person().count(),
        "left_in_mid_submit": sorted(left.values_list("order_id", "attempt")),
        "bank_fen": balance("bank"),
        "in_transit_is_off_fen": balance("in-transit") - in_transit,
        "faults": check_books(),
    }


def _now() -> datetime:
    from apps.core.clock import now

    return now()


if __name__ == "__main__":
    main()
