"""Queries that a connection plans once."""

from datetime import date

import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from apps.core.prepared import Prepared

pytestmark = pytest.mark.django_db
LATER = Prepared("test_later", "SELECT %(day)s + %(days)s, %(day)s", day="date", days="integer")


def later(day, days):
    with connection.cursor() as cursor:
        LATER.ask(cursor, {"days": days, "day": day})
        return cursor.fetchone()


def times_planned():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'test_later'")
        return cursor.fetchone()[0]


def test_the_values_go_to_their_places_in_any_order():
    assert later(date(2026, 11, 28), 3) == (date(2026, 12, 1), date(2026, 11, 28))
    assert later(date(2026, 11, 28), 0)[0] == date(2026, 11, 28)
    assert times_planned() == 1


def test_it_costs_one_query_from_the_first_time_on(django_assert_num_queries):
    with django_assert_num_queries(2):
        later(date(2026, 1, 1), 1)
        later(date(2026, 1, 1), 2)


@pytest.mark.django_db(transaction=True)
def test_each_connection_plans_it_anew_and_a_rollback_takes_nothing_away():
    connection.close()
    with transaction.atomic():
        assert later(date(2026, 1, 1), 1)[0] == date(2026, 1, 2)
        transaction.set_rollback(True)
    assert times_planned() == 1
    assert later(date(2026, 1, 1), 2)[0] == date(2026, 1, 3)
    connection.close()
    assert times_planned() == 0
    assert later(date(2026, 1, 1), 3)[0] == date(2026, 1, 4)


def test_what_the_database_refuses_is_an_error_of_django():
    with transaction.atomic(), pytest.raises(DataError), transaction.atomic():
        later("no day", 1)
    missing = Prepared("test_missing", "SELECT FROM no_such_table WHERE id = %(row)s", row="bigint")
    for _ in range(2):
        with transaction.atomic(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            missing.ask(cursor, {"row": 1})
