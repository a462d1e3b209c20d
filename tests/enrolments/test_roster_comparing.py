"""How a roster is compared with what is there: by hashes, whatever the database knows of its rows."""

import pytest
from django.db import connection

from apps.enrolments.rules.period import year_end
from apps.enrolments.services.roster_comparing import BY_HASH, ELSEWHERE
from tests.enrolments.groups import as_csv, checked, make_agreement, people

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
