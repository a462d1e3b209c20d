"""The owner of the tables can take the guards of the ledger away; the nightly check sees each way of doing it."""

import psycopg
import pytest
from django.db import connection

from apps.fund.rules.guards import faults_in, guards_from, text_of
from apps.fund.selectors import faulty_guards
from apps.fund.selectors.guards import DEFINITIONS, LEFT, guards_left
from config.embedded.provision import APP, OWNER
from tests.fund.roles import role_database

pytestmark = pytest.mark.django_db
NOTHING = "RETURNS trigger LANGUAGE plpgsql"


def test_the_list_says_what_the_migrations_leave():
    """After a new migration of the fund, write what this test found into the file."""
    with connection.cursor() as cursor:
        cursor.execute(DEFINITIONS)
        found = dict(cursor.fetchall())
    assert text_of(found) == LEFT.read_text(encoding="utf-8")
    assert faulty_guards() == []


@pytest.fixture(scope="module")
def books(django_db_setup):
    with role_database("fund") as made:
        yield made


def seen_by(session):
    return faults_in(guards_left(), dict(session.execute(DEFINITIONS).fetchall()))


@pytest.mark.parametrize("role", [OWNER, APP])
def test_in_a_database_of_three_roles_each_sees_the_guards_as_they_are(books, role):
    with books.connect(role) as session:
        assert seen_by(session) == []


TAMPERING = [
    ("DROP TRIGGER fund_line_seal ON fund_line", ["trigger fund_line_seal on fund_line is missing"]),
    (
        "ALTER TABLE fund_entry DISABLE TRIGGER fund_entry_keeps_rows",
        ["trigger fund_entry_keeps_rows on fund_entry is switched off or changed"],
    ),
    (
        "ALTER TABLE fund_entry ENABLE REPLICA TRIGGER fund_entry_keeps_rows",
        ["trigger fund_entry_keeps_rows on fund_entry is switched off or changed"],
    ),
    (
        f"CREATE OR REPLACE FUNCTION refuse_change() {NOTHING} AS 'BEGIN RETURN NEW; END'",
        ["function refuse_change() is switched off or changed"],
    ),
    (
        "CREATE OR REPLACE FUNCTION fund_check_entry(p_entry bigint) RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
        ["function fund_check_entry(p_entry bigint) is switched off or changed"],
    ),
    (
        "ALTER FUNCTION fund_seal_line() RESET search_path",
        ["function fund_seal_line() is switched off or changed"],
    ),
    (
        "ALTER FUNCTION fund_post(timestamptz, jsonb) SECURITY INVOKER",
        ["function fund_post(p_recorded timestamp with time zone, p_entries jsonb) is switched off or changed"],
    ),
    (
        "ALTER TABLE fund_account DROP CONSTRAINT fund_account_no_overdraft",
        ["constraint fund_account_no_overdraft on fund_account is missing"],
    ),
    (
        "ALTER TABLE fund_account DROP CONSTRAINT fund_account_no_overdraft;"
        "ALTER TABLE fund_account ADD CONSTRAINT fund_account_no_overdraft CHECK (balance_fen >= -100000000)",
        ["constraint fund_account_no_overdraft on fund_account is switched off or changed"],
    ),
    (
        "ALTER TABLE fund_account DROP CONSTRAINT fund_account_no_overdraft;"
        "ALTER TABLE fund_account ADD CONSTRAINT fund_account_no_overdraft"
        " CHECK (NOT no_overdraft OR balance_fen >= 0) NOT VALID",
        ["constraint fund_account_no_overdraft on fund_account is switched off or changed"],
    ),
    (
        "ALTER TABLE fund_entry DROP CONSTRAINT fund_entry_key_key",
        ["constraint fund_entry_key_key on fund_entry is missing"],
    ),
    ("DROP INDEX fund_correction_once", ["index fund_correction_once on fund_correction is missing"]),
    (
        "DROP TRIGGER fund_line_seal ON fund_line;"
        "CREATE TABLE elsewhere (id int);"
        "CREATE TRIGGER fund_line_seal BEFORE INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION fund_seal_line()",
        ["trigger fund_line_seal on fund_line is missing"],
    ),
    (
        "DROP TRIGGER fund_line_seal ON fund_line;"
        "CREATE TRIGGER fund_line_seal BEFORE INSERT ON fund_line FOR EACH ROW WHEN (NEW.amount_fen > 100000000)"
        " EXECUTE FUNCTION fund_seal_line()",
        ["trigger fund_line_seal on fund_line is switched off or changed"],
    ),
    (
        f"CREATE FUNCTION double() {NOTHING} AS 'BEGIN NEW.amount_fen := 2 * NEW.amount_fen; RETURN NEW; END';"
        "CREATE TRIGGER a BEFORE INSERT ON fund_line FOR EACH ROW EXECUTE FUNCTION double()",
        ["trigger a on fund_line was not made by the migrations"],
    ),
    (
        "CREATE RULE quiet AS ON INSERT TO fund_chainlink DO INSTEAD NOTHING",
        ["rule quiet on fund_chainlink was not made by the migrations"],
    ),
    (
        "ALTER TABLE fund_line ENABLE ROW LEVEL SECURITY",
        ["row security on fund_line was not made by the migrations"],
    ),
    (
        "CREATE FUNCTION fund_post(text) RETURNS void LANGUAGE sql AS ''",
        ["function fund_post(text) was not made by the migrations"],
    ),
]


@pytest.mark.parametrize(("statements", "faults"), TAMPERING)
def test_what_the_owner_does_to_a_guard_is_seen(books, statements, faults):
    with books.connect(OWNER) as owner:
        owner.execute(statements)
        assert seen_by(owner) == faults
        owner.rollback()


def test_the_application_can_do_none_of_it(books):
    for statements, _faults in TAMPERING:
        with books.connect(APP) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statements)


def test_the_text_of_the_list_is_read_as_it_is_written():
    guards = {"trigger b on t": "CREATE: TRIGGER", "function a(x int)": "sql"}
    assert text_of(guards) == "function a(x int): sql\ntrigger b on t: CREATE: TRIGGER\n"
    assert guards_from(text_of(guards)) == guards
