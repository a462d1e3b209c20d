"""Enrol the people of confirmed rosters in the background: block by block, each block one transaction."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import DATABASE_CLOCK, business_day
from apps.enrolments.models import MOST_TRIES, Cover, Place, Roster, RosterBlock, RosterRow
from apps.enrolments.rules.period import year_end
from apps.enrolments.rules.roster import Entry, RowReader
from apps.enrolments.rules.shares import shares_of
from apps.enrolments.services.places import ANSWER_WITHIN, take, tell_members
from apps.enrolments.services.roster_checking import STALE, take_up, without_data
from apps.enrolments.services.rosters import LABEL, forget_rows
from apps.enrolments.staging import read_kept, reader_for
from apps.members.models import Person
from apps.members.services import Named, find_or_register

logger = logging.getLogger(__name__)
S, V = Roster.State, RosterRow.Verdict
STUCK_WAITS = timedelta(hours=1)


def enrol_rosters(*, now: datetime) -> int:
    """Enrol what is confirmed, and go on where a worker was killed; how many are done.

    ``tries`` counts who took it up since a block was last enrolled: from the third time on it is tried once an hour.
    """
    quiet = Q(beat_at__lt=DATABASE_CLOCK - STALE, tries__lt=MOST_TRIES) | Q(beat_at__lt=DATABASE_CLOCK - STUCK_WAITS)
    free = Q(state=S.CONFIRMED) & (Q(tries=0) | quiet)
    ids = list(Roster.objects.filter(free).order_by("confirmed_at", "pk").values_list("pk", flat=True))
    return sum(take_up(pk, free) and enrol_roster(roster_id=pk, now=now) for pk in ids)


def enrol_roster(*, roster_id: int, now: datetime) -> bool:
    """Enrol block by block; False where one could not be enrolled, which is tried again later.

    Not inside a transaction: others see it move on.
    """
    roster = Roster.objects.select_related("agreement__organisation", "confirmed_by").get(pk=roster_id)
    try:
        reader = reader_for(roster.agreement, roster.columns, roster.start, business_day(now))
        blocks = list(roster.blocks.filter(is_enrolled=False).order_by("number").values_list("pk", flat=True))
        total = roster.blocks.count()
        for done, pk in enumerate(blocks, start=total - len(blocks) + 1):
            _enrol_block(roster, pk, reader, 1000 * done // total, now)
    except Exception as error:
        logger.error("Roster %s could not be enrolled to its end: %s", roster_id, without_data(error))
        return False
    return _finish(roster, now)


@transaction.atomic
def _enrol_block(roster: Roster, block_id: int, reader: RowReader, permille: int, now: datetime) -> None:
    """The people of one block, all or none, once."""
    mine = Roster.objects.select_for_update().get(pk=roster.pk, state=S.CONFIRMED)
    block = RosterBlock.objects.select_for_update().get(pk=block_id)
    if block.is_enrolled:
        return
    entries = _entries(roster, block, reader)
    found = find_or_register(
        [Named(entry.name, entry.number, entry.birth_date, entry.sex) for entry in entries.values()],
        actor=_confirmer(roster),
        now=now,
    )
    people = {number: found[entry.number] for number, entry in entries.items()}
    covered = _covered(roster, people)
    late = [number for number, person in people.items() if person.pk in covered]
    RosterRow.objects.filter(roster=roster, number__in=late).update(verdict=V.COVERED)
    places = [
        _place(roster, people[number], entry, now) for number, entry in entries.items() if number not in set(late)
    ]
    _give(roster, places, now)
    mine.enrolled, mine.permille, mine.tries = mine.enrolled + len(places), permille, 1
    mine.beat_at = DATABASE_CLOCK
    mine.save(update_fields=["enrolled", "permille", "tries", "beat_at"])
    is_left_out = block.has_faults or len(places) < len(entries)
    RosterBlock.objects.filter(pk=block_id).update(is_enrolled=True, has_faults=is_left_out)


def _confirmer(roster: Roster) -> User:
    """In whose name people are enrolled: the database holds that a confirmed roster has one."""
    if roster.confirmed_by is None:
        raise Roster.DoesNotExist
    return roster.confirmed_by


def _entries(roster: Roster, block: RosterBlock, reader: RowReader) -> dict[int, Entry]:
    """The people of a block who can be enrolled, by row; read again, since the first day may have moved."""
    rows = RosterRow.objects.filter(roster=roster, block=block.number, verdict=V.FINE)
    fine = set(rows.values_list("number", flat=True))
    read = ((number, found) for number, _cells, found in read_kept(block, reader) if number in fine)
    return {number: found for number, found in read if isinstance(found, Entry)}


def _covered(roster: Roster, people: Mapping[int, Person]) -> set[int]:
    """Who got a cover or an offer since the roster was checked."""
    plan, start, end = roster.agreement.plan_code, roster.start, year_end(roster.start)
    ids = [person.pk for person in people.values()]
    covers = Cover.objects.standing().filter(person__in=ids, plan_code=plan, start__lt=end, end__gt=start)
    places = Place.objects.filter(
        person__in=ids, agreement__plan_code=plan, state=Place.State.OFFERED, start__lt=end, end__gt=start
    )
    return {*covers.values_list("person_id", flat=True), *places.values_list("person_id", flat=True)}


def _place(roster: Roster, person: Person, entry: Entry, now: datetime) -> Place:
    shares = shares_of(entry.price_fen, roster.agreement.group_fen)
    return Place(
        agreement=roster.agreement,
        roster=roster,
        person=person,
        start=roster.start,
        end=year_end(roster.start),
        facts_json=json.dumps(dict(entry.facts), ensure_ascii=False),
        price_fen=entry.price_fen,
        group_fen=shares.group_fen,
        member_fen=shares.member_fen,
        state=Place.State.OFFERED,
        answer_by=_answer_by(roster.start, business_day(now)),
        offered_at=now,
    )


def _answer_by(start: date, today: date) -> date:
    return max(start, today) + ANSWER_WITHIN


def _give(roster: Roster, places: list[Place], now: datetime) -> None:
    """Offer the places or, where members are simply covered, let them be taken."""
    if not places:
        return
    if not roster.agreement.members_confirm:
        take(places, actor=_confirmer(roster), now=now)
    Place.objects.bulk_create(places)
    tell_members(places, now=now)


@transaction.atomic
def _finish(roster: Roster, now: datetime) -> bool:
    mine = Roster.objects.filter(pk=roster.pk, state=S.CONFIRMED)
    if not roster.blocks.exists():
        logger.error("Roster %s was confirmed and has no rows: it stays as it is", roster.pk)
        return False
    if not mine.update(state=S.DONE, permille=1000, ended_at=now):
        return False
    roster.refresh_from_db()
    detail = {"people": roster.enrolled}
    record_event(actor_id=None, action="roster.enrolled", target=(LABEL, roster.pk), now=now, detail=detail)
    if roster.enrolled == roster.rows:
        forget_rows(roster)
    return True
