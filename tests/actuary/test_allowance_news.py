"""A family learns of its allowance: that it is owed, which account it waits for, that it is paid; each once."""

from datetime import timedelta

import pytest

from apps.actuary import services, tasks
from apps.actuary.models import Allowance
from apps.members.models import Person
from apps.payments.models import Order
from apps.payments.rules.matching import LineKind
from apps.payments.services import take_lines
from apps.reminders.models import Message
from apps.reminders.texts import body_of, url_of
from tests.actuary.factories import noon, opened_again, paid_cover
from tests.actuary.test_allowances import FOURTH, PLAN, THIRD, closed, member, name_account, own, pay
from tests.payments.factories import fact

pytestmark = pytest.mark.django_db


def tell(days=0, limit=100):
    return services.tell_allowances(limit=limit, now=noon(FOURTH.end) + timedelta(days=days))


def shared(*, account=True):
    person = member(account=account)
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD)
    return person, closed(FOURTH)


def told(person):
    """Kinds of what stands in the inbox of who acts for the person, oldest first."""
    mine = Message.objects.filter(recipient=person.registered_by, channel="in-app", kind__startswith="allowance")
    return list(mine.order_by("pk").values_list("kind", flat=True))


def ended(*kinds):
    """The bank says what became of the newest payment."""
    order = Order.objects.order_by("pk").last()
    lease = noon(FOURTH.end) + timedelta(minutes=1)
    Order.objects.filter(pk=order.pk).update(state="submitting", attempt=1, lease_until=lease)
    number = 10 * order.pk
    facts = [fact(number + place, order, LineKind(kind)) for place, kind in enumerate(kinds)]
    take_lines(facts=facts, now=noon(FOURTH.end))


def test_that_it_is_owed_and_that_it_is_paid_is_told_once():
    person, _ = shared()
    assert [tell(), tell()] == [1, 0]
    assert told(person) == ["allowance-granted"]
    assert pay() == 1
    assert tell() == 0
    ended("paid")
    assert [tell(), tell()] == [1, 0]
    assert told(person) == ["allowance-granted", "allowance-paid"]
    paid = Message.objects.filter(kind="allowance-paid", channel="in-app").get()
    account = Order.objects.get().payee_account
    assert account.number_tail in body_of(paid.kind, paid.parameters)
    assert (paid.parameters["year"], paid.parameters["person"]) == (2026, person.name)


def test_who_has_named_no_account_is_asked_for_one():
    person, _ = shared(account=False)
    tell()
    assert told(person) == ["allowance-needs-account"]
    asked = Message.objects.filter(channel="in-app").get(kind="allowance-needs-account")
    assert url_of(asked.kind, asked.parameters) == "/money/account/"
    name_account(person, "6222000011112222")
    assert pay() == 1
    ended("paid")
    tell()
    assert told(person)[1:] == ["allowance-paid"]


@pytest.mark.parametrize("kinds", [["rejected"], ["paid", "returned"]])
def test_when_the_bank_could_not_pay_another_account_is_asked_for(kinds):
    person, _ = shared()
    tell(), pay()
    ended(*kinds)
    assert [tell(), tell()] == [1, 0]
    assert told(person)[1:] == ["allowance-needs-account"]
    name_account(person, "6222000033334444")
    assert pay(days=30) == 1
    ended("paid")
    assert [tell(), tell()] == [1, 0]
    assert told(person)[2:] == ["allowance-paid"]


def test_money_that_comes_back_after_it_was_told_to_be_paid_is_told_too():
    person, _ = shared()
    pay()
    ended("paid")
    tell()
    assert told(person) == ["allowance-paid"]
    order = Order.objects.get()
    take_lines(facts=[fact(99, order, LineKind.RETURNED)], now=noon(FOURTH.end))
    assert [tell(), tell()] == [1, 0]
    assert told(person)[1:] == ["allowance-needs-account"]
    assert Allowance.objects.get().told == "returned"


def test_of_a_close_that_was_opened_again_nothing_is_told_but_of_the_new_one():
    person, close = shared()
    opened_again(close, now=noon(FOURTH.end))
    assert tell() == 0
    closed(FOURTH)
    assert tell() == 1
    assert told(person) == ["allowance-granted"]


def test_whom_nobody_can_be_told_for_holds_up_nobody():
    person, _ = shared()
    alone = Allowance.objects.get().person
    alone.guardianships.all().delete()
    assert [tell(), tell()] == [1, 0]
    assert told(person) == []
    assert Person.objects.get(pk=alone.pk).user is None


def test_the_tasks_tell_and_pay_whichever_comes_first():
    people = [own(member()), own(member())]
    paid_cover(THIRD.start, 4_000_000)
    closed(THIRD), closed(FOURTH)
    assert tell(limit=1) == 1
    assert tasks.pay_allowances() == 2
    assert tasks.tell_allowances() == 1
    assert [told(person) for person in people] == [["allowance-granted"]] * 2
    assert {row.plan_code for row in Allowance.objects.all()} == {PLAN}


def test_a_second_payment_that_fails_is_news_again():
    person, _ = shared()
    tell(), pay()
    ended("rejected")
    tell()
    name_account(person, "6222000033334444")
    assert pay(days=30) == 1
    assert tell() == 0
    ended("rejected")
    assert [tell(), tell()] == [1, 0]
    assert told(person)[1:] == ["allowance-needs-account"] * 2
