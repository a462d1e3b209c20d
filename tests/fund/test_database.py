"""The database itself refuses what would make the ledger wrong, whoever asks."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from apps.fund.models import Account, Closing, Entry, Line
from apps.fund.selectors import balance, ledger_is_balanced
from apps.fund.services import close_books, extend_chain
from tests.fund.factories import NOW, PLAN, booked, claim_owed

pytestmark = pytest.mark.django_db
TABLES = ["fund_account", "fund_entry", "fund_line", "fund_closing", "fund_chainlink"]


@pytest.fixture
def entry(now):
    entry = claim_owed(100)
    close_books(through=now.date().replace(year=2025), now=now)
    extend_chain()
    connection.check_constraints()
    return entry


def run(sql, *values):
    """Run SQL to its end, with what is checked at commit, in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        connection.check_constraints()


def post(codes, amounts, key="attack", reverses=None):
    lines = [[code, 1, False, fen] for code, fen in zip(codes, amounts, strict=True)]
    entry = {"key": key, "kind": "test", "day": "2026-11-23", "moves_on": False, "label": "tests.row", "id": 1}
    run("SELECT fund_post(now(), %s)", json.dumps([{**entry, "memo": "", "reverses": reverses, "lines": lines}]))


@pytest.mark.parametrize(
    ("codes", "amounts", "reason"),
    [
        (["bank", "suspense"], [5, -4], "does not balance"),
        (["bank"], [5], "does not balance"),
        ([], [], "does not balance"),
        (["bank", "suspense"], [0, 0], "fund_line_not_zero"),
        ([f"claims-payable:{PLAN}", "bank"], [101, -101], "fund_account_no_overdraft"),
        (["bank", "suspense"], [9 * 10**18, 9 * 10**18], "out of range|does not balance"),
    ],
    ids=["unbalanced", "one line", "no lines", "zero", "overdraft", "overflow"],
)
def test_an_entry_that_is_none_is_refused(entry, codes, amounts, reason):
    with pytest.raises(DatabaseError, match=reason):
        post(codes, amounts)
    assert Entry.objects.count() == 1
    assert ledger_is_balanced()


def test_the_same_key_with_other_content_is_refused_and_books_nothing(entry):
    post(["bank", "suspense"], [5, -5])
    with pytest.raises(DatabaseError, match="the key attack was booked with other content"):
        post(["bank", "suspense"], [6, -6])
    assert balance("bank") == 5


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "attack",
    ["UPDATE {} SET id = id + 1000", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
    ids=["update", "delete", "truncate"],
)
def test_nothing_booked_is_changed_or_removed(entry, table, attack):
    with pytest.raises(DatabaseError, match=r"append-only|changes only by entries"):
        run(attack.format(table))
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE fund_account SET balance_fen = balance_fen + 1",
        "UPDATE fund_account SET no_overdraft = false",
        "UPDATE fund_account SET normal = -normal",
        "INSERT INTO fund_account (code, normal, no_overdraft, balance_fen) VALUES ('bank', 1, false, 5)",
    ],
    ids=["balance", "bound", "side", "born rich"],
)
def test_an_account_changes_only_by_entries(entry, attack):
    with pytest.raises(DatabaseError, match="changes only by entries"):
        run(attack)
    assert ledger_is_balanced()


def test_a_late_line_finds_the_entry_sealed(entry):
    Account.objects.create(code="bank", normal=1, no_overdraft=False)
    with pytest.raises(DatabaseError, match="sealed"):
        run(
            "INSERT INTO fund_line (entry_id, account_id, amount_fen) SELECT %s, id, 5 FROM fund_account",
            _sealed(entry),
        )


def _sealed(entry):
    """An entry of another transaction: tests run in one, so its mark is moved past the guard."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE fund_entry SET xact = xact - 1 WHERE id = %s", [entry.pk])
        cursor.execute("SET session_replication_role = DEFAULT")
    return entry.pk


def test_a_line_moved_in_by_hand_still_moves_the_balance(entry):
    with pytest.raises(DatabaseError, match="does not balance"):
        run(
            "INSERT INTO fund_line (entry_id, account_id, amount_fen)"
            " SELECT entry_id, account_id, 5 FROM fund_line LIMIT 1"
        )
    assert Line.objects.count() == 2


@pytest.mark.parametrize(
    ("model", "values", "name"),
    [
        (Account, {"code": "x", "normal": 0, "no_overdraft": False}, "fund_account_normal"),
        (Account, {"code": f"claims-payable:{PLAN}", "normal": -1, "no_overdraft": True}, "fund_account_code"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_constraints_of_accounts(entry, model, values, name):
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        model.objects.create(**values)
    assert model.objects.count() == 2


def test_a_backdated_entry_is_refused_by_the_database(entry):
    Closing.objects.create(through="2026-12-31", closed_at=NOW)
    with pytest.raises(DatabaseError, match="books are closed through 2026-12-31"):
        post(["bank", "suspense"], [5, -5])
    assert Entry.objects.count() == 1


def test_the_key_is_unique(entry):
    with pytest.raises(DatabaseError, match="fund_entry_key"), transaction.atomic():
        Entry.objects.create(key=entry.key, effective_date="2026-11-23", recorded_at=NOW, source_id=1, xact=0)
    assert booked().pk != entry.pk
