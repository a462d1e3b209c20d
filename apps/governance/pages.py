"""A resolution as its page, its minutes and the vote form show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.governance.counting import tallies
from apps.governance.data import decision_rules
from apps.governance.models import (
    Line,
    LineResult,
    Outcome,
    Recusal,
    Resolution,
    ResolutionEvent,
    RollSeat,
    Seat,
    State,
    Vote,
)
from apps.governance.rules.decision import Base, DecisionRule, Tally, is_settled
from apps.governance.rules.states import ENDED
from apps.governance.rules.words import Interest
from apps.governance.selectors import HOLDS_MONEY, LINE, Fates, committed_fen, fates_of
from apps.governance.words import BASES, TONES, quorum_text, reason_text, share_of, threshold_text
from apps.payments.models import Order
from apps.payments.selectors import orders_of


@dataclass(frozen=True)
class BaseRow:
    """The votes for a line against one of the four bases."""

    label: Promise
    yes: int
    whole: int
    share: Fraction | None
    counts: bool


@dataclass(frozen=True)
class InterestRow:
    number: int
    name: str
    reason: str
    is_recused: bool


@dataclass(frozen=True)
class LinePage:
    """One line with its votes in the open."""

    line: Line
    tally: Tally
    votes: list[tuple[RollSeat, Vote | None, bool]]
    interests: list[InterestRow]
    bases: list[BaseRow]
    order: Order | None
    is_lapsed: bool
    is_payable_again: bool

    @property
    def bars(self) -> list[tuple[Promise, int]]:
        """Every seat in one bar."""
        waiting = self.tally.entitled - self.tally.present
        return [
            (_("For"), self.tally.yes),
            (_("Against"), self.tally.no),
            (_("Abstained"), self.tally.abstain),
            (_("Not voted"), waiting),
            (_("May not vote"), self.tally.recused),
        ]


@dataclass(frozen=True)
class ResolutionPage:
    resolution: Resolution
    lines: list[LinePage]
    rule: DecisionRule
    asked_fen: int
    locked_fen: int
    others_fen: int
    is_settled: bool

    @property
    def may_be_called_again(self) -> bool:
        """Whether every line failed for want of a quorum in a first call that has no second one yet."""
        results = [getattr(line.line, "result", None) for line in self.lines]
        is_first = self.resolution.first_call_id is None and not hasattr(self.resolution, "second_call")
        return is_first and all(result and result.outcome == Outcome.QUORUM_MISSED for result in results)

    @property
    def tone(self) -> str:
        return TONES[State(self.resolution.state)]

    @property
    def before_fen(self) -> int:
        return self.locked_fen - self.others_fen

    @property
    def granted_fen(self) -> int | None:
        """What was granted and has not lapsed; none while it is not decided."""
        if self.resolution.state not in ENDED:
            return None
        return sum(line.line.amount_fen for line in self.lines if _holds_money(self.resolution, line))

    @property
    def lapsed_fen(self) -> int:
        return sum(line.line.amount_fen for line in self.lines if line.is_lapsed)

    @property
    def after_fen(self) -> int:
        """What is left if every line passes, or was left by what did pass."""
        return self.before_fen - (self.asked_fen if self.granted_fen is None else self.granted_fen)

    @property
    def events(self) -> list[ResolutionEvent]:
        """Newest first."""
        return sorted(self.resolution.events.all(), key=lambda event: event.pk, reverse=True)

    @property
    def quorum(self) -> str:
        return quorum_text(self.rule)

    @property
    def threshold(self) -> str:
        return threshold_text(self.rule)


def resolution_view(resolution: Resolution) -> ResolutionPage:
    """Everything about a resolution that ``selectors.resolution_page`` has fetched."""
    rule = decision_rules()[resolution.rule_name]
    lines = list(resolution.lines.all())
    counted = tallies(resolution)
    orders = orders_of(LINE, [line.pk for line in lines])
    fates = fates_of(lines)
    pages = [_line_page(line, resolution, counted, rule, orders, fates) for line in lines]
    own = sum(page.line.amount_fen for page in pages if _holds_money(resolution, page))
    return ResolutionPage(
        resolution=resolution,
        lines=pages,
        rule=rule,
        asked_fen=sum(line.amount_fen for line in lines),
        locked_fen=resolution.period_close.surplus_fen,
        others_fen=committed_fen(resolution.period_close) - own,
        is_settled=all(is_settled(rule, tally) for tally in counted.values()),
    )


def _holds_money(resolution: Resolution, page: LinePage) -> bool:
    result: LineResult | None = getattr(page.line, "result", None)
    if resolution.state == State.PASSED:
        return result is not None and result.is_passed and not page.is_lapsed
    return resolution.state in HOLDS_MONEY


def _line_page(
    line: Line,
    resolution: Resolution,
    counted: Mapping[int, Tally],
    rule: DecisionRule,
    orders: Mapping[int, list[Order]],
    fates: Fates,
) -> LinePage:
    tally = counted[line.pk]
    votes = {vote.seat_id: vote for vote in line.votes.all()}
    recused = {one.seat_id for one in line.recusals.all() if one.interest == Interest.RECUSED}
    return LinePage(
        line=line,
        tally=tally,
        votes=[(entry, votes.get(entry.seat_id), entry.seat_id in recused) for entry in resolution.roll.all()],
        interests=interest_rows(line.recusals.all()),
        bases=[_base_row(base, tally, rule) for base in Base],
        order=next(iter(orders.get(line.pk, [])), None),
        is_lapsed=line.pk in fates.lapsed,
        is_payable_again=line.pk in fates.payable_again,
    )


def interest_rows(recusals: Iterable[Recusal]) -> list[InterestRow]:
    return [
        InterestRow(one.line.position, str(one.seat), reason_text(one), one.interest == Interest.RECUSED)
        for one in recusals
    ]


def _base_row(base: Base, tally: Tally, rule: DecisionRule) -> BaseRow:
    whole = tally.size(base)
    return BaseRow(BASES[base], tally.yes, whole, share_of(tally.yes, whole), base is rule.base)


def roll_seat(resolution: Resolution, user: User | AnonymousUser) -> Seat | None:
    """The seat by which a user is on the roll, even if its term has ended since."""
    return next((entry.seat for entry in resolution.roll.all() if entry.seat.user_id == user.pk), None)


def own_lines(page: ResolutionPage, seat: Seat | None) -> list[LinePage]:
    """The lines a seat votes on: those it is not recused from, voted or not."""
    if seat is None:
        return []
    return [
        line
        for line in page.lines
        for entry, _vote, is_recused in line.votes
        if entry.seat_id == seat.pk and not is_recused
    ]


def has_votes_left(page: ResolutionPage, seat: Seat | None) -> bool:
    """Whether the seat has a line it may vote on and has not."""
    voted = {line.line.pk for line in page.lines for _entry, vote, _ in line.votes if vote and seat == vote.seat}
    return page.resolution.state == State.OPEN and any(line.line.pk not in voted for line in own_lines(page, seat))
