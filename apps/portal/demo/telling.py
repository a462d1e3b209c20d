"""Tell the demo's story from the first day to today, in one transaction: all of it is there, or nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from random import Random

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import override_settings

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.services import record_event
from apps.care.models import FamilyDoctor
from apps.care.services import open_due_windows
from apps.claims.services.payouts import open_payments, tell_endings
from apps.core.clock import business_day
from apps.core.jobs import muted
from apps.enrolments.services import (
    close_lapses,
    end_covers,
    expire_unpaid,
    lapse_covers,
    remind_unpaid,
    settle_contributions,
)
from apps.governance.services import continue_resolutions
from apps.members.services import publish_texts
from apps.payments import gateway
from apps.payments.models import DayTotal, Limits
from apps.payments.rules.holding import LimitsInForce
from apps.payments.services import confirm_checkouts, read_statement, send_due_payments
from apps.plans.services import publish_catalogue
from apps.portal.demo.bank import StoryBank
from apps.portal.demo.cast import Cast
from apps.portal.demo.chapters.claiming import Claiming
from apps.portal.demo.chapters.collecting import Collecting
from apps.portal.demo.chapters.governing import Governing
from apps.portal.demo.chapters.grouping import Grouping
from apps.portal.demo.chapters.joining import Household, Joining
from apps.portal.demo.chapters.lately import Lately
from apps.portal.demo.chapters.referring import Referring
from apps.portal.demo.chapters.visits import Visits
from apps.portal.demo.families import families
from apps.portal.demo.names import Names
from apps.portal.demo.story import Story, moment
from apps.reminders.models import Message

MONTHS = 18
SEED = 20210901
LOADED = "demo.loaded"
WORK_EVENINGS = (0, 3)  # of the week: when the tasks of some days are done at once
AT_HOME = {  # nothing of the past leaves the house: no letter, no order to a bank
    "PAYMENT_GATEWAY": "apps.portal.demo.bank.StoryBank",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
USUAL_LIMITS = LimitsInForce(release_from_fen=5_000_000, payee_day_fen=20_000_000, day_fen=500_000_000)
BANK_FEE_FEN = 1_250  # left for the treasurer to explain
NO_LIMIT = LimitsInForce(10**14, 10**14, 10**14)
Progress = Callable[[date, int, int], None]


def is_loaded() -> bool:
    return Event.objects.filter(action=LOADED).exists()


def first_day(today: date) -> date:
    """The first of the month, eighteen months of story before today."""
    months = today.year * 12 + today.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def load(*, count: int, now: datetime, seed: int = SEED, progress: Progress = lambda *_: None) -> None:
    """Tell the story of ``count`` families up to now.  Nothing is left behind when it is interrupted."""
    today = business_day(now)
    since = first_day(today)
    with muted(), override_settings(**AT_HOME), _all_or_nothing():
        _limit(NO_LIMIT, now)
        story = _stage(since, today, seed, count)
        days = (today - since).days
        for number in range(days):
            day = since + timedelta(days=number)
            story.tell_day(day)
            if number == days - 1:
                story.bank.charge(BANK_FEE_FEN)
            if day.weekday() in WORK_EVENINGS or number == days - 1:
                _evening(day)
            progress(day, number + 1, days)
        Grouping(story).tell(moment(today - timedelta(days=2), 10))
        _tidy(today)
        _limit(USUAL_LIMITS, now)
        record_event(actor_id=None, action=LOADED, target=("portal.demo", count), now=now)
    gateway.bank.cache_clear()


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """One transaction without savepoints: a third of the statements, and the first refusal ends the load."""
    features, gc_was_on = connection.features, gc.isenabled()
    features.uses_savepoints = False
    gc.disable()
    try:
        with transaction.atomic():
            yield
    finally:
        features.uses_savepoints = True
        if gc_was_on:
            gc.enable()


def _stage(since: date, today: date, seed: int, count: int) -> Story:
    random = Random(seed)  # noqa: S311 - a story, not a secret
    gateway.bank.cache_clear()
    bank = gateway.bank()
    if not isinstance(bank, StoryBank):
        raise TypeError("the story needs its own bank")
    names = Names(random)
    began_at = moment(since, 8)
    publish_texts(now=began_at)
    publish_catalogue(now=began_at)
    cast = Cast(since=since, began_at=began_at, names=names)
    cast.assemble()
    _open_practices(cast, count)
    story = Story(cast=cast, bank=bank, random=random, since=since, until=today)
    claiming, referring = Claiming(story), Referring(story)
    visits = Visits(story, referring)
    joining = Joining(story, joined=lambda home, now: _go_on(home, now, claiming, visits))
    Governing(story).begin(began_at)
    referring.open_slots()
    Collecting(story).begin()
    story.surely(moment(today - timedelta(days=1), 15), Lately(story, referring).tell)
    for family in families(count, since=since, until=today, names=names):
        joining.begin(family)
    return story


def _go_on(home: Household, now: datetime, claiming: Claiming, visits: Visits) -> None:
    claiming.begin(home, now)
    if not home.visits:
        visits.begin(home, now)


def _open_practices(cast: Cast, count: int) -> None:
    """Every family doctor takes families; the places fit the size of the story."""
    clinics = {user.pk: user.posts.get().organisation for user in cast.doctors()}
    for number, user in enumerate(cast.doctors()):
        FamilyDoctor.objects.create(
            user=user,
            clinic=clinics[user.pk],
            places=max(20, count // 15),
            bio_zh="儿科方向，从事社区工作十年以上。" if number % 2 == 0 else "全科医生，完成专科医院儿童慢病培训。",
            bio_en="Works with children; more than ten years in the community."
            if number % 2 == 0
            else "General practitioner, trained by the specialist hospital in long-term care of children.",
        )


def _letters_went_out(now: datetime) -> None:
    """What was due has been sent: the past needs no mail server."""
    due = Message.objects.filter(state=Message.State.WAITING, due_at__lte=now)
    due.update(state=Message.State.SENT, sent_at=F("due_at"))


def _limit(limits: LimitsInForce, now: datetime) -> None:
    """What may go out on one day; the story's months all go out on the day it is told, which counts for nothing."""
    Limits.objects.create(**asdict(limits), set_at=now)
    DayTotal.objects.all().delete()


def _tidy(today: date) -> None:
    """Addresses are proven (two-step sign-in asks for it); what is older than ten days has been read."""
    proven = (EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in User.objects.all())
    EmailAddress.objects.bulk_create(proven)
    old = Message.objects.filter(channel=Message.Channel.IN_APP, due_at__lt=moment(today - timedelta(days=10), 0))
    old.update(read_at=F("due_at"))


def _evening(day: date) -> None:
    """What the portal's tasks do all day long, once at the end of each day of the story."""
    now = moment(day, 22)
    read_statement(now=now)
    confirm_checkouts(limit=1000, now=now)
    settle_contributions(now=now, limit=1000)
    open_payments(now=now, limit=1000)
    while send_due_payments(limit=1000, now=now):
        pass
    read_statement(now=now)
    tell_endings(now=now, limit=1000)
    _letters_went_out(now)
    continue_resolutions(now=now)
    if day.weekday() == 0:
        open_due_windows(now=now)
        remind_unpaid(now=now)
        expire_unpaid(now=now)
        lapse_covers(now=now)
        close_lapses(now=now)
        end_covers(now=now)
