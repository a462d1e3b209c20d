"""Reads of covers: for the family's pages, and for those who decide claims under them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from apps.accounts.models import User
from apps.enrolments.models import (
    Agreement,
    Application,
    Contribution,
    ContributionQuerySet,
    Cover,
    CoverQuerySet,
    Invoice,
    Lapse,
    Place,
    PointsUse,
    Receipt,
    Refund,
    Roster,
    TaskDone,
)
from apps.enrolments.rules.points import NO_DISCOUNT, Balance, Discount, discount
from apps.enrolments.rules.schedule import FAMILY, Payer, own_fen
from apps.members.models import Guardianship, Person
from apps.payments.models import PayeeAccount
from apps.payments.rules.states import State as OrderState
from apps.payments.selectors import declined_by_two
from apps.plans.rules import Insured, Policy, Terms
from apps.plans.selectors import terms_of

GROUP_ACCOUNT = "directory.organisation"
"""Owner of the account on which a group is paid; the council's payees have theirs under the same name."""
OTHERS_ACCOUNT = "enrolments.contribution"
"""Owner of the account on which another payer is paid: it has one a contribution."""
LEFT_FEN = F("amount_fen") - F("received_fen")


def _covers() -> CoverQuerySet:
    return Cover.objects.select_related("person", "plan_version", "application").defer("plan_version__terms")


def covers_of_person(person_id: int) -> QuerySet[Cover]:
    """All covers of a person but cancelled ones, newest first."""
    return _covers().standing().filter(person_id=person_id).order_by("-start", "-pk")


def is_covered_on(person_id: int, day: date) -> bool:
    """Whether any paid cover of a person holds on a day."""
    return Cover.objects.paid().on(day).filter(person_id=person_id).exists()


def terms_on(person_id: int, day: date) -> list[Terms]:
    """The terms of those covers, in the same order; opens no answers of the person."""
    covers = Cover.objects.paid().on(day).filter(person_id=person_id).select_related("plan_version")
    found = [terms_of_cover(cover) for cover in covers.only("plan_version__content_hash")]
    return sorted(found, key=lambda terms: (terms.priority, terms.code))


def covers_of_user(user: User) -> QuerySet[Cover]:
    """The covers of everybody the user acts for: what waits for payment first, then by last day."""
    people = Person.objects.of(user).values("pk")
    return (
        _covers()
        .standing()
        .filter(person__in=people)
        .prefetch_related("contributions", "lapses")
        .order_by("-end", "person__birth_date", "pk")
    )


def terms_of_cover(cover: Cover) -> Terms:
    """The terms under which the cover stands for ever."""
    return terms_of(cover.plan_version)


def insured_of(cover: Cover) -> Insured:
    """The person as the plan's terms see them: with the facts given at joining."""
    return Insured(cover.person.birth_date, cover.person.sex, cover.application.facts)


def policy_of(cover: Cover) -> Policy:
    """The days of the cover, both inclusive."""
    return Policy(cover.start, cover.end - timedelta(days=1), cover.renewed_years)


def overlapping(person_id: int, plan_code: str, start: date, end: date) -> QuerySet[Cover]:
    """Standing covers of the same person and plan that share a day with a period."""
    return Cover.objects.standing().filter(person_id=person_id, plan_code=plan_code, start__lt=end, end__gt=start)


def renewed_years_for(person_id: int, plan_code: str, start: date) -> int:
    """Unbroken years before a cover that starts on this day, at most the days of grace after the last one ended."""
    return renewed_years_of([person_id], plan_code, start).get(person_id, 0)


def renewed_years_of(people: Iterable[int], plan_code: str, start: date) -> dict[int, int]:
    """The same by person, for many in one query; who has none is left out."""
    covers = Cover.objects.paid().filter(person__in=list(people), plan_code=plan_code, end__lte=start, ending="")
    last = covers.order_by("person_id", "-end").distinct("person_id").select_related("plan_version")
    return {
        cover.person_id: cover.renewed_years + 1
        for cover in last.defer("plan_version__terms")
        if start <= cover.end + timedelta(days=terms_of_cover(cover).paying.grace_days)
    }


def covers_of_plan(people: Iterable[Person], plan_code: str, *, on: date) -> dict[int, Cover]:
    """By person, the cover of a plan that is running, to come or waiting for payment; the last one."""
    covers = Cover.objects.standing().filter(person__in=list(people), plan_code=plan_code, end__gt=on)
    return {cover.person_id: cover for cover in covers.order_by("end")}


def receipts_of(cover: Cover) -> QuerySet[Receipt]:
    """What was received for a cover from its family, oldest first."""
    rows = Receipt.objects.filter(contribution__cover=cover, contribution__payer_label__in=FAMILY)
    return rows.select_related("contribution").order_by("pk")


def due_of(cover: Cover) -> Contribution | None:
    """The contribution of a cover that its family is to pay next."""
    due = [row for row in contributions_of(cover) if row.state == Contribution.State.DUE and row.is_of_family]
    return due[0] if due else None


def contributions_of(cover: Cover) -> list[Contribution]:
    """All contributions of a cover in the order in which they are due; asks the database only if not prefetched."""
    rows = sorted(cover.contributions.all(), key=lambda row: (row.due_date, row.pk))
    for row in rows:
        row.cover = cover
    return rows


def open_lapse_of(cover: Cover) -> Lapse | None:
    """The lapse that is not brought back yet."""
    return next((lapse for lapse in cover.lapses.all() if lapse.end is None), None)


def can_be_paid(contribution: Contribution, lapse: Lapse | None, today: date) -> bool:
    """Whether the family may pay it now."""
    state = contribution.cover.state
    if contribution.state != Contribution.State.DUE or not contribution.is_of_family:
        return False
    if state == Cover.State.LAPSED:
        return lapse is not None and today <= lapse.reinstate_until
    return state in (Cover.State.UNPAID, Cover.State.ACTIVE, Cover.State.ENDED)


def paid_with(contribution: Contribution, contributions: Iterable[Contribution], today: date) -> list[Contribution]:
    """What one payment pays: the contribution and whatever else the same payer owes by today."""
    others = (
        row
        for row in contributions
        if row.state == Contribution.State.DUE
        and row.payer_label == contribution.payer_label
        and row.due_date <= today
        and row.pk != contribution.pk
    )
    return [contribution, *others]


def _refunds_with_stops() -> QuerySet[Refund]:
    return Refund.objects.annotate(is_stopped=declined_by_two("order"))  # type: ignore[no-redef]


def refunds_of(cover: Cover) -> QuerySet[Refund]:
    """What of a cover goes or went back to its family, oldest first."""
    rows = _refunds_with_stops().filter(contribution__cover=cover, contribution__payer_label__in=FAMILY)
    return rows.select_related("order").order_by("pk")


def receipts_of_people(person_ids: Iterable[int]) -> QuerySet[Receipt]:
    """What the families of some people paid, newest first, with what it was for."""
    rows = Receipt.objects.filter(
        contribution__cover__person__in=list(person_ids), contribution__payer_label__in=FAMILY
    ).select_related("contribution__cover__plan_version")
    return rows.defer("contribution__cover__plan_version__terms").order_by("-received_date", "-pk")


def refunds_of_people(person_ids: Iterable[int]) -> QuerySet[Refund]:
    """What goes or went back to the families of some people, newest first."""
    rows = (
        _refunds_with_stops()
        .filter(contribution__cover__person__in=list(person_ids), contribution__payer_label__in=FAMILY)
        .select_related("order", "contribution__cover__plan_version")
    )
    return rows.defer("contribution__cover__plan_version__terms").order_by("-pk")


def points_of(person_id: int, plan_code: str) -> Balance:
    """The points of a person in a plan: earned and used in all its years that stand."""
    earned, used = (rows.of(person_id, plan_code).total() for rows in (TaskDone.objects, PointsUse.objects))
    return Balance(earned, used)


def discount_of(person_id: int, terms: Terms, price_fen: int, payer: Payer = Payer.SELF) -> Discount:
    """What the points of a person take off the price of another year in a plan; no query where it has no points."""
    if terms.points is None:
        return NO_DISCOUNT
    left = points_of(person_id, terms.code).left
    return discount(left, price_fen, own_fen(price_fen, terms.paying.payers, payer), terms.points)


def points_use_of(cover: Cover) -> PointsUse | None:
    """The points that lowered the price of a cover; asks the database only if they were not read with it."""
    return getattr(cover, "points_use", None)


def has_its_points(cover: Cover) -> bool:
    """Whether the points that lowered the price of a cancelled cover have not been used for another one since."""
    use = points_use_of(cover)
    return use is None or use.points <= points_of(cover.person_id, cover.plan_code).left


def tasks_done_on(cover: Cover, day: date) -> set[str]:
    """The codes of the daily tasks done on a day."""
    return set(TaskDone.objects.filter(cover=cover, day=day).values_list("task", flat=True))


def days_with_points(cover: Cover) -> QuerySet[TaskDone, dict[str, Any]]:
    """By day of a cover, the newest first: ``day``, codes of the ``tasks`` done, ``total`` points."""
    by_day = {"tasks": ArrayAgg("task", order_by="pk"), "total": Sum("points")}
    days: QuerySet[TaskDone, dict[str, Any]] = TaskDone.objects.filter(cover=cover).values("day").annotate(**by_day)
    return days.order_by("-day")


def cover_in_full(pk: int) -> Cover | None:
    """A cover with all that its page shows."""
    return _covers().select_related("points_use").prefetch_related("contributions", "lapses").filter(pk=pk).first()


def application_with_cover(pk: int) -> Application | None:
    """An application with all that its page shows."""
    return Application.objects.select_related("person", "plan_version", "cover__points_use").filter(pk=pk).first()


def owed_parts() -> ContributionQuerySet:
    """What groups owe for places whose cover stands."""
    return Contribution.objects.due().filter(
        payer_label=F("cover__place__agreement__payer_label"),
        cover__place__state=Place.State.TAKEN,
        cover__state__in=[Cover.State.ACTIVE, Cover.State.ENDED],
    )


def promised_by_others() -> ContributionQuerySet:
    """What payers that are neither family nor a group under an agreement still owe, the earliest due first."""
    of_group = Place.objects.filter(cover=OuterRef("cover"), agreement__payer_label=OuterRef("payer_label"))
    others = Contribution.objects.due().exclude(payer_label__in=FAMILY).exclude(cover__state=Cover.State.CANCELLED)
    return others.filter(~Exists(of_group)).select_related("cover__plan_version").order_by("due_date", "pk")


def going_back_to_others() -> QuerySet[Refund]:
    """What is still to go back to payers that are neither family nor group, each with ``has_account``, oldest first."""
    named = PayeeAccount.objects.filter(owner_label=OTHERS_ACCOUNT, owner_id=OuterRef("owner_id"), replaced_at=None)
    rows = _refunds_with_stops().filter(owner_label=OTHERS_ACCOUNT).exclude(order__state=OrderState.SETTLED)
    rows = rows.annotate(has_account=Exists(named))  # type: ignore[no-redef]
    return rows.select_related("order", "contribution").order_by("pk")


def place_of(cover: Cover) -> Place | None:
    """The place under an agreement that became this cover; asks the database only if it was not read with it."""
    return getattr(cover, "place", None)


def readers_of(people: Iterable[int]) -> dict[int, list[int]]:
    """Accounts by person: their own, and those who act for them."""
    found: dict[int, list[int]] = {}
    wanted = list(people)
    own = Person.objects.filter(pk__in=wanted, user__isnull=False).values_list("pk", "user_id")
    wards = Guardianship.objects.open().filter(person__in=wanted).values_list("person_id", "guardian_id")
    for person, user in [*own, *wards]:
        if user is not None:
            found.setdefault(person, []).append(user)
    return found


def addressees(covers: Iterable[Cover]) -> dict[int, list[int]]:
    """By cover, who is told about it: whoever applied; for a place of a group the family, never the group."""
    found = list(covers)
    placed = {cover.pk: cover.person_id for cover in found if place_of(cover)}
    families = readers_of(placed.values()) if placed else {}
    return {
        cover.pk: families.get(cover.person_id, []) if cover.pk in placed else [cover.application.actor_id]
        for cover in found
    }


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """What a group may know of its members: how many, and the money; nothing of anybody's health."""

    covered: int
    offered: int
    refused: int
    owed_fen: int
    paid_fen: int


def figures_of(agreements: Iterable[Agreement], *, on: date) -> dict[int, GroupFigures]:
    """Members and money of agreements, by id, in three queries for however many."""
    P, found = Place.State, list(agreements)
    members = {
        agreement: {"covered": covered, "offered": offered, "refused": refused}
        for agreement, covered, offered, refused in Place.objects.filter(agreement__in=found)
        .values_list("agreement_id")
        .annotate(
            covered=Count("pk", filter=Q(state=P.TAKEN, cover__state=Cover.State.ACTIVE, end__gt=on)),
            offered=Count("pk", filter=Q(state=P.OFFERED)),
            refused=Count("pk", filter=Q(state__in=[P.REFUSED, P.LAPSED])),
        )
    }
    parts = owed_parts().filter(cover__place__agreement__in=found)
    owed = dict(parts.values_list("cover__place__agreement").annotate(fen=Sum(LEFT_FEN)))
    invoices = Invoice.objects.filter(agreement__in=found, state=Invoice.State.PAID)
    paid = dict(invoices.values_list("agreement_id").annotate(fen=Sum("amount_fen")))
    nobody = {"covered": 0, "offered": 0, "refused": 0}
    return {
        one.pk: GroupFigures(**members.get(one.pk, nobody), owed_fen=owed.get(one.pk, 0), paid_fen=paid.get(one.pk, 0))
        for one in found
    }


def refunds_without_account(agreements: Iterable[Agreement]) -> dict[int, int]:
    """By organisation, how many refunds wait for its account to be named."""
    groups = [agreement.organisation_id for agreement in agreements]
    known = PayeeAccount.objects.filter(owner_label=GROUP_ACCOUNT, owner_id=OuterRef("owner_id"), replaced_at=None)
    waiting = Refund.objects.filter(~Exists(known), owner_label=GROUP_ACCOUNT, owner_id__in=groups, order=None)
    return dict(waiting.values_list("owner_id").annotate(Count("pk")))


def rosters_of(agreement: Agreement) -> QuerySet[Roster]:
    """All rosters handed in, newest first."""
    return agreement.rosters.select_related("uploaded_by").order_by("-uploaded_at", "-pk")


def invoices_of(agreement: Agreement) -> QuerySet[Invoice]:
    """The statement of contributions: every invoice, newest first."""
    return agreement.invoices.order_by("-made_at", "-pk")


def payments_going_back(agreement: Agreement) -> QuerySet[Refund]:
    """What the group paid in excess with invoices under an agreement, newest first."""
    rows = _refunds_with_stops().filter(payment__invoice__agreement=agreement)
    return rows.select_related("order", "payment__invoice").order_by("-pk")


def going_back_for_members(agreement: Agreement) -> tuple[int, int]:
    """Of what the group paid for members who left since: what goes back in all, and what of it has been paid back."""
    rows = Refund.objects.filter(contribution__cover__place__agreement=agreement, owner_label=GROUP_ACCOUNT)
    is_paid = Q(order__state=OrderState.SETTLED)
    sums = rows.aggregate(all=Sum("amount_fen", default=0), paid=Sum("amount_fen", default=0, filter=is_paid))
    return sums["all"], sums["paid"]


def offers_to(user: User, *, on: date) -> QuerySet[Place]:
    """Places offered to the user's family that can still be answered."""
    offered = Place.objects.filter(person__in=Person.objects.of(user), state=Place.State.OFFERED, answer_by__gte=on)
    return offered.select_related("person", "agreement__organisation").order_by("answer_by", "pk")


def rosters_waiting_for(user: User, agreements: QuerySet[Agreement]) -> QuerySet[Roster]:
    """Rosters of these agreements that the user can confirm as the second person."""
    return Roster.objects.filter(agreement__in=agreements, state=Roster.State.CHECKED).exclude(uploaded_by=user)
