"""What the pages say about a cover and about who can join, worked out for the templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.display import day_text
from apps.enrolments.models import PAYER_NAMES, Contribution, Cover, Refund
from apps.enrolments.rules.leaving import Way
from apps.enrolments.rules.period import may_follow
from apps.enrolments.rules.points import Balance, Discount, discount
from apps.enrolments.rules.schedule import Payer, own_fen
from apps.enrolments.selectors import (
    can_be_paid,
    contributions_of,
    covers_of_plan,
    open_lapse_of,
    paid_with,
    points_of,
    tasks_done_on,
    terms_of_cover,
)
from apps.enrolments.services.receiving import LABEL
from apps.members.models import Person
from apps.members.rules.family import Relation, capacity_of, is_minor
from apps.members.selectors import missing_by_person, people_of
from apps.payments.models import CheckoutState
from apps.payments.rules.states import State as OrderState
from apps.payments.selectors import checkout_of
from apps.plans.rules import Points
from apps.plans.words import PointsWords, in_language, points_words

State = Cover.State


@dataclass(frozen=True, slots=True)
class CoverWords:
    """One cover with the words around it."""

    cover: Cover
    plan_name: str
    tone: str
    state: str
    note: str


def cover_words(cover: Cover, language: str, today: date) -> CoverWords:
    """State and what it means, as a family reads it."""
    tone, state, note = _state(cover, today)
    return CoverWords(cover, in_language(terms_of_cover(cover).name, language), tone, state, note)


def _state(cover: Cover, today: date) -> tuple[str, str, str]:
    is_left = cover.ending == Cover.Ending.LEFT
    if cover.state == State.UNPAID:
        return "warn", _("Waiting for payment"), _("The cover starts once it is paid.")
    if cover.state == State.CANCELLED and is_left:
        return "stop", _("Cancelled"), _("You cancelled it, as if it had never been. What was paid comes back.")
    if cover.state == State.CANCELLED:
        return "stop", _("Cancelled"), _("It was not paid in time, so it did not start.")
    if cover.state == State.LAPSED:
        return "stop", _("Lapsed"), _("A contribution is missing: nothing is covered. Pay it and the cover comes back.")
    if cover.end <= today:
        return "", _("Ended"), _("Claims for days inside it can still be sent.")
    if cover.start > today:
        return "info", _("Starts soon"), _("It is paid and starts on its first day.")
    if is_left:
        return "info", _("Ends soon"), _("You cancelled it. Everything in the plan is covered to its last day.")
    return _running(cover, today)


def _running(cover: Cover, today: date) -> tuple[str, str, str]:
    again = next((lapse.end for lapse in cover.lapses.all() if lapse.end and lapse.start <= today < lapse.end), None)
    if again is not None:
        return "wait", _("Waiting days"), _("It is paid again and covers from %(day)s on.") % {"day": day_text(again)}
    missed = missed_of(cover, today)
    if missed is not None:
        day = {"day": day_text(missed.grace_until)}
        return "warn", _("Payment missed"), _("Everything is still covered. Pay by %(day)s, or the cover lapses.") % day
    return "ok", _("Covered"), _("Everything in the plan is covered now.")


def missed_of(cover: Cover, today: date) -> Contribution | None:
    """The oldest contribution of a running cover that the family should have paid by now."""
    late = (row for row in contributions_of(cover) if row.state == Contribution.State.DUE and row.is_of_family)
    return next((row for row in late if row.grace_until is not None and row.due_date < today), None)


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution of a cover: who pays how much, and how it stands."""

    contribution: Contribution
    payer: str
    tone: str
    state: str


def parts_of(cover: Cover, today: date) -> list[Part]:
    """Everything that is or was owed for a cover, in the order in which it is due."""
    return [
        Part(row, str(PAYER_NAMES[Payer(row.payer_label)]), *_part_state(row, today)) for row in contributions_of(cover)
    ]


def _part_state(row: Contribution, today: date) -> tuple[str, str]:
    if row.state == Contribution.State.PAID:
        return "ok", _("Paid on %(day)s") % {"day": day_text(row.paid_date)}
    if row.state != Contribution.State.DUE:
        return "", str(Contribution.State(row.state).label)
    day = {"day": day_text(row.due_date)}
    if row.is_trusted:
        return "wait", _("Promised")
    if row.due_date < today:
        return "warn", _("Was due on %(day)s") % day
    return "wait", (_("Due by %(day)s") if row.number == 1 else _("Due on %(day)s")) % day


@dataclass(frozen=True, slots=True)
class Due:
    """What the family pays next for a cover: with one payment all that is due by today."""

    contribution: Contribution
    fen: int
    is_urgent: bool
    pay_by: date


def next_due(cover: Cover, today: date) -> Due | None:
    """The next payment of the family for a cover, if there is one it may make."""
    rows, lapse = contributions_of(cover), open_lapse_of(cover)
    row = next((row for row in rows if can_be_paid(row, lapse, today)), None)
    if row is None:
        return None
    together = paid_with(row, rows, today)
    is_urgent = row.number == 1 or row.due_date <= today
    pay_by = lapse.reinstate_until if lapse else row.due_date if row.due_date >= today else row.grace_until
    fen = sum(item.left_fen for item in together)
    return Due(row, fen, is_urgent, pay_by or row.due_date)


def payment_state(contribution: Contribution) -> str:
    """What became of the payment page: "" not opened, open, paid (being booked), failed or expired."""
    checkout = checkout_of(LABEL, contribution.pk)
    if checkout is None:
        return ""
    is_booked = checkout.state == CheckoutState.PAID and contribution.receipts.filter(checkout=checkout).exists()
    return "" if is_booked else CheckoutState(checkout.state).value


@dataclass(frozen=True, slots=True)
class Back:
    """Money that goes back, and how far it is."""

    refund: Refund
    tone: str
    state: str
    needs_account: bool = False


def back_words(refunds: Sequence[Refund], *, has_account: bool) -> list[Back]:
    """How far each refund is, for whoever gets it."""
    return [_back(refund, has_account) for refund in refunds]


def _back(refund: Refund, has_account: bool) -> Back:
    order = refund.order
    if order is None:
        words = (_("Being sent"), False) if has_account else (_("Tell us your account"), True)
        return Back(refund, "wait" if has_account else "warn", *words)
    if order.state == OrderState.SETTLED:
        return Back(refund, "ok", _("Paid back on %(day)s") % {"day": day_text(order.settled_date)})
    if order.state in (OrderState.FAILED, OrderState.RETURNED):
        if refund.is_stopped:
            return Back(refund, "stop", _("Two people of the fund stopped the payment"))
        return Back(refund, "stop", _("It could not be paid: name another account"), needs_account=True)
    return Back(refund, "wait", _("On its way"))


def way_words(way: Way) -> str:
    """Why so much comes back."""
    return {
        Way.NOT_BEGUN: _("The cover has not begun, so all of it comes back."),
        Way.COOLING_OFF: _("You are within the cooling-off days and nothing was claimed, so all of it comes back."),
        Way.PRO_RATA: _("You get back what was paid for the days after the last one."),
        Way.NOTHING: _(
            "By the plan's terms nothing comes back once the cooling-off days are over or a claim was filed."
        ),
    }[way]


@dataclass(frozen=True, slots=True)
class PointsPage:
    """Tasks (code, name, points, whether done today), what was earned and used, and what the rest takes off."""

    tasks: list[tuple[str, str, int, bool]]
    is_open: bool
    balance: Balance
    discount: Discount
    price_fen: int
    words: PointsWords


def points_page(cover: Cover, terms: Points, language: str, today: date) -> PointsPage:
    """The points of a cover as its family reads them; another year is taken to cost what this one did."""
    done, words = tasks_done_on(cover, today), points_words(terms, language)
    balance, price_fen = points_of(cover.person_id, cover.plan_code), cover.application.price_fen
    paying = terms_of_cover(cover).paying
    return PointsPage(
        tasks=[(code, name, points, code in done) for code, name, points in words.tasks],
        is_open=Cover.objects.paid().on(today).filter(pk=cover.pk).exists(),
        balance=balance,
        discount=discount(balance.left, price_fen, own_fen(price_fen, paying.payers), terms),
        price_fen=price_fen,
        words=words,
    )


def days_in_words(days: Iterable[dict[str, Any]], terms: Points, language: str) -> list[tuple[date, str, int]]:
    """Each day with the names of what was done and its points."""
    names = {task.code: in_language(task.name, language) for task in terms.tasks}
    between = "、" if language.startswith("zh") else " · "
    return [(row["day"], between.join(names[code] for code in row["tasks"]), row["total"]) for row in days]


@dataclass(frozen=True, slots=True)
class JoiningRow:
    """One person of the family and whether they can join a plan now."""

    person: Person
    may_act: bool
    is_missing_consents: bool
    cover: Cover | None
    may_join: bool

    @property
    def can_join(self) -> bool:
        return self.may_act and not self.is_missing_consents and self.may_join


def joining_rows(user: User, plan_code: str, today: date) -> list[JoiningRow]:
    """The family, for the choice who joins; a constant number of queries."""
    family = list(people_of(user))
    missing = missing_by_person(family, on=today)
    covers = covers_of_plan(family, plan_code, on=today)
    return [
        JoiningRow(
            person=person,
            may_act=_may_act(person, today),
            is_missing_consents=person.pk in missing,
            cover=covers.get(person.pk),
            may_join=may_follow(covers[person.pk].end if person.pk in covers else None, today),
        )
        for person in family
    ]


def _may_act(person: Person, today: date) -> bool:
    relation = person.my_relation or Relation.SELF
    return capacity_of(relation, is_minor=is_minor(person.birth_date, today)) is not None
