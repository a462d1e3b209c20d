"""Whom to pay: numbers are checked, hidden, and a changed account rests for two days."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection

from apps.audit.models import Event
from apps.payments.errors import WrongAccountNumber
from apps.payments.models import PayeeAccount
from apps.payments.selectors import payee_account_of
from tests.fund.factories import NOW
from tests.payments.factories import NUMBER, payee

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def test_the_first_account_is_used_at_once():
    account = payee(7)
    assert account.usable_from == NOW
    assert payee_account_of("members.person", 7) == account
    assert str(account) == "Bank of Sandbox •••• 3445"


def test_a_changed_account_is_held_for_48_hours():
    old = payee(7)
    new = payee(7, "6222020200998877665", now=LATER)
    old.refresh_from_db()
    assert new.usable_from == LATER + timedelta(hours=48)
    assert old.replaced_at == LATER
    assert payee_account_of("members.person", 7) == new
    assert Event.objects.filter(action="payments.payee_account_named").count() == 2


def test_the_same_account_again_is_no_change():
    assert payee(7) == payee(7, now=LATER)


def test_a_repeated_post_finds_the_first_account():
    key = uuid4()
    assert payee(7, key=key) == payee(7, key=key, number="6222020200998877665")


@pytest.mark.parametrize("number", ["", "1234567", "1" * 31, "62220202001122X", "６２２２"])
def test_a_number_that_is_none_is_refused_at_its_field(number):
    with pytest.raises(WrongAccountNumber) as refused:
        payee(7, number)
    assert refused.value.field == "number"
    assert PayeeAccount.objects.count() == 0


@pytest.mark.parametrize(
    "number", ["6222 0202 0011 2233 445", "6222-0202-0011-2233-445", "６２２２０２０２００１１２２３３４４５"]
)
def test_spaces_hyphens_and_wide_digits_are_understood(number):
    assert payee(7, number).number == NUMBER


def test_the_number_cannot_be_read_in_the_database():
    payee(7)
    with connection.cursor() as cursor:
        cursor.execute("SELECT payments_payeeaccount::text FROM payments_payeeaccount")
        assert NUMBER not in cursor.fetchone()[0]


def test_an_owner_has_one_open_account():
    account = payee(7)
    with pytest.raises(IntegrityError, match="payeeaccount_one_open"):
        PayeeAccount.objects.create(
            owner_label=account.owner_label,
            owner_id=account.owner_id,
            number=NUMBER,
            key=uuid4(),
            created_at=NOW,
            usable_from=NOW,
        )
