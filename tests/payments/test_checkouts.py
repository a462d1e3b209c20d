"""Money in: the browser's return proves nothing, the bank's word counts once."""

from datetime import timedelta

import pytest

from apps.core.jobs import alone
from apps.payments.errors import BankSilent, PaymentKeyReused
from apps.payments.models import Checkout
from apps.payments.selectors import checkout_of, checkouts_of, paid_checkouts
from apps.payments.services import confirm_checkout, confirm_checkouts, payment_page, read_statement
from apps.payments.services.asking import MOST_SILENCE
from apps.payments.tasks import confirm_checkouts as confirm_checkouts_task
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW
from tests.payments.factories import checkout

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def opened(**changes):
    wanted = checkout(**changes)
    page = payment_page(checkout=wanted, return_url="http://testserver/back/", language="zh-hans")
    assert page.startswith("http://bank.test/pay/")
    assert page.endswith("?lang=zh")
    return wanted


def confirm(wanted, now=LATER):
    return confirm_checkout(checkout_id=wanted.pk, now=now)


def test_the_same_key_is_one_checkout():
    wanted = checkout(key="k", source=("enrolments.contribution", 1))
    assert checkout(key="k", source=("enrolments.contribution", 1)) == wanted
    with pytest.raises(PaymentKeyReused):
        checkout(fen=1, key="k", source=("enrolments.contribution", 1))
    assert Checkout.objects.count() == 1


def test_it_is_found_by_what_it_is_for(sandbox):
    wanted = opened()
    label = wanted.source_label
    assert checkout_of(label, wanted.source_id) == wanted
    assert checkouts_of(label, [wanted.source_id]) == {wanted.source_id: [wanted]}
    assert checkout_of(label, 0) is None


def test_coming_back_without_paying_leaves_it_open(sandbox):
    assert confirm(opened()).state == "open"


def test_a_page_never_opened_leaves_it_open(sandbox):
    assert confirm(checkout()).state == "open"


def test_what_the_bank_confirms_is_paid(sandbox):
    wanted = opened()
    sandbox.pay(wanted.key)
    paid = confirm(wanted)
    assert (paid.state, paid.paid_at) == ("paid", LATER)
    assert list(paid_checkouts()) == list(paid_checkouts(LATER)) == [paid]
    assert not paid_checkouts(LATER + timedelta(seconds=1)).exists()


def test_confirmed_again_it_stays_as_it_was(sandbox):
    wanted = opened()
    sandbox.pay(wanted.key)
    first = confirm(wanted)
    assert confirm(wanted, LATER + timedelta(days=1)).paid_at == first.paid_at


def test_a_declined_payment_says_why(sandbox):
    wanted = opened()
    sandbox.pay(wanted.key, "decline")
    assert (confirm(wanted).state, confirm(wanted).reason) == ("failed", "The bank declined the payment.")


def test_paid_twice_by_mistake_counts_once_and_shows(sandbox):
    wanted = opened()
    sandbox.pay(wanted.key, "twice")
    assert confirm(wanted).is_paid
    assert read_statement(now=LATER) == 2
    assert wanted.statement_lines.filter(state="matched").count() == 1
    assert wanted.statement_lines.filter(state="quarantine").count() == 1


def test_a_bank_that_never_answers_is_overruled_by_its_statement(sandbox):
    wanted = opened()
    sandbox.pay(wanted.key, "silent")
    assert confirm(wanted).state == "open"
    read_statement(now=LATER)
    wanted.refresh_from_db()
    assert wanted.is_paid


def test_another_amount_than_asked_for_is_not_taken_as_paid(sandbox):
    wanted = opened()
    sandbox.pay(wanted.key)
    with sandbox.store.writing() as connection:
        connection.execute("UPDATE checkout SET amount_fen = amount_fen - 1")
    assert confirm(wanted).state == "failed"


def test_after_a_day_it_expires_and_late_money_still_counts(sandbox):
    wanted = opened()
    assert confirm(wanted, NOW + timedelta(hours=25)).state == "expired"
    sandbox.pay(wanted.key)
    read_statement(now=LATER)
    wanted.refresh_from_db()
    assert wanted.is_paid


def test_the_sweeper_asks_about_open_ones_and_not_too_often(sandbox):
    first, second = opened(), opened()
    sandbox.pay(first.key)
    assert confirm_checkouts(limit=5, now=NOW) == 0
    assert confirm_checkouts(limit=5, now=LATER) == 2
    assert confirm_checkouts(limit=5, now=LATER + timedelta(seconds=1)) == 0
    assert [confirm(one).state for one in (first, second)] == ["paid", "open"]


def test_one_nobody_asked_about_comes_before_many_abandoned_ones(sandbox):
    for _ in range(6):
        opened()
    assert confirm_checkouts(limit=6, now=LATER) == 6
    fresh = opened(now=LATER)
    sandbox.pay(fresh.key)
    assert confirm_checkouts(limit=1, now=LATER + timedelta(minutes=1)) == 1
    fresh.refresh_from_db()
    assert fresh.is_paid


def test_an_abandoned_page_is_asked_about_ever_more_rarely_until_it_expires(sandbox):
    wanted, at, asked = opened(), NOW, []
    while Checkout.objects.filter(pk=wanted.pk, state="open").exists():
        at += timedelta(seconds=60)
        if confirm_checkouts(limit=5, now=at):
            asked.append(at)
    assert asked[:5] == [NOW + timedelta(minutes=minute) for minute in range(1, 6)]
    assert 30 < len(asked) < 60
    assert asked[-1] - NOW == timedelta(hours=24, minutes=1)


def test_a_silent_bank_ends_the_run_and_each_is_asked_in_its_turn(sandbox):
    for _ in range(MOST_SILENCE + 2):
        opened()
    sandbox.order_fault("500", on="checkout", times=MOST_SILENCE + 1)
    assert confirm_checkouts(limit=50, now=LATER) == MOST_SILENCE
    assert Checkout.objects.filter(asked_at=None).count() == 2
    assert confirm_checkouts(limit=50, now=LATER) == 2


def test_only_one_worker_sweeps_at_a_time(sandbox, transactional_db):
    opened()
    with alone("payments.confirm_checkouts") as is_ours:
        assert is_ours
        assert at_once(lambda _: confirm_checkouts(limit=5, now=LATER), times=2) == [0, 0]
    assert confirm_checkouts(limit=5, now=LATER) == 1


def test_the_task_confirms(sandbox):
    wanted = opened(now=NOW - timedelta(days=3000))
    sandbox.pay(wanted.key)
    confirm_checkouts_task()
    wanted.refresh_from_db()
    assert wanted.is_paid


def test_a_bank_without_a_page_is_said_in_words(sandbox):
    wanted = checkout()
    with pytest.raises(BankSilent) as refused:
        payment_page(checkout=wanted, return_url="javascript:alert(1)", language="en")
    assert refused.value.status == 503
    assert "Nothing was paid" in str(refused.value)
