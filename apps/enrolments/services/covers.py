"""The life of a cover: it starts when paid, lapses when not, and runs out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.enrolments.errors import NothingDue, PaymentUnderWay
from apps.enrolments.models import Contribution, Cover, Draft
from apps.enrolments.rules.period import first_day, year_end
from apps.enrolments.selectors import renewed_years_for, terms_of_cover
from apps.members.models import Person
from apps.members.permissions import check_may_act
from apps.payments.models import Checkout, CheckoutState
from apps.reminders.services import News, remind

LABEL = "enrolments.contribution"
UNDER_WAY = Q(state__in=[CheckoutState.OPEN, CheckoutState.PAID])
DRAFT_LIFE = timedelta(days=30)
REMIND_BEFORE = timedelta(days=3)


@transaction.atomic
def activate_cover(*, cover: Cover, paid_date: date, now: datetime) -> Cover:
    """Start a cover whose contributions are paid: on the day of payment, or the later day chosen."""
    start = first_day(cover.start, paid_date)
    if start != cover.start:
        cover.start, cover.end = start, year_end(start)
        cover.renewed_years = renewed_years_for(cover.person_id, cover.plan_code, start)
    cover.state = Cover.State.ACTIVE
    cover.save(update_fields=["start", "end", "renewed_years", "state"])
    record_event(
        actor_id=None,
        action="cover.started",
        target=("enrolments.cover", cover.pk),
        now=now,
        detail={"start": cover.start.isoformat()},
    )
    parameters = {**_words(cover), "start_date": cover.start, "cover_id": cover.pk}
    _tell(cover, "cover-started", parameters, key=f"cover:{cover.pk}:started", now=now)
    return cover


def _tell(cover: Cover, kind: str, parameters: Mapping[str, object], *, key: str, now: datetime) -> None:
    remind(News([cover.application.actor_id], kind, parameters, key=key), now=now)


def _words(cover: Cover) -> dict[str, object]:
    name = terms_of_cover(cover).name
    return {"person": cover.person.name, "plan": {"zh": name.zh, "en": name.en}}


def expire_unpaid(*, now: datetime, limit: int = 200) -> int:
    """Cancel covers not paid in time, unless a payment is under way; how many."""
    today = business_day(now)
    under_way = Checkout.objects.filter(UNDER_WAY, source_label=LABEL, source_id=OuterRef("contributions__pk"))
    late = Cover.objects.filter(state=Cover.State.UNPAID, contributions__due_date__lt=today)
    late_ids = late.exclude(Exists(under_way)).order_by("pk").values_list("pk", flat=True)[:limit]
    return sum(_cancel(cover_id, now) for cover_id in list(late_ids))


@transaction.atomic
def _cancel(cover_id: int, now: datetime) -> bool:
    unpaid = Cover.objects.filter(pk=cover_id, state=Cover.State.UNPAID)
    cover = unpaid.select_for_update(skip_locked=True, of=("self",)).first()
    if cover is None:
        return False
    cover.state = Cover.State.CANCELLED
    cover.save(update_fields=["state"])
    record_event(actor_id=None, action="cover.lapsed", target=("enrolments.cover", cover.pk), now=now)
    _tell(cover, "cover-cancelled", _words(cover), key=f"cover:{cover.pk}:cancelled", now=now)
    return True


@transaction.atomic
def drop_cover(*, cover_id: int, actor: User, now: datetime) -> Cover:
    """Cancel an application not paid yet, because the family says so; again changes nothing.

    Raises NotAllowed, NothingDue, PaymentUnderWay.
    """
    person = Person.objects.select_for_update().filter(covers=cover_id).first()
    if person is None:
        raise NotAllowed
    check_may_act(user=actor, person=person, now=now)
    cover = Cover.objects.select_for_update().get(pk=cover_id)
    if cover.state == Cover.State.CANCELLED:
        return cover
    if cover.state != Cover.State.UNPAID:
        raise NothingDue
    contributions = cover.contributions.values("pk")
    if Checkout.objects.filter(UNDER_WAY, source_label=LABEL, source_id__in=contributions).exists():
        raise PaymentUnderWay
    cover.state = Cover.State.CANCELLED
    cover.save(update_fields=["state"])
    record_event(actor_id=actor.pk, action="cover.dropped", target=("enrolments.cover", cover.pk), now=now)
    return cover


def remind_unpaid(*, now: datetime, limit: int = 200) -> int:
    """Remind once of contributions that must be paid within three days; how many are."""
    soon = Contribution.objects.filter(
        state=Contribution.State.DUE,
        payer_label="self",
        cover__state=Cover.State.UNPAID,
        due_date__lte=business_day(now) + REMIND_BEFORE,
    ).select_related("cover__person", "cover__plan_version", "cover__application")
    contributions = list(soon.order_by("due_date", "pk")[:limit])
    remind(*map(_due_news, contributions), now=now)
    return len(contributions)


def _due_news(contribution: Contribution) -> News:
    cover = contribution.cover
    parameters = {
        **_words(cover),
        "amount_fen": contribution.amount_fen,
        "due_date": contribution.due_date,
        "contribution_id": contribution.pk,
    }
    return News([cover.application.actor_id], "contribution-due", parameters, key=f"contribution:{contribution.pk}:due")


def end_covers(*, now: datetime) -> int:
    """Mark the covers that have run out; claims for days inside them can still come."""
    over = Cover.objects.filter(state=Cover.State.ACTIVE, end__lte=business_day(now))
    return over.update(state=Cover.State.ENDED)


def forget_drafts(*, now: datetime) -> int:
    """Delete answers that were never sent off."""
    return Draft.objects.filter(updated_at__lt=now - DRAFT_LIFE).delete()[0]
