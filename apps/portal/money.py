"""A family's money: what it paid and got, what is on the way, what is due next; a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.actuary.models import Allowance
from apps.actuary.selectors import accounts_of, allowances_of_people, plan_names
from apps.claims.models import Payout
from apps.claims.selectors import PaidState, payout_state, payouts_of
from apps.claims.services.accounts import current_account
from apps.core.clock import business_day
from apps.core.display import in_language, moment_text
from apps.enrolments.models import Cover, Receipt
from apps.enrolments.pages import Back, Due, back_words, next_due
from apps.enrolments.selectors import covers_of_user, receipts_of_people, refunds_of_people, terms_of_cover
from apps.enrolments.services.receiving import LABEL
from apps.members.models import Person
from apps.members.selectors import people_of
from apps.payments.models import CheckoutState, PayeeAccount
from apps.payments.rules.states import State as OrderState
from apps.payments.selectors import checkouts_of


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that moved on a day: from the family, or to it."""

    person_id: int
    day: date
    what: str
    fen: int
    is_received: bool
    url: str

    @property
    def signed_fen(self) -> int:
        """Seen from the family's purse."""
        return self.fen if self.is_received else -self.fen


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """Money that has not arrived yet, and why."""

    person: Person
    what: str
    fen: int
    tone: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class ToPay:
    """The next payment for one cover."""

    person: Person
    plan_name: str
    due: Due


@dataclass(frozen=True, slots=True)
class PersonMoney:
    """What moved for one person in a year, newest first."""

    person: Person
    moved: tuple[Moved, ...]

    @property
    def paid_fen(self) -> int:
        return sum(item.fen for item in self.moved if not item.is_received)

    @property
    def got_fen(self) -> int:
        return sum(item.fen for item in self.moved if item.is_received)


@dataclass(frozen=True, slots=True)
class MoneyPage:
    year: int
    years: tuple[int, ...]
    account: PayeeAccount | None
    to_pay: tuple[ToPay, ...]
    on_the_way: tuple[OnTheWay, ...]
    people: tuple[PersonMoney, ...]


def money_of(user: User, *, year: int | None, now: datetime) -> MoneyPage:
    """The page of everybody the user acts for; without a year, of this one."""
    people = {person.pk: person for person in people_of(user)}
    account, today = current_account(user), business_day(now)
    payouts = [(payout, payout_state(payout, now=now)) for payout in payouts_of(people)]
    refunds = back_words(list(refunds_of_people(people)), has_account=account is not None)
    allowances = list(allowances_of_people(people))
    plans = plan_names({row.plan_code for row in allowances}, get_language() or "en") if allowances else {}
    moved = [
        *map(_paid, receipts_of_people(people)),
        *(_got(payout, state.on) for payout, state in payouts if state.code == "paid" and state.on),
        *map(_given_back, refunds),
        *(_shared(row, plans) for row in allowances),
    ]
    to_pay, being_booked = _due(user, today)
    kept = [item for item in moved if item is not None]
    years = sorted({item.day.year for item in kept} | {today.year}, reverse=True)
    shown = year if year in years else today.year
    return MoneyPage(
        year=shown,
        years=tuple(years),
        account=account,
        to_pay=tuple(to_pay),
        on_the_way=(
            *being_booked,
            *_coming(payouts, people),
            *_going_back(refunds, people),
            *_to_be_shared(allowances, plans, people, has_account=account is not None, now=now),
        ),
        people=tuple(PersonMoney(person, _of(person, shown, kept)) for person in people.values()),
    )


def _of(person: Person, year: int, moved: Iterable[Moved]) -> tuple[Moved, ...]:
    mine = (item for item in moved if item.person_id == person.pk and item.day.year == year)
    return tuple(sorted(mine, key=lambda item: item.day, reverse=True))


def _plan_name(cover: Cover) -> str:
    return in_language(terms_of_cover(cover).name)


def _paid(receipt: Receipt) -> Moved:
    cover = receipt.contribution.cover
    what = _("Contribution for %(plan)s") if receipt.use == Receipt.Use.CONTRIBUTION else _("Paid twice for %(plan)s")
    return Moved(
        person_id=cover.person_id,
        day=receipt.received_date,
        what=what % {"plan": _plan_name(cover)},
        fen=receipt.amount_fen,
        is_received=False,
        url=reverse("enrolments:receipt", args=[receipt.pk]),
    )


def _got(payout: Payout, day: date) -> Moved:
    bill = payout.decision.claim.bill
    return Moved(
        person_id=bill.person_id,
        day=day,
        what=_claim_words(payout),
        fen=payout.amount_fen,
        is_received=True,
        url=reverse("claims:bill", args=[bill.number]),
    )


def _claim_words(payout: Payout) -> str:
    return _("Claim %(number)s") % {"number": payout.decision.claim.bill.number}


def _given_back(back: Back) -> Moved | None:
    order, contribution = back.refund.order, back.refund.contribution
    if contribution is None or order is None or order.state != OrderState.SETTLED or order.settled_date is None:
        return None
    cover = contribution.cover
    return Moved(
        person_id=cover.person_id,
        day=order.settled_date,
        what=_("Paid back for %(plan)s") % {"plan": _plan_name(cover)},
        fen=back.refund.amount_fen,
        is_received=True,
        url=reverse("enrolments:cover", args=[cover.pk]),
    )


def _due(user: User, today: date) -> tuple[list[ToPay], list[OnTheWay]]:
    """What is to be paid next for each cover, the most urgent first; what is paid and being booked."""
    dues = [(cover, due) for cover in covers_of_user(user) if (due := next_due(cover, today))]
    pages = checkouts_of(LABEL, [due.contribution.pk for _cover, due in dues])
    to_pay, booked = [], []
    for cover, due in sorted(dues, key=lambda pair: (not pair[1].is_urgent, pair[1].pay_by)):
        page = next(iter(pages.get(due.contribution.pk, ())), None)
        if page is not None and page.state == CheckoutState.PAID and not due.contribution.received_fen:
            url = reverse("enrolments:cover", args=[cover.pk])
            what = _("Contribution for %(plan)s") % {"plan": _plan_name(cover)}
            booked.append(OnTheWay(cover.person, what, page.amount_fen, "wait", _("Arrived, being booked"), url))
        else:
            to_pay.append(ToPay(cover.person, _plan_name(cover), due))
    return to_pay, booked


def _coming(payouts: Sequence[tuple[Payout, PaidState]], people: dict[int, Person]) -> list[OnTheWay]:
    """Claims decided whose money has not arrived."""
    words = {
        "owed": ("wait", _("Being sent")),
        "on-the-way": ("wait", _("On its way")),
        "failed": ("stop", _("The bank could not pay it")),
    }
    found = []
    for payout, state in payouts:
        if state.code not in ("paid", "stopped"):
            bill = payout.decision.claim.bill
            held = ("warn", _("Waits for the new account until %(at)s") % {"at": moment_text(state.usable_from)})
            tone, text = words.get(state.code, held)
            url = reverse("claims:bill", args=[bill.number])
            found.append(OnTheWay(people[bill.person_id], _claim_words(payout), payout.amount_fen, tone, text, url))
    return found


def _going_back(refunds: Iterable[Back], people: dict[int, Person]) -> list[OnTheWay]:
    return [
        OnTheWay(
            people[cover.person_id],
            _("Paid back for %(plan)s") % {"plan": _plan_name(cover)},
            back.refund.amount_fen,
            back.tone,
            back.state,
            reverse("enrolments:cover", args=[cover.pk]),
        )
        for back in refunds
        if back.tone != "ok" and not back.refund.is_stopped and back.refund.contribution
        for cover in [back.refund.contribution.cover]
    ]


def _allowance_words(row: Allowance, plans: Mapping[str, str]) -> str:
    return _("Allowance for %(plan)s, %(period)s") % {"plan": plans[row.plan_code], "period": row.close.start.year}


def _shared(row: Allowance, plans: Mapping[str, str]) -> Moved | None:
    order = row.order
    if order is None or not _is_settled(row) or order.settled_date is None:
        return None
    return Moved(
        person_id=row.person_id,
        day=order.settled_date,
        what=_allowance_words(row, plans),
        fen=row.amount_fen,
        is_received=True,
        url=reverse("plans:detail", args=[row.plan_code]),
    )


def _to_be_shared(
    rows: Iterable[Allowance],
    plans: Mapping[str, str],
    people: dict[int, Person],
    *,
    has_account: bool,
    now: datetime,
) -> list[OnTheWay]:
    """Allowances that have not arrived; what two people stopped is not on the way."""
    waiting = [row for row in rows if not row.is_stopped and not _is_settled(row)]  # type: ignore[attr-defined]
    payable = {} if has_account or not waiting else accounts_of({row.person_id for row in waiting}, now)
    found = []
    for row in waiting:
        tone, text, url = _share_state(row, has_account=has_account or row.person_id in payable)
        what = _allowance_words(row, plans)
        found.append(OnTheWay(people[row.person_id], what, row.amount_fen, tone, text, url))
    return found


def _is_settled(row: Allowance) -> bool:
    return row.order is not None and row.order.state == OrderState.SETTLED


def _share_state(row: Allowance, *, has_account: bool) -> tuple[str, str, str]:
    """Tone, words, and the page where something can be done or read."""
    account, plan = reverse("portal:account"), reverse("plans:detail", args=[row.plan_code])
    if row.order is None:
        return ("wait", _("Being sent"), plan) if has_account else ("warn", _("Tell us your account"), account)
    if row.order.state in (OrderState.FAILED, OrderState.RETURNED):
        return "stop", _("It could not be paid: name another account"), account
    return "wait", _("On its way"), plan
