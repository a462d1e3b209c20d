"""After a restore the treasurer lifts the freeze, and only when the bank's statement is read and explained."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.fund.models import Freeze
from apps.fund.selectors import balance, is_frozen
from apps.fund.services import lift_freeze
from apps.payments.models import LineState, StatementFeed, StatementFile, StatementLine
from apps.payments.rules.keys import payment_key
from apps.payments.rules.matching import LineKind
from apps.payments.services import read_statement, take_lines
from apps.payments.services.claiming import claim_orders
from tests.payments.factories import fact, order
from tests.payments.fixtures import sandbox

pytestmark = pytest.mark.django_db
URL = reverse("portal:frozen")
__all__ = ["sandbox"]


@pytest.fixture
def treasurer(make_user):
    return make_user("treasurer@example.com", Role.TREASURER)


@pytest.fixture
def frozen(now):
    return Freeze.objects.create(reason="Restored", began_at=now, gap_from=now - timedelta(hours=5))


def read(at):
    """The feed, to its end."""
    StatementFeed.objects.update_or_create(pk=1, defaults={"complete_at": at})


def line(now, **changes):
    values = {"number": 1, "key": "x", "kind": "paid", "amount_fen": 5, "bank_date": now.date(), "read_at": now}
    return StatementLine.objects.create(**{**values, "state": LineState.QUARANTINE, **changes})


def test_it_is_lifted_when_the_statement_is_read_and_explained(client, treasurer, frozen, now):
    client.force_login(treasurer)
    assert b"Payments are frozen" in client.get(reverse("fund:accounts")).content
    assert b"Not yet" in client.get(URL).content
    assert client.post(URL).status_code == 409
    settled = matched(now + timedelta(minutes=1))
    assert settled.state == LineState.MATCHED
    assert client.post(URL).status_code == 409  # lines came, and more may follow
    read(now + timedelta(minutes=1))
    unclear = line(now + timedelta(minutes=1))
    assert client.post(URL).status_code == 409
    assert is_frozen()
    StatementLine.objects.filter(pk=unclear.pk).delete()
    assert b"Let payments leave again" in client.get(URL).content
    assert client.post(URL).url == reverse("payments:orders")
    assert not is_frozen()
    assert client.get(URL).url == reverse("payments:orders")


def matched(now):
    """A line of the statement that has its checkout."""
    from uuid import uuid4

    from apps.payments.models import Checkout

    checkout = Checkout.objects.create(
        key=uuid4(), source_label="x", source_id=1, amount_fen=5, return_url="/", created_at=now
    )
    return line(now, state=LineState.MATCHED, checkout=checkout, number=3)


def test_where_nothing_moved_in_between_it_is_lifted_by_a_complete_reading(client, treasurer, frozen, now, sandbox):
    read_statement(now=now)
    assert not lifted(client, treasurer)
    read_statement(now=now + timedelta(minutes=2))
    assert StatementLine.objects.count() == 0
    assert lifted(client, treasurer)


@pytest.mark.parametrize(
    ("first", "last", "brought", "is_enough"),
    [(0, 0, 1, True), (-3, 2, 1, True), (1, 1, 1, False), (-3, -1, 1, False), (0, 0, -1, False)],
)
def test_a_file_of_the_days_between_is_a_reading_too(client, treasurer, frozen, now, first, last, brought, is_enough):
    StatementFile.objects.create(
        sha256="x",
        name="statement.csv",
        kind="csv",
        brought_by=treasurer,
        brought_at=now + timedelta(minutes=brought),
        lines=1,
        fresh=0,
        first_date=now.date() + timedelta(first),
        last_date=now.date() + timedelta(last),
    )
    assert lifted(client, treasurer) == is_enough


def lifted(client, treasurer):
    client.force_login(treasurer)
    return client.post(URL).status_code == 302 and not is_frozen()


@pytest.mark.parametrize(("fen", "before"), [(500, "requested"), (5_000_000, "held")])
@pytest.mark.parametrize(("kind", "after"), [(LineKind.PAID, "settled"), (LineKind.REJECTED, "failed")])
def test_what_the_bank_did_with_an_order_of_the_backup_ends_it(
    client, treasurer, frozen, now, fen, before, kind, after
):
    asked = order(fen)
    assert asked.state == before
    later = now + timedelta(minutes=1)
    take_lines(facts=[fact(1, asked, kind)], now=later)
    asked.refresh_from_db()
    assert asked.state == after
    assert balance("in-transit") == 0
    read(later)
    assert lifted(client, treasurer)
    assert claim_orders(most=5, lease=60) == []


def test_an_order_lost_after_the_backup_and_asked_for_again_is_not_paid_again(client, treasurer, frozen, now):
    later = now + timedelta(minutes=1)
    other = order(500, key="claim:800:1")
    take_lines(facts=[fact(1, other, key=str(payment_key("claim:801:1")))], now=later)
    read(later)
    assert not lifted(client, treasurer)
    again = order(500, key="claim:801:1")
    take_lines(facts=[], now=later)
    again.refresh_from_db()
    assert again.state == "settled"
    assert (balance("suspense"), balance("bank")) == (0, -500)
    assert lifted(client, treasurer)
    assert claim_orders(most=5, lease=60) == [other]


def test_lifted_twice_it_is_lifted_once(treasurer, frozen, now):
    first = lift_freeze(freeze_id=frozen.pk, actor=treasurer, now=now)
    assert lift_freeze(freeze_id=frozen.pk, actor=treasurer, now=now + timedelta(1)).lifted_at == first.lifted_at


@pytest.mark.parametrize(
    ("changes", "name"),
    [({}, "fund_one_freeze"), ({"state": "lifted"}, "fund_freeze_lifted_by_somebody")],
)
def test_constraints_of_a_freeze(frozen, now, changes, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Freeze.objects.create(reason="x", began_at=now, gap_from=now, **changes)
