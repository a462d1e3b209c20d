"""Two tabs, two workers: real connections at the same moment, one result."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import F

from apps.core.errors import DomainError
from apps.enrolments.errors import CoverGone, FiguresMoved, SecondCover
from apps.enrolments.models import Application, Cover, Lapse, PointsUse, Receipt, Refund
from apps.enrolments.selectors import points_of
from apps.enrolments.services import (
    apply_for_cover,
    do_task,
    lapse_covers,
    leave_cover,
    note_claim,
    pay_refunds,
    receive_contribution,
    settle_contributions,
    start_payment,
)
from apps.fund.selectors import balance, ledger_is_balanced
from apps.members.errors import AlreadyInFamily
from apps.members.models import Guardianship, Person, Signature
from apps.members.rules.identity import IdentityKind
from apps.members.selectors import texts_for
from apps.members.services import publish_texts, register_person, sign_texts
from apps.payments.models import Checkout, Order
from apps.plans.services import publish_catalogue
from tests.enrolments.factories import ANSWERS, ASTHMA, make_account, make_cover
from tests.enrolments.points import make_year
from tests.members.factories import identity_number, make_parent, make_person

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


def at_once(work: Callable[[int], object]) -> list[object]:
    """What each worker got, a refusal being an answer too."""
    barrier = Barrier(WORKERS)

    def run(number: int) -> object:
        try:
            barrier.wait()
            return work(number)
        except DomainError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


@pytest.mark.parametrize("same_key", [True, False])
def test_one_child_is_registered_once(now, same_key):
    parent = make_parent()
    child = make_person(signed=False)
    number, first = identity_number(child.birth_date), uuid4()
    keys = [first if same_key else uuid4() for _ in range(WORKERS)]

    def register(worker):
        return register_person(
            actor=parent,
            name="Anan",
            birth_date=child.birth_date,
            sex="female",
            identity_kind=IdentityKind.RESIDENT,
            identity_number=number,
            relation="mother",
            key=keys[worker],
            now=now,
        ).pk

    results = at_once(register)
    person = Person.objects.get(name="Anan")
    assert Guardianship.objects.filter(person=person).count() == 1
    assert set(results) == ({person.pk} if same_key else {person.pk, AlreadyInFamily})


def test_texts_are_signed_once(now, today):
    publish_texts(now=now)
    child = make_person(signed=False)
    texts = texts_for(child, on=today)

    def sign(_worker):
        return len(sign_texts(actor=child.registered_by, person=child, texts=texts, now=now))

    assert at_once(sign) == [len(texts)] * WORKERS
    assert Signature.objects.filter(person=child).count() == len(texts)


@pytest.mark.parametrize("same_key", [True, False])
def test_one_plan_is_joined_once(now, same_key):
    publish_catalogue(now=now)
    child, first = make_person(), uuid4()
    keys = [first if same_key else uuid4() for _ in range(WORKERS)]

    def apply(worker):
        return apply_for_cover(
            actor=child.registered_by,
            person_id=child.pk,
            plan_code=ASTHMA,
            answers=ANSWERS[ASTHMA],
            key=keys[worker],
            now=now,
        ).pk

    results = at_once(apply)
    application = Application.objects.get()
    assert set(results) == ({application.pk} if same_key else {application.pk, SecondCover})
    assert Cover.objects.count() == 1


def test_one_payment_page_is_opened_and_the_money_taken_in_once(now):
    cover = make_cover(is_paid=False)
    contribution = cover.contributions.get()

    def open_page(_worker):
        actor = cover.person.registered_by
        return start_payment(contribution_id=contribution.pk, actor=actor, return_url="/", now=now).pk

    assert len(set(at_once(open_page))) == 1
    Checkout.objects.update(state="paid", paid_at=now)
    at_once(lambda _worker: settle_contributions(now=now))
    cover.refresh_from_db()
    assert (cover.state, Receipt.objects.count()) == ("active", 1)
    assert balance("bank-clearing") == contribution.amount_fen
    assert ledger_is_balanced()


def test_one_instalment_is_paid_on_one_page_whatever_tab_it_is(now):
    due = make_cover(schedule="monthly").contributions.due().earliest("due_date")

    def open_page(_worker):
        actor = due.cover.person.registered_by
        return start_payment(contribution_id=due.pk, actor=actor, return_url="/", now=now).pk

    assert len(set(at_once(open_page))) == 1


def test_a_cover_is_left_once_and_paid_back_once(now):
    cover = make_cover()
    make_account(cover)

    def leave(_worker):
        left = leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=180_00, now=now)
        pay_refunds(now=now)
        return left.state

    assert set(at_once(leave)) == {"cancelled"}
    pay_refunds(now=now)
    assert (Refund.objects.count(), Order.objects.count()) == (1, 1)
    assert balance("in-transit") == 180_00
    assert ledger_is_balanced()


def test_leaving_and_claiming_at_once_one_of_them_wins(now):
    cover = make_cover()

    def work(worker):
        if worker % 2:
            with transaction.atomic():
                note_claim([Cover.objects.get(pk=cover.pk)], today=now.date())
            return "claimed"
        return leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=180_00, now=now).state

    answers = set(at_once(work))
    cover.refresh_from_db()
    if cover.claimed_date is None:
        assert answers == {"cancelled", CoverGone}
    else:
        assert answers == {"claimed", FiguresMoved}
        assert not Refund.objects.exists()


def test_leaving_while_the_money_of_the_next_instalment_is_taken_in_loses_nothing(now):
    cover = make_cover(schedule="monthly")
    due = cover.contributions.due().earliest("due_date")
    seen = {0: 15_00, 1: 30_00}

    def work(worker):
        if worker % 2:
            return receive_contribution(contribution_id=due.pk, paid_date=now.date(), now=now, key="statement:1").pk
        for fen in seen.values():
            try:
                return leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=fen, now=now).state
            except FiguresMoved:
                continue
        return None

    at_once(work)
    back = sum(Refund.objects.filter(receipt=None).values_list("amount_fen", flat=True))
    assert back + balance("suspense") == sum(Receipt.objects.values_list("amount_fen", flat=True)) == 30_00
    assert balance(f"contributions-in-advance:{ASTHMA}") == back
    assert ledger_is_balanced()


def test_a_lapse_and_the_money_that_comes_for_it_never_pass_each_other(now):
    cover = make_cover(schedule="monthly")
    due = cover.contributions.due().earliest("due_date")
    late = now + timedelta(days=61)

    def work(worker):
        if worker % 2:
            return lapse_covers(now=late)
        return receive_contribution(contribution_id=due.pk, paid_date=due.due_date, now=late, key="statement:1").pk

    at_once(work)
    cover.refresh_from_db()
    assert cover.state == "active"
    assert not Lapse.objects.exclude(end__lte=F("start")).exists()
    assert balance(f"contributions-in-advance:{ASTHMA}") == 30_00


def test_a_task_done_in_two_tabs_counts_once(now):
    cover = make_year()

    def tick(_worker):
        return do_task(cover_id=cover.pk, task="walk", actor=cover.person.registered_by, now=now).pk

    assert len(set(at_once(tick))) == 1
    assert points_of(cover.person_id, cover.plan_code).left == 2


def test_points_are_used_once_however_many_tabs_apply(now):
    cover = make_year(points=500)

    def apply(worker):
        return apply_for_cover(
            actor=cover.person.registered_by,
            person_id=cover.person_id,
            plan_code=cover.plan_code,
            answers=ANSWERS[cover.plan_code],
            start=cover.end + timedelta(days=worker),
            key=uuid4(),
            now=now,
        ).price_fen

    assert at_once(apply).count(SecondCover) == WORKERS - 1
    assert PointsUse.objects.get().points == 500
    assert points_of(cover.person_id, cover.plan_code).left == 0
