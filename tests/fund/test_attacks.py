"""Every way to make the ledger wrong is refused by the database itself, to the application and to the tables' owner."""

import json

import psycopg
import pytest

from config.embedded.provision import APP, OWNER
from tests.fund.roles import role_database

TABLES = ["fund_account", "fund_entry", "fund_line", "fund_closing", "fund_chainlink", "fund_correction"]
REFUSALS = {
    "42501": "the role has no right to",
    "23001": "append-only, sealed, stays as it is",
    "23514": "does not balance, below zero",
    "23505": "the key is taken",
    "GJ001": "the books are closed",
    "GJ002": "the key was booked with other content",
}


def entry(key, *lines, day="2026-11-23", **changes):
    """One entry in the form of fund_post; each line (code, normal, bounded, fen)."""
    values = {"key": key, "kind": "test", "day": day, "moves_on": False, "label": "tests.row", "id": 1, "memo": ""}
    return {**values, "reverses": None, "lines": lines, **changes}


def bank(fen):
    return ("bank", 1, False, fen)


def suspense(fen):
    return ("suspense", -1, False, fen)


def owed(fen):
    return ("claims-payable:asthma-6", -1, True, fen)


def post(*entries):
    return f"SELECT fund_post(now(), '{json.dumps(entries)}')"


BARE_ENTRY = """
INSERT INTO fund_entry (key, input_hash, kind, effective_date, recorded_at, source_label, source_id, memo, xact)
VALUES ('bare', '', 'test', '{day}', now(), 'tests.row', 1, '', {xact})
"""
BARE_LINE = """
INSERT INTO fund_line (entry_id, account_id, amount_fen)
SELECT e.id, a.id, {fen} FROM fund_entry e, fund_account a WHERE e.key = '{key}' AND a.code = '{code}'
"""
CLOSING = "INSERT INTO fund_closing (through, closed_at, reason) VALUES ('{day}', now(), '{reason}')"
ACCOUNT = "INSERT INTO fund_account (code, normal, no_overdraft, balance_fen) VALUES ('x', 1, false, {fen})"


def by_hand(day="2026-11-23", fen=-5):
    """An entry written without the posting function."""
    lines = [BARE_LINE.format(key="bare", code="bank", fen=5), BARE_LINE.format(key="bare", code="suspense", fen=fen)]
    return [BARE_ENTRY.format(day=day, xact=0), *lines]


ATTACKS = {
    "unbalanced": [post(entry("x", bank(5), suspense(-4)))],
    "unbalanced by hand": by_hand(fen=-4),
    "unbalanced, looked at before it is complete": ["SET CONSTRAINTS ALL IMMEDIATE", *by_hand()[:2]],
    "unbalanced behind a table in front": [
        "CREATE TEMP TABLE fund_line (entry_id bigint, account_id bigint, amount_fen bigint)",
        "INSERT INTO pg_temp.fund_line SELECT i, 1, f FROM generate_series(1, 99) i, (VALUES (1), (-1)) v (f)",
        post(entry("x", bank(5), suspense(-4))),
    ],
    "one line": [post(entry("x", bank(5)))],
    "zero lines": [post(entry("x"))],
    "zero lines by hand": by_hand()[:1],
    "a line of zero": [post(entry("x", bank(0), suspense(0)))],
    "overdraft": [post(entry("x", owed(101), bank(-101)))],
    "overdraft in two steps": [post(entry("x", owed(60), bank(-60)), entry("y", owed(41), bank(-41)))],
    "same key, other content": [post(entry("first", bank(6), suspense(-6)))],
    "same key, other day": [post(entry("first", bank(5), suspense(-5), day="2026-11-22"))],
    "back-dated": [post(entry("x", bank(5), suspense(-5), day="2026-09-30"))],
    "back-dated by hand": by_hand(day="2026-09-30"),
    "back-dated behind a table in front": [
        "CREATE TEMP TABLE fund_closing (id bigint, through date)",
        *by_hand(day="2026-09-30"),
    ],
    "books opened again without a word": [CLOSING.format(day="2026-06-30", reason="")],
    "books opened again by nobody": [CLOSING.format(day="2026-06-30", reason="please")],
    "books closed again with an excuse": [CLOSING.format(day="2026-12-31", reason="please")],
    "not a mirror": [post(entry("x", bank(-4), suspense(4), reverses=1))],
    "reversed twice": [
        post(entry("x", bank(-5), suspense(5), reverses=1)),
        post(entry("y", bank(-5), suspense(5), reverses=1)),
    ],
    "late line": [BARE_LINE.format(key="first", code="bank", fen=5)],
    "late line with the seal forged": [BARE_ENTRY.format(day="2026-11-23", xact=1), *by_hand()[1:2]],
    "line moved": ["UPDATE fund_line SET entry_id = entry_id + 1"],
    "line edited": ["UPDATE fund_line SET amount_fen = amount_fen * 2"],
    "entry edited": ["UPDATE fund_entry SET effective_date = effective_date + 1"],
    "seal edited": ["UPDATE fund_entry SET xact = pg_current_xact_id()::text::bigint"],
    "balance edited": ["UPDATE fund_account SET balance_fen = balance_fen + 1"],
    "bound taken off": ["UPDATE fund_account SET no_overdraft = false"],
    "account born rich": [ACCOUNT.format(fen=5)],
    "closing edited": ["UPDATE fund_closing SET through = '2026-06-30'"],
    "hash edited": ["UPDATE fund_chainlink SET hash = 'x'"],
    "triggers looked past": ["SET session_replication_role = replica", "DELETE FROM fund_line"],
    **{f"deleted from {table}": [f"DELETE FROM {table}"] for table in TABLES[:-1]},
    **{f"truncated {table}": [f"TRUNCATE {table} CASCADE"] for table in TABLES},
}  # fmt: skip


@pytest.fixture(scope="module")
def books(django_db_setup):
    """Books of a little: an entry, a claim owed of 100 fen, a closed quarter, a chain."""
    with role_database("fund") as made:
        with made.connect(APP) as app:
            app.execute(post(entry("first", bank(5), suspense(-5))))
            app.execute(post(entry("owed", ("claims-incurred:asthma-6", 1, False, 100), owed(-100))))
            app.execute(CLOSING.format(day="2026-09-30", reason=""))
            app.execute("INSERT INTO fund_chainlink (entry_id, hash) SELECT id, 'h' FROM fund_entry")
        yield made


def run(books, role, statements):
    """Connect as the role, run all in one transaction and commit it."""
    with books.connect(role) as attacker:
        assert attacker.execute("SELECT session_user, current_user").fetchone() == (role, role)
        for statement in statements:
            attacker.execute(statement)


def contents(books):
    """Every row of the ledger."""
    with books.connect() as admin:
        return {table: admin.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in TABLES}


@pytest.mark.parametrize("role", [APP, OWNER])
@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_attack_is_refused_and_leaves_no_trace(books, role, attack):
    before = contents(books)
    with pytest.raises(psycopg.Error) as refused:
        run(books, role, attack)
    assert refused.value.sqlstate in REFUSALS, refused.value
    assert contents(books) == before


@pytest.mark.parametrize(
    "attack",
    [
        *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
        "DROP TRIGGER fund_line_seal ON fund_line",
        "CREATE OR REPLACE FUNCTION fund_check_new_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "ALTER TABLE fund_account DROP CONSTRAINT fund_account_no_overdraft",
        "DROP TABLE fund_correction",
    ],
)
def test_the_application_cannot_take_a_guard_away(books, attack):
    with pytest.raises(psycopg.Error) as refused:
        run(books, APP, [attack])
    assert refused.value.sqlstate == "42501"


def test_what_is_right_is_booked_for_the_application(books):
    with books.connect(APP) as app:
        (first,) = app.execute(post(entry("first", bank(5), suspense(-5)))).fetchone()
        (again,) = app.execute(post(entry("first", bank(5), suspense(-5)))).fetchone()
        assert first == again
        app.execute(post(entry("paid", owed(100), bank(-100))))
        app.execute("SET CONSTRAINTS ALL IMMEDIATE")
        app.rollback()
