"""Check rosters in the background: block by block, each block one transaction, so that a kill costs one block."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import compress, islice
from operator import itemgetter
from traceback import format_tb

import numpy as np
from django.db import transaction
from django.db.models import F, Q

from apps.accounts.models import Role, User
from apps.core.clock import DATABASE_CLOCK, business_day
from apps.enrolments.errors import EmptySheet, HeadingsMissing, SheetRefused, SheetUnexplained, TooManyRows
from apps.enrolments.models import MOST_TRIES, Roster
from apps.enrolments.rules.roster import Entry, RowReader
from apps.enrolments.rules.roster_columns import IDENTITY, Columns, find_columns
from apps.enrolments.rules.roster_screen import Screen
from apps.enrolments.services.roster_comparing import compare
from apps.enrolments.services.rosters import forget_rows
from apps.enrolments.sheets import vault
from apps.enrolments.sheets.reading import Row, Sheet, open_sheet
from apps.enrolments.staging import BLOCK, Block, Packed, People, pack, reader_for, stage
from apps.reminders.services import News, remind

logger = logging.getLogger(__name__)
S = Roster.State
MAX_ROWS = 1_000_000
HEADINGS_WITHIN = 10  # a title or two may stand above them
STALE = timedelta(minutes=2)


def check_rosters(*, now: datetime) -> int:
    """Check what is waiting, and go on where a worker was killed; how many are done."""
    left = Q(state=S.WAITING) | Q(state=S.CHECKING, beat_at__lt=DATABASE_CLOCK - STALE)
    ids = list(Roster.objects.filter(left).order_by("uploaded_at", "pk").values_list("pk", flat=True))
    return sum(take_up(pk, left, state=S.CHECKING) and check_roster(roster_id=pk, now=now) for pk in ids)


def without_data(error: Exception) -> str:
    """What happened and where; not the message, which may quote a row."""
    return type(error).__name__ + "\n" + "".join(format_tb(error.__traceback__))


@transaction.atomic
def take_up(roster_id: int, free: Q, **changes: str) -> bool:
    """Claim a roster unless somebody else is at it, which a fresh ``beat_at`` says or the lock of its row."""
    if not Roster.objects.select_for_update(skip_locked=True).filter(free, pk=roster_id):
        return False
    Roster.objects.filter(pk=roster_id).update(beat_at=DATABASE_CLOCK, tries=F("tries") + 1, **changes)
    return True


def check_roster(*, roster_id: int, now: datetime) -> bool:
    """Stage every row and compare the people with all others; False where it could not be done.

    Not inside a transaction: others see it move on, block by block.
    """
    roster = Roster.objects.select_related("agreement__organisation").get(pk=roster_id)
    try:
        with open_sheet(roster.stored_as, roster.size) as sheet:
            _stage_all(roster, sheet, business_day(now))
        is_mine = compare(roster)
    except SheetRefused as refusal:
        return _refuse(roster, refusal, now)
    except Roster.DoesNotExist:
        return False  # withdrawn in the meantime
    except Exception as error:
        logger.error("Roster %s could not be checked: %s", roster_id, without_data(error))
        if roster.tries >= MOST_TRIES:
            return _refuse(roster, SheetUnexplained(), now)
        Roster.objects.filter(pk=roster_id, state=S.CHECKING).update(state=S.WAITING)
        return False
    if is_mine:
        vault.forget(roster.stored_as)
        _tell_second(roster, now)
    return is_mine


def _tell_second(roster: Roster, now: datetime) -> None:
    """Everybody of the group who could confirm it."""
    group = roster.agreement.organisation
    colleagues = User.objects.filter(roles__contains=[Role.SPONSOR], posts__organisation=group, posts__until=None)
    others = colleagues.exclude(pk=roster.uploaded_by_id).values_list("pk", flat=True)
    parameters = {"group": {"zh": group.name_zh, "en": group.name_en}, "roster_id": roster.pk}
    remind(News(list(others), "roster-to-confirm", parameters, key=f"roster:{roster.pk}:checked"), now=now)


@transaction.atomic
def _refuse(roster: Roster, refusal: SheetRefused, now: datetime) -> bool:
    mine = Roster.objects.filter(pk=roster.pk, state=S.CHECKING)
    reason = {"code": refusal.code, "params": refusal.params}
    is_mine = mine.update(state=S.REFUSED, refusal=reason, ended_at=now)
    if is_mine:
        forget_rows(roster)
    return bool(is_mine)


def _stage_all(roster: Roster, sheet: Sheet, today: date) -> None:
    columns, heading = _columns(sheet.rows)
    reader = reader_for(roster.agreement, columns.names, roster.start, today)
    done = roster.blocks.count()
    ready = _ready(roster.pk, _blocks(sheet, columns, heading + 1), columns, reader, after=done)
    for packed in _ahead(ready):
        _keep(roster.pk, packed, columns, sheet.share())
    if not roster.blocks.exists():
        raise EmptySheet


def _blocks(sheet: Sheet, columns: Columns, first: int) -> Iterator[Block]:
    """The cells that are read, a block's rows at a time; rows without any are left out."""
    width = max(columns.places) + 1
    while rows := list(islice(sheet.rows, BLOCK)):
        numbers, filled = list(range(first, first + len(rows))), list(map(any, rows))
        first += len(rows)
        if not all(filled):
            numbers, rows = list(compress(numbers, filled)), list(compress(rows, filled))
        if min(map(len, rows), default=width) < width:
            rows = [row + [""] * width for row in rows]
        if rows:
            merged = [number for number in numbers if sheet.is_merged(number)] if sheet.has_merged else []
            yield Block(numbers, [list(map(itemgetter(place), rows)) for place in columns.places], merged)


def _columns(rows: Iterator[Row]) -> tuple[Columns, int]:
    """The columns by the headings among the first rows, and that row's number.

    Raises EmptySheet, HeadingsMissing, HeadingTwice.
    """
    seen = []
    for number, cells in enumerate(islice(rows, HEADINGS_WITHIN), start=1):
        columns = find_columns(cells)
        if columns:
            return columns, number
        seen.append([cell.strip() for cell in cells if cell.strip()])
    first = next(filter(None, seen), None)
    if first is None:
        raise EmptySheet
    raise HeadingsMissing(found=" · ".join(first)[:120])


def _ready(
    roster_id: int, blocks: Iterator[Block], columns: Columns, reader: RowReader, *, after: int
) -> Iterator[Packed]:
    """The blocks that are not kept yet.  Raises TooManyRows."""
    screen, identity, rows = Screen(columns.names, reader), columns.names.index(IDENTITY), 0
    for number, block in enumerate(blocks):
        rows += len(block.numbers)
        if rows > MAX_ROWS:
            raise TooManyRows(limit=f"{MAX_ROWS:,}")
        if number >= after:
            yield pack(roster_id, number, block, _people(block, identity, reader, screen))


def _ahead(items: Iterator[Packed]) -> Iterator[Packed]:
    """Each block is made ready while the one before it is being kept."""
    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = maker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = maker.submit(next, items, None)
            yield item


def _people(block: Block, identity: int, reader: RowReader, screen: Screen) -> People:
    """Most by the screen, all at once; whoever does not pass by reading the row."""
    prices, is_single = screen.prices(block.columns), ~np.isin(block.numbers, block.merged)
    passes = ((prices >= 0) & is_single).tolist()
    rows, numbers = list(compress(block.numbers, passes)), list(compress(block.columns[identity], passes))
    people = People(rows, numbers, prices[passes].tolist())
    for at in np.flatnonzero((prices < 0) & is_single).tolist():
        found = reader.read([column[at] for column in block.columns])
        if isinstance(found, Entry):
            people.add(block.numbers[at], found.number, found.price_fen)
    return people


@transaction.atomic
def _keep(roster_id: int, packed: Packed, columns: Columns, share: float) -> None:
    """One step: the block is staged and counted, or neither.  Raises Roster.DoesNotExist once it was withdrawn."""
    mine = Roster.objects.select_for_update().get(pk=roster_id, state=S.CHECKING)
    stage(roster_id, packed)
    mine.rows += packed.rows
    mine.permille, mine.columns, mine.beat_at = min(int(share * 950), 950), list(columns.names), DATABASE_CLOCK
    mine.save(update_fields=["rows", "permille", "columns", "beat_at"])
