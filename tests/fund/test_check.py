"""The nightly check finds what somebody with power over the database has done to the books."""

from datetime import date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.fund.models import ChainLink
from apps.fund.selectors import broken_link, chain_hash
from apps.fund.services import check_books, extend_chain
from apps.fund.tasks import check_balances
from tests.fund.factories import booked, money_in_bank

pytestmark = pytest.mark.django_db


def tamper(sql):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_right_books_pass_and_are_chained():
    money_in_bank()
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert "2 entries balance" in out.getvalue()
    assert ChainLink.objects.count() == 2


def test_the_chain_goes_on_where_it_ended():
    first = booked()
    assert extend_chain(limit=1) == 1
    second = booked()
    assert (extend_chain(), extend_chain()) == (1, 0)
    assert list(ChainLink.objects.order_by("id").values_list("entry_id", flat=True)) == [first.pk, second.pk]
    assert check_books() == []


def test_the_hash_of_an_entry_never_changes_its_form():
    """Of facts written out: chains made before must hold after."""
    at = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    lines = [[1, "bank", 5], [2, "suspense", -5]]
    facts = (7, "k", "test", date(2026, 11, 23), at, "tests.row", 1, "退款", None, lines)
    assert chain_hash("", facts) == "2645a2c1c7d0b6b3b88a78a4fc1edb6521f7c5f4b8ee7871e4715f45435b2edb"


@pytest.mark.parametrize("place", [0, 1, 2, 4])
def test_the_first_broken_link_is_found_in_whichever_batch(monkeypatch, place):
    monkeypatch.setattr("apps.fund.selectors.checks.BATCH", 2)
    ids = [booked(memo="退款 “x”").pk for _ in range(5)]
    extend_chain()
    assert broken_link() is None
    tamper(f"UPDATE fund_entry SET memo = 'y' WHERE id >= {ids[place]}")
    assert broken_link() == ids[place]


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE fund_account SET balance_fen = balance_fen + 1 WHERE code = 'bank'", "account bank is not the sum"),
        ("UPDATE fund_line SET amount_fen = amount_fen * 2 WHERE amount_fen > 0", "does not balance"),
        ("UPDATE fund_entry SET effective_date = effective_date - 1", "differs from its hash"),
        ("UPDATE fund_line SET amount_fen = amount_fen * 2", "differs from its hash"),
        ("DELETE FROM fund_line", "does not balance"),
        (
            "ALTER TABLE fund_entry DISABLE TRIGGER fund_entry_keeps_rows",
            "trigger fund_entry_keeps_rows on fund_entry is switched",
        ),
        ("DROP TRIGGER fund_line_seal ON fund_line", "trigger fund_line_seal on fund_line is missing"),
        (
            "ALTER TABLE fund_account DROP CONSTRAINT fund_account_no_overdraft",
            "fund_account_no_overdraft on fund_account",
        ),
    ],
)
def test_tampering_shows(sql, fault):
    money_in_bank()
    extend_chain()
    connection.check_constraints()
    tamper(sql)
    with pytest.raises(CommandError, match=fault):
        call_command("check_ledger")


def test_the_nightly_task_reports_faults(caplog):
    money_in_bank()
    check_balances()
    assert caplog.text == ""
    tamper("UPDATE fund_account SET balance_fen = 7 WHERE code = 'bank'")
    check_balances()
    assert "account bank is not the sum of its lines" in caplog.text


def test_the_nightly_task_has_hours_and_leaves_when_another_is_at_it(caplog):
    assert check_balances.time_limit == 7200
    money_in_bank()
    tamper("UPDATE fund_account SET balance_fen = 7 WHERE code = 'bank'")
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_advisory_lock(7305, hashtext('fund.check_balances'))")
        check_balances()
        other.connection.close()
    assert caplog.text == ""
