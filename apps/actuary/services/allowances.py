"""A plan's yearly surplus back to its members: one liability, shared out to the fen, paid in batches."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction

from apps.actuary.models import Allowance, PeriodClose
from apps.actuary.parameters import terms_on
from apps.actuary.posting import Booker
from apps.actuary.rules.result import Result
from apps.actuary.selectors import accounts_of, allowances_due, days_covered, unpaid_allowances
from apps.core.money import Money
from apps.core.periods import Period, add_years
from apps.core.writing import run_together, updates
from apps.fund.rules.postings import Posting
from apps.payments.models import Purpose
from apps.payments.services import request_payments
from apps.payments.services.orders import Payment

logger = logging.getLogger(__name__)
BATCH = 2000
BLOCK = 200  # payments in one transaction
SOURCE = "actuary.allowance"


def share_out(booker: Booker, result: Result) -> None:
    """At the end of a year, owe what each returning plan has set aside to its members, by days covered in the year.

    Largest remainder (``Money.split``); a plan nobody may share in keeps it set aside for the next year.
    """
    close = booker.close
    if not close.ends_a_year:
        return
    year = Period(add_years(close.end, -1), close.end)
    set_aside = {plan.plan: plan.set_aside for plan in result.plans}
    for returned in terms_on(close.counted.start).returned:
        fen = set_aside.get(returned.plan, 0)
        days = days_covered(returned.plan, year, returned.least_days)
        if fen <= 0 or not days:
            continue
        booker.book(Posting.ALLOWANCE_GRANTED, fen, plan=returned.plan)
        shares = zip(days.items(), Money(fen).split(list(days.values())), strict=True)
        Allowance.objects.bulk_create(
            (
                Allowance(close=close, plan_code=returned.plan, person_id=person, days=count, amount_fen=share.fen)
                for (person, count), share in shares
                if share.fen
            ),
            batch_size=BATCH,
        )


def pay_allowances(*, limit: int, now: datetime) -> int:
    """Ask for the payment of shares that are unpaid, a block a transaction; answers how many.

    A block that fails is asked for one by one: one that fails does not stop the rest.  Who has no bank account on file
    is paid as soon as one is named, and whom the bank could not pay once another is.
    """
    due = list(allowances_due(limit, now))
    accounts = accounts_of({allowance.person_id for allowance in due}, now)
    known = [(row.pk, accounts[row.person_id]) for row in due if row.person_id in accounts]
    return sum(_pay_block(dict(known[start : start + BLOCK]), now) for start in range(0, len(known), BLOCK))


def _pay_block(accounts: Mapping[int, int], now: datetime) -> int:
    try:
        return _pay(accounts, now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("%d allowances could not be asked for together; each is tried by itself", len(accounts))
        return sum(_pay_alone(pk, account, now) for pk, account in accounts.items())


def _pay_alone(allowance_id: int, account_id: int, now: datetime) -> int:
    try:
        return _pay({allowance_id: account_id}, now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Allowance %s could not be asked for; the sweeper comes back to it", allowance_id)
        return 0


@transaction.atomic
def _pay(accounts: Mapping[int, int], now: datetime) -> int:
    """Pay shares by id on accounts; the close is locked with them: one that is being opened again pays no more."""
    rows = unpaid_allowances().select_for_update(skip_locked=True, of=("self", "close"))
    rows = rows.select_related("close", "person", "order")
    locked = list(rows.filter(pk__in=accounts).order_by("pk"))
    in_force = PeriodClose.objects.locked().filter(pk__in={row.close_id for row in locked})
    closes = set(in_force.values_list("pk", flat=True))
    payable = [row for row in locked if row.close_id in closes]
    orders = request_payments(*(_payment(row, accounts[row.pk]) for row in payable), now=now)
    for allowance, order in zip(payable, orders, strict=True):
        if allowance.order is not None:  # how this payment ends is news again
            allowance.told = Allowance.Told.OWED
        allowance.order = order
    run_together(*updates(("order", "told"), *payable))
    return len(payable)


def _payment(allowance: Allowance, account_id: int) -> Payment:
    """Its key is made of what is paid, not of row ids: after a restore these belong to others."""
    close, person = allowance.close, allowance.person.identity_index[:32]
    first = f"allowance:{close.span}:{close.start}:v{close.version}:{allowance.plan_code}:{person}"
    return {
        "key": first if allowance.order is None else f"allowance:after:{allowance.order.key}",
        "purpose": Purpose.ALLOWANCE,
        "source": (SOURCE, allowance.pk),
        "payee_account_id": account_id,
        "amount_fen": allowance.amount_fen,
        "owed_account": f"allowance-payable:{allowance.plan_code}",
    }
