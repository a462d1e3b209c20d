"""Who on a roster is on it twice, covered already, or on another roster: by sets in the database, by blind index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from apps.core.clock import DATABASE_CLOCK
from apps.enrolments.models import Roster, RosterRow
from apps.enrolments.rules.period import year_end
from apps.enrolments.rules.shares import shares_of

V = RosterRow.Verdict
ONE_PLAN_AT_A_TIME = "SELECT pg_advisory_xact_lock(7302, hashtext(%(plan)s))"
ROOM = "SET LOCAL work_mem = '64MB'"
BY_HASH = "SET LOCAL enable_nestloop = off"
"""A fresh roster has no statistics: taken for a few rows, a million would be compared with a million one by one."""
REPEATED = """
WITH alike AS (
    SELECT mark FROM enrolments_rosterrow WHERE roster_id = %(roster)s GROUP BY mark HAVING count(*) > 1
), twice AS (
    SELECT number, row_number() OVER (PARTITION BY identity_index ORDER BY number) AS time
    FROM enrolments_rosterrow JOIN alike USING (mark) WHERE roster_id = %(roster)s
)
UPDATE enrolments_rosterrow AS r SET verdict = 'repeated'
FROM twice WHERE r.roster_id = %(roster)s AND r.number = twice.number AND twice.time > 1
"""
COVERED = """
UPDATE enrolments_rosterrow AS r SET verdict = 'covered'
FROM members_person AS p
WHERE r.roster_id = %(roster)s AND r.verdict = 'fine' AND p.identity_index = encode(r.identity_index, 'hex')
  AND (EXISTS (SELECT FROM enrolments_cover AS c WHERE c.person_id = p.id AND c.plan_code = %(plan)s
                 AND c.state <> 'cancelled' AND c.start < %(end)s AND c."end" > %(start)s)
    OR EXISTS (SELECT FROM enrolments_place AS s JOIN enrolments_agreement AS a ON a.id = s.agreement_id
               WHERE s.person_id = p.id AND a.plan_code = %(plan)s AND s.state = 'offered'
                 AND s.start < %(end)s AND s."end" > %(start)s))
"""
ELSEWHERE = """
UPDATE enrolments_rosterrow AS r SET verdict = 'elsewhere'
FROM enrolments_rosterrow AS o
WHERE r.roster_id = %(roster)s AND r.verdict = 'fine'
  AND o.mark = r.mark AND o.identity_index = r.identity_index AND o.verdict = 'fine'
  AND o.roster_id IN (
    SELECT other.id FROM enrolments_roster AS other JOIN enrolments_agreement AS a ON a.id = other.agreement_id
    WHERE a.plan_code = %(plan)s AND other.id <> %(roster)s AND other.state IN ('checked', 'confirmed')
      AND other.start < %(end)s AND other.start + interval '1 year' > %(start)s)
"""


@transaction.atomic
def compare(roster: Roster) -> bool:
    """Find the duplicates, count everything, let the roster wait for its second person; False where it has moved on.

    Rosters of one plan are compared one after the other, or two at once would not see each other.  The lock of its row
    says meanwhile that somebody is at it (``take_up``).
    """
    plan, end = roster.agreement.plan_code, year_end(roster.start)
    scope: dict[str, Any] = {"roster": roster.pk, "plan": plan, "start": roster.start, "end": end}
    mine = Roster.objects.filter(pk=roster.pk, state=Roster.State.CHECKING)
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(ONE_PLAN_AT_A_TIME, scope)
        if not mine.select_for_update():
            return False
        for statement in (REPEATED, BY_HASH, COVERED, ELSEWHERE):
            cursor.execute(statement, scope)
    mine.update(state=Roster.State.CHECKED, permille=1000, stored_as="", beat_at=DATABASE_CLOCK, **_figures(roster))
    return True


def _figures(roster: Roster) -> Mapping[str, Any]:
    """People by verdict, and what they would cost by payer."""
    rows = RosterRow.objects.filter(roster=roster).values_list("verdict", "price_fen").annotate(count=Count("number"))
    counts: dict[str, int] = {}
    group_fen = member_fen = 0
    for verdict, price_fen, count in rows:
        counts[verdict] = counts.get(verdict, 0) + count
        if verdict == V.FINE:
            shares = shares_of(price_fen, roster.agreement.group_fen)
            group_fen += count * shares.group_fen
            member_fen += count * shares.member_fen
    return {"counts": counts, "group_fen": group_fen, "member_fen": member_fen}
