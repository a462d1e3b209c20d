"""What each step of a close books.  Keys are made of the quarter and the step: booked once, however often tried."""

from __future__ import annotations

from datetime import datetime

from apps.actuary.models import PeriodClose
from apps.actuary.rules.result import Result
from apps.fund.rules.postings import Posting
from apps.fund.services import book

SOURCE = "actuary.periodclose"


class Booker:
    """Books for one close, on the last day of its quarter; nothing where the amount is zero."""

    def __init__(self, close: PeriodClose, now: datetime) -> None:
        self.close, self.now = close, now

    def book(self, event: Posting, fen: int, *, plan: str | None = None, account: str | None = None) -> None:
        if fen:
            book(
                event,
                amount_fen=fen,
                plan=plan,
                account=account,
                key=":".join(filter(None, ("close", str(self.close.quarter_start), event.value, plan, account))),
                effective_date=self.close.quarter.last_day,
                source=(SOURCE, self.close.pk),
                now=self.now,
            )


def book_earned(booker: Booker, result: Result) -> None:
    for plan in result.plans:
        booker.book(Posting.CONTRIBUTION_EARNED, plan.earned, plan=plan.plan)
        booker.book(Posting.INCOME_CLOSED, plan.earned, plan=plan.plan)


def book_cost(booker: Booker, result: Result) -> None:
    booker.book(Posting.OPERATING_COST, result.operating_cost)
    booker.book(Posting.COST_CLOSED, result.operating_cost)


def book_open_fund(booker: Booker, result: Result) -> None:
    booker.book(Posting.OPEN_FUND_SHARE, result.open_fund)


def book_reserves(booker: Booker, result: Result) -> None:
    for plan in result.plans:
        booker.book(Posting.CLAIMS_CLOSED, plan.decided, plan=plan.plan)
        booker.book(Posting.RESERVE_CHANGE, plan.reserve_change, account=f"outstanding-reserve:{plan.plan}")
    booker.book(Posting.RESERVE_CHANGE, result.statutory_reserve, account="statutory-reserve")


def book_surplus(booker: Booker, result: Result) -> None:
    booker.book(Posting.SURPLUS_LOCKED, result.surplus)
