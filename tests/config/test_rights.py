"""The application's role cannot change an append-only table even where a trigger is missing."""

import pytest
from django.db import ProgrammingError, connection, transaction

from config.rights import protect_append_only

pytestmark = pytest.mark.django_db


def as_app(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gongji_app")
        cursor.execute(statement)


@pytest.fixture
def app_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'gongji_app'")
        if not cursor.fetchone():
            cursor.execute("CREATE ROLE gongji_app")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO gongji_app")


@pytest.mark.parametrize("table", ["fund_entry", "fund_line", "audit_event", "audit_access"])
def test_rows_of_the_ledger_and_of_the_audit_are_out_of_reach(app_role, table):
    protect_append_only()
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_app(statement)


@pytest.mark.parametrize("table", ["fund_account", "fund_entry", "fund_line"])
def test_entries_come_in_by_the_posting_function_alone(app_role, table):
    protect_append_only()
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_app(f"INSERT INTO {table} DEFAULT VALUES")


def test_other_tables_stay_writable(app_role):
    protect_append_only()
    as_app("DELETE FROM django_session")
    as_app("UPDATE payments_order SET id = id")
    as_app("SELECT count(*) FROM fund_entry")


def test_without_the_role_nothing_happens(app_role):
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE gongji_app RENAME TO gongji_app_away")
    protect_append_only()
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE gongji_app_away RENAME TO gongji_app")
    as_app("UPDATE django_session SET session_data = session_data")
