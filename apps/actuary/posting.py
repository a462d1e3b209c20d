"""What each step of a close books: what its figures say more than the last close of the same quarter has booked.

Keys are made of the close and the step: booked once, however often tried.
"""

from __future__ import annotations

from datetime import datetime

from apps.actuary.models import PeriodClose
from apps.actuary.rules.result import PlanResult, Result
from apps.fund.rules.postings import Posting
from apps.fund.services import Draft, draft_of, post_entries

SOURCE = "actuary.periodclose"
NOTHING = Result((), operating_cost=0, open_fund=0, carried=0, statutory_reserve=0)


class Booker:
    """Books for one close, on its last day; nothing where the amount is zero.

    ``before``: the figures that earlier closes of the quarter have booked.  Entries are collected and posted in one
    call a step: one after the other they would lock accounts by plan, not by id, and parallel posts could deadlock.
    """

    def __init__(self, close: PeriodClose, before: Result | None, now: datetime) -> None:
        self.close, self.now = close, now
        self.before = before or NOTHING
        self._plans = {plan.plan: plan for plan in self.before.plans}
        self._drafts: list[Draft] = []

    def booked_of(self, plan: PlanResult) -> PlanResult:
        """What was booked of the plan's figures before."""
        nothing = PlanResult(plan.plan, 0, 0, 0, plan.reserve_before, 0, plan.reserve_before)
        return self._plans.get(plan.plan, nothing)

    def book(self, event: Posting, fen: int, *, plan: str | None = None, account: str | None = None) -> None:
        if fen:
            close = (self.close.span, str(self.close.start), f"v{self.close.version}")
            draft = draft_of(
                event,
                amount_fen=fen,
                plan=plan,
                account=account,
                key=":".join(filter(None, ("close", *close, event.value, plan, account))),
                effective_date=self.close.period.last_day,
                source=(SOURCE, self.close.pk),
            )
            self._drafts.append(draft)

    def post(self) -> None:
        """Once, at the end of a step."""
        post_entries(*self._drafts, now=self.now)


def book_earned(booker: Booker, result: Result) -> None:
    for plan in result.plans:
        earned = plan.earned - booker.booked_of(plan).earned
        booker.book(Posting.CONTRIBUTION_EARNED, earned, plan=plan.plan)
        booker.book(Posting.INCOME_CLOSED, earned, plan=plan.plan)


def book_cost(booker: Booker, result: Result) -> None:
    cost = result.operating_cost - booker.before.operating_cost
    booker.book(Posting.OPERATING_COST, cost)
    booker.book(Posting.COST_CLOSED, cost)


def book_open_fund(booker: Booker, result: Result) -> None:
    booker.book(Posting.OPEN_FUND_SHARE, result.open_fund - booker.before.open_fund)


def book_reserves(booker: Booker, result: Result) -> None:
    for plan in result.plans:
        booked = booker.booked_of(plan)
        booker.book(Posting.CLAIMS_CLOSED, plan.decided - booked.decided, plan=plan.plan)
        change = plan.reserve_change - booked.reserve_change
        booker.book(Posting.RESERVE_CHANGE, change, account=f"outstanding-reserve:{plan.plan}")
        change = plan.set_aside_change - booked.set_aside_change
        booker.book(Posting.RESERVE_CHANGE, change, account=f"allowance-reserve:{plan.plan}")
    booker.book(Posting.RESERVE_CHANGE, result.statutory_reserve, account="statutory-reserve")


def book_surplus(booker: Booker, result: Result) -> None:
    booker.book(Posting.SURPLUS_LOCKED, result.surplus)
