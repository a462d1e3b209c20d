"""A plan's yearly surplus goes back to its members: set aside each quarter, shared out at the year's end, paid once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.accounts.models import Role
from apps.actuary import services, tasks
from apps.actuary.errors import SurplusSpent
from apps.actuary.models import Allowance
from apps.actuary.selectors import allowances_of, days_covered
from apps.core.money import Money
from apps.core.periods import Period
from apps.enrolments.models import Cover, Lapse
from apps.fund.rules.postings import Posting
from apps.fund.selectors import balance, entries_of, ledger_is_balanced
from apps.members.models import Person
from apps.payments.models import Order, PayeeAccount, Purpose
from apps.payments.rules.matching import LineKind
from apps.payments.services import (
    confirm,
    name_payee_account,
    propose_for_order,
    record_accepted,
    request_payment,
    take_lines,
)
from apps.payments.services.claiming import claim_orders
from tests.actuary.factories import begun_close, booked, noon, opened_again, paid_cover
from tests.payments.factories import fact

pytestmark = pytest.mark.django_db
THIRD, FOURTH = Period(date(2026, 7, 1), date(2026, 10, 1)), Period(date(2026, 10, 1), date(2027, 1, 1))
PLAN = "wanhu"
PAYABLE, KEPT = f"allowance-payable:{PLAN}", f"allowance-reserve:{PLAN}"


def closed(quarter):
    return services.finish_close(close_id=begun_close(quarter).pk, now=noon(quarter.end))


def name_account(person, number, day=FOURTH.end):
    name_payee_account(
        owner=("accounts.user", person.registered_by_id),
        holder_name="Member",
        bank="Bank",
        number=number,
        actor=None,
        key=uuid4(),
        now=noon(day),
    )


def member(start=date(2026, 7, 1), fen=3_650_00, *, account=True):
    person = paid_cover(start, fen, code=PLAN).cover.person
    if account:
        name_account(person, f"62220000{person.pk:08d}", start)
    return person


def own(person):
    """The person acts for himself."""
    Person.objects.filter(pk=person.pk).update(user=person.registered_by)
    person.guardianships.all().delete()
    return person


def test_each_quarter_sets_aside_what_the_plan_has_left_in_the_year():
    member(), member()
    paid_cover(THIRD.start, 4_000_000)
    third = closed(THIRD)
    plan = next(plan for plan in third.result.plans if plan.plan == PLAN)
    assert plan.set_aside == plan.left == balance(KEPT) > 0
    booked(Posting.CLAIM_DECIDED, 300_00, date(2026, 11, 1), plan=PLAN)
    fourth = closed(FOURTH)
    after = next(row for row in fourth.result.plans if row.plan == PLAN)
    assert after.set_aside == plan.left + after.left
    assert (balance(KEPT), balance(PAYABLE)) == (0, after.set_aside)
    assert ledger_is_balanced()


def test_a_plan_that_loses_has_nothing_to_give_and_takes_its_reserve_back():
    member()
    paid_cover(THIRD.start, 40_000_000)
    closed(THIRD)
    assert balance(KEPT) > 0
    booked(Posting.CLAIM_DECIDED, 9_000_00, date(2026, 11, 1), plan=PLAN)
    closed(FOURTH)
    assert balance(KEPT) == balance(PAYABLE) == 0
    assert not Allowance.objects.exists()


def test_a_fund_in_loss_sets_nothing_aside():
    member()
    booked(Posting.CLAIM_DECIDED, 900_000_00, date(2026, 8, 1), plan="asthma")
    assert closed(THIRD).result.set_aside_change == balance(KEPT) == 0


def shared():
    """Two members by their days and one who came too late."""
    people = [member(), member(date(2026, 7, 4)), member(date(2026, 12, 1))]
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD)
    return people, closed(FOURTH)


def test_it_is_shared_by_days_covered_to_the_last_fen():
    people, close = shared()
    shares = {row.person_id: row for row in Allowance.objects.all()}
    assert {person: row.days for person, row in shares.items()} == {people[0].pk: 184, people[1].pk: 181}
    granted = balance(PAYABLE)
    assert sum(row.amount_fen for row in shares.values()) == granted
    assert [row.amount_fen for row in shares.values()] == [part.fen for part in Money(granted).split([184, 181])]
    (row,) = allowances_of(close)
    assert (row.plan, row.fen, row.people, row.waiting) == (PLAN, granted, 2, 2)
    granting = [entry for entry in entries_of("actuary.periodclose", close.pk) if entry.kind == "allowance-granted"]
    assert len(granting) == 1


def test_each_is_paid_once_however_often_the_sweeper_comes():
    shared()
    granted = balance(PAYABLE)
    assert services.pay_allowances(limit=1, now=noon(FOURTH.end)) == 1
    assert services.pay_allowances(limit=10, now=noon(FOURTH.end)) == 1
    assert tasks.pay_allowances() == 0
    orders = Order.objects.filter(purpose=Purpose.ALLOWANCE)
    assert sum(order.amount_fen for order in orders) == granted == balance("in-transit")
    assert balance(PAYABLE) == 0
    assert {row.order_id for row in Allowance.objects.all()} == {order.pk for order in orders}


def test_who_has_no_account_is_paid_when_one_is_named():
    late = own(member(account=False))
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD), closed(FOURTH)
    assert services.pay_allowances(limit=10, now=noon(FOURTH.end)) == 0
    name_account(late, "6222000011112222")
    assert services.pay_allowances(limit=10, now=noon(FOURTH.end)) == 1


def pay(days=0):
    return services.pay_allowances(limit=10, now=noon(FOURTH.end) + timedelta(days=days))


@pytest.mark.parametrize(("kinds", "state"), [(["rejected"], "failed"), (["paid", "returned"], "returned")])
def test_what_the_bank_could_not_pay_is_paid_again_once_another_account_is_named(kinds, state):
    people, _ = shared()
    granted = balance(PAYABLE)
    assert pay() == 2
    first = Allowance.objects.get(person=people[0]).order
    for order in claim_orders(most=5, lease=60):
        record_accepted(order_id=order.pk, attempt=order.attempt, reference="SB")
    facts = [fact(number, first, LineKind(kind)) for number, kind in enumerate(kinds, start=1)]
    take_lines(facts=facts, now=noon(FOURTH.end))
    first.refresh_from_db()
    assert (first.state, balance(PAYABLE)) == (state, first.amount_fen)
    assert [pay(), pay(days=30)] == [0, 0]
    name_account(people[0], "6222000033334444")
    assert pay() == 0  # a new account is held a while
    assert [pay(days=30), pay(days=31)] == [1, 0]
    again = Allowance.objects.get(person=people[0]).order
    assert (again.amount_fen, again.payee_account.number) == (first.amount_fen, "6222000033334444")
    assert again.key != first.key
    assert balance(PAYABLE) == 0
    assert sum(order.amount_fen for order in Order.objects.exclude(pk=first.pk)) == granted


def test_what_two_people_declined_is_not_paid_again_on_another_account(make_user):
    people, _ = shared()
    assert pay() == 2
    first = Allowance.objects.get(person=people[0]).order
    name_account(people[0], "6222000033334444")
    Order.objects.filter(pk=first.pk).update(state="held", reason="another account")
    treasurer, council = make_user("t@example.com", Role.TREASURER), make_user("c@example.com", Role.COUNCIL)
    later = noon(FOURTH.end)
    said = propose_for_order(
        kind="decline", order_id=first.pk, actor=treasurer, key=uuid4(), reason="not his account", now=later
    )
    confirm(proposal_id=said.pk, actor=council, now=later)
    first.refresh_from_db()
    assert first.state == "failed"
    assert pay(days=30) == 0


def test_after_a_return_the_one_who_acts_for_the_person_by_then_is_paid():
    """The first account is not replaced: its owner acts no more."""
    people, _ = shared()
    assert pay() == 2
    first = Allowance.objects.get(person=people[0]).order
    for order in claim_orders(most=5, lease=60):
        record_accepted(order_id=order.pk, attempt=order.attempt, reference="SB")
    take_lines(facts=[fact(1, first, LineKind.REJECTED)], now=noon(FOURTH.end))
    assert pay(days=30) == 0
    people[0].guardianships.all().delete()
    Person.objects.filter(pk=people[0].pk).update(user=people[1].registered_by)
    assert [pay(days=30), pay(days=30)] == [1, 0]


def test_one_that_fails_does_not_stop_the_rest_of_its_block(caplog):
    """Its key was taken by another payment."""
    people, close = shared()
    booked(Posting.CLAIM_DECIDED, 100, FOURTH.end, plan="asthma")
    taken = request_payment(
        key=f"allowance:quarter:{close.start}:v1:{PLAN}:{people[0].identity_index[:32]}",
        purpose=Purpose.CLAIM,
        source=("tests.row", 1),
        payee_account_id=PayeeAccount.objects.get(owner_id=people[0].registered_by_id).pk,
        amount_fen=100,
        owed_account="claims-payable:asthma",
        now=noon(FOURTH.end),
    )
    assert pay() == 1
    assert "the sweeper comes back" in caplog.text
    assert Allowance.objects.get(order=None).person_id == people[0].pk
    assert Order.objects.exclude(pk=taken.pk).get().source_id == Allowance.objects.get(person=people[1]).pk


def test_many_are_asked_for_in_blocks_by_a_few_queries(monkeypatch, django_assert_max_num_queries):
    [member() for _ in range(12)]
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD), closed(FOURTH)
    monkeypatch.setattr("apps.actuary.services.allowances.BLOCK", 5)
    with django_assert_max_num_queries(60) as asked:
        assert services.pay_allowances(limit=11, now=noon(FOURTH.end)) == 11
    assert sum("fund_post" in query["sql"] for query in asked.captured_queries) == 3
    assert tasks.pay_allowances() == 1
    assert balance(PAYABLE) == 0


def test_a_close_opened_again_takes_its_allowances_back_unless_they_are_on_the_way():
    _, close = shared()
    with transaction.atomic():
        opened_again(close, now=noon(FOURTH.end))
        assert (balance(PAYABLE), balance(KEPT) > 0) == (0, True)
        assert services.pay_allowances(limit=10, now=noon(FOURTH.end)) == 0
        second = closed(FOURTH)
        assert second.allowances.count() == 2
        assert services.pay_allowances(limit=10, now=noon(FOURTH.end)) == 2
        transaction.set_rollback(True)
    services.pay_allowances(limit=1, now=noon(FOURTH.end))
    with pytest.raises(SurplusSpent), transaction.atomic():
        opened_again(close, now=noon(FOURTH.end))


def test_days_of_several_covers_are_added_within_the_year():
    person = paid_cover(date(2025, 7, 1), code=PLAN).cover.person
    paid_cover(date(2026, 7, 1), code=PLAN, person=person)
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    assert days_covered(PLAN, year, 365) == {person.pk: 365}
    assert days_covered(PLAN, Period(year.start, year.start + timedelta(days=10)), 11) == {}


def lapse(cover, start, end):
    Lapse.objects.create(
        cover=cover, start=start, end=end, reinstate_until=start + timedelta(days=60), lapsed_at=noon(start)
    )


def test_days_of_a_lapse_are_not_covered():
    """One lapse brought back, one still open, one outside the year, one of a cover that ended with it."""
    year = Period(date(2026, 1, 1), date(2027, 1, 1))
    back, still_open, before, ended = (paid_cover(start, code=PLAN).cover for start in [date(2026, 7, 1)] * 4)
    lapse(back, date(2026, 8, 1), date(2026, 8, 11))
    lapse(back, date(2026, 9, 1), date(2026, 9, 1))
    lapse(still_open, date(2026, 12, 22), None)
    lapse(before, date(2027, 2, 1), date(2027, 2, 11))
    lapse(ended, date(2026, 7, 31), None)
    ended.end, ended.state = date(2026, 7, 31), Cover.State.ENDED
    ended.save()
    days = {back.person_id: 174, still_open.person_id: 174, before.person_id: 184, ended.person_id: 30}
    assert days_covered(PLAN, year, 1) == days
    assert days_covered(PLAN, year, 175) == {before.person_id: 184}


def test_who_lapsed_gets_a_smaller_share_of_the_allowance():
    people = [member(), member()]
    lapse(Cover.objects.get(person=people[0]), date(2026, 12, 30), date(2027, 1, 10))
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD), closed(FOURTH)
    assert {row.person_id: row.days for row in Allowance.objects.all()} == {people[0].pk: 182, people[1].pk: 184}


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE actuary_allowance SET amount_fen = amount_fen + 1",
        "UPDATE actuary_allowance SET person_id = person_id",
        "UPDATE actuary_allowance SET order_id = NULL",
        "UPDATE actuary_allowance SET order_id = NULL, told = 'owed'",
        "UPDATE actuary_allowance SET amount_fen = amount_fen + 1, told = 'owed'",
        "DELETE FROM actuary_allowance",
        "TRUNCATE actuary_allowance",
    ],
)
def test_the_database_keeps_the_shares(attack):
    shared()
    services.pay_allowances(limit=10, now=noon(FOURTH.end))
    connection.check_constraints()
    with pytest.raises(DatabaseError, match=r"stays as it is|append-only"), transaction.atomic():
        connection.cursor().execute(attack)


@pytest.mark.parametrize(
    ("changes", "name"),
    [({}, "allowance_once_a_close"), ({"plan_code": "x", "amount_fen": 0}, "allowance_above_zero")],
)
def test_constraints_of_a_share(changes, name):
    people, close = shared()
    values = {"close": close, "plan_code": PLAN, "person": people[0], "days": 1, "amount_fen": 1}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Allowance.objects.create(**{**values, **changes})


def test_those_without_an_account_hold_up_nobody():
    [own(member(account=False)) for _ in range(2)]
    member(), own(member())
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD), closed(FOURTH)
    assert [services.pay_allowances(limit=1, now=noon(FOURTH.end)) for _ in range(3)] == [1, 1, 0]
