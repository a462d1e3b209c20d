"""How a roster is compared with what is there: by hashes, whatever the database knows of its rows; and only once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from apps.core.clock import DATABASE_CLOCK
from apps.enrolments.models import Roster, RosterRow
from apps.enrolments.rules.period import year_end
from apps.enrolments.services import check_rosters, withdraw_roster
from apps.enrolments.services.roster_comparing import BY_HASH, ELSEWHERE, compare
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, checked, county, enrolled, make_agreement, people, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("first", "is_row_by_row"), [("SET LOCAL enable_nestloop = on", True), (BY_HASH, False)])
def test_two_rosters_the_database_knows_nothing_of_are_not_compared_row_by_row(first, is_row_by_row):
    agreement = make_agreement()
    roster = [checked(agreement, as_csv(people(count))) for count in (200, 300)][-1]
    scope = {"roster": roster.pk, "plan": agreement.plan_code, "start": roster.start, "end": year_end(roster.start)}
    with connection.cursor() as cursor:
        cursor.execute(first)
        cursor.execute(f"EXPLAIN {ELSEWHERE}", scope)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert ("Nested Loop" in plan) is is_row_by_row


def test_a_second_worker_that_comes_to_compare_a_roster_enrolled_by_then_changes_nothing():
    roster = enrolled(county(), as_csv([*people(2), ("王芳", "1")]))
    assert compare(roster) is False
    assert set(RosterRow.objects.values_list("verdict", flat=True)) == {"fine"}
    assert Roster.objects.get().state == "done"


def test_a_roster_withdrawn_before_it_is_compared_stays_withdrawn():
    roster = upload(make_agreement(), as_csv(people(1)))
    withdraw_roster(roster_id=roster.pk, actor=roster.uploaded_by, now=NOW)
    assert compare(roster) is False


@pytest.mark.django_db(transaction=True)
def test_while_one_worker_compares_a_roster_for_long_no_other_takes_it_up():
    roster = upload(make_agreement(), as_csv(people(1)))
    Roster.objects.update(state="checking", tries=1, beat_at=DATABASE_CLOCK - timedelta(minutes=3))

    def other():
        try:
            return check_rosters(now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Roster.objects.select_for_update().get(pk=roster.pk)
            assert pool.submit(other).result(20) == 0
        assert pool.submit(other).result(20) == 1
