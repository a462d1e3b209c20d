"""Open a ballot: from this moment nothing about it can change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.actuary.models import PeriodClose
from apps.actuary.rules.snapshot import canonical, fingerprint
from apps.core.clock import business_day
from apps.governance.data import composition, decision_rules, rules_fingerprint
from apps.governance.errors import AccountChanged, NotComposed, SecondPersonNeeded, TooFewVoters, WrongMoment, WrongTerm
from apps.governance.interests import interests_in
from apps.governance.models import Constituency, Line, Recusal, Resolution, RollSeat, Seat, State
from apps.governance.rules.composition import breaches
from apps.governance.rules.manifest import Ballot, LineText, RollEntry, manifest_of
from apps.governance.rules.recusal import Finding
from apps.governance.rules.states import Event
from apps.governance.rules.words import Interest
from apps.governance.selectors import available_fen, seats_on
from apps.governance.services.proposing import check_in_force, check_within_surplus
from apps.governance.services.recording import locked, move, seat_required
from apps.reminders.services import News, remind

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=60)


@transaction.atomic
def open_ballot(*, resolution_id: int, actor: User, closes_at: datetime, now: datetime) -> Resolution:
    """Freeze the draft with roll, interests and manifest, and let the council vote until ``closes_at``.

    Opened by another member than the one who proposed it; again by the same member changes nothing.
    Raises NoSeat, WrongMoment, WrongTerm, SecondPersonNeeded, SurplusReopened, AccountChanged, NotComposed,
    AboveSurplus, TooFewVoters.
    """
    seat = seat_required(actor, now)
    resolution = locked(resolution_id)
    if resolution.state == State.OPEN and resolution.opened_by_id == seat.pk:
        return resolution
    if resolution.state != State.DRAFT:
        raise WrongMoment
    if not now + SHORTEST <= closes_at <= now + LONGEST:
        raise WrongTerm
    if resolution.proposed_by_id == seat.pk:
        raise SecondPersonNeeded
    # The quarter's row is what all ballots about its surplus queue for: two that open at once count each other.
    close = PeriodClose.objects.select_for_update().get(pk=resolution.period_close_id)
    check_in_force(close)
    lines = list(resolution.lines.order_by("position").select_related("payee", "payee_account"))
    available = available_fen(close)
    _check_accounts(lines)
    check_within_surplus(close, sum(line.amount_fen for line in lines))
    seats = _complete_council(now)
    found = interests_in(lines, seats, day=business_day(now))
    _check_enough_voters(resolution, lines, seats, found)
    resolution.opened_by, resolution.opened_at, resolution.closes_at = seat, now, closes_at
    roll = _write_roll(resolution, seats)
    _write_interests(found)
    text = canonical(manifest_of(_ballot(resolution, close, available, lines, roll, found)))
    resolution.manifest, resolution.manifest_hash = text, fingerprint(text)
    move(resolution, Event.OPENED, seat=seat, now=now)
    _tell_the_council(resolution, seats, now)
    return resolution


def _check_accounts(lines: Sequence[Line]) -> None:
    """The council votes on the account that is paid.  Raises AccountChanged when it is not the one in use any more."""
    for line in lines:
        if line.payee_account.replaced_at is not None:
            raise AccountChanged(payee=str(line.payee))


def _complete_council(now: datetime) -> list[Seat]:
    """The seats of the day.  Raises NotComposed when they are not as the covenant demands."""
    seats = list(seats_on(business_day(now)))
    wrong = breaches(composition(), [seat.constituency for seat in seats])
    if wrong:
        groups = {name for breach in wrong for name in breach.constituencies}
        raise NotComposed(groups=", ".join(str(Constituency(name).label) for name in sorted(groups)))
    return seats


def _check_enough_voters(
    resolution: Resolution, lines: Sequence[Line], seats: Sequence[Seat], found: Sequence[Finding]
) -> None:
    recused = Counter(one.line for one in found if one.interest is Interest.RECUSED)
    needed = decision_rules()[resolution.rule_name].least_voters
    for line in lines:
        if len(seats) - recused[line.pk] < needed:
            raise TooFewVoters(line=line.position, left=len(seats) - recused[line.pk], needed=needed)


def _write_roll(resolution: Resolution, seats: Sequence[Seat]) -> list[RollSeat]:
    return RollSeat.objects.bulk_create(
        RollSeat(resolution=resolution, seat=seat, name=seat.user.name, constituency=seat.constituency)
        for seat in seats
    )


def _write_interests(found: Sequence[Finding]) -> None:
    Recusal.objects.bulk_create(
        Recusal(line_id=one.line, seat_id=one.seat, interest=one.interest, rule=one.rule, via_id=one.via)
        for one in found
    )


def _ballot(
    resolution: Resolution,
    close: PeriodClose,
    available: int,
    lines: Sequence[Line],
    roll: Sequence[RollSeat],
    found: Sequence[Finding],
) -> Ballot:
    if resolution.opened_by_id is None or resolution.opened_at is None or resolution.closes_at is None:
        raise WrongMoment
    return Ballot(
        resolution=resolution.pk,
        titles=(resolution.title_zh, resolution.title_en),
        text=resolution.text,
        lines=[_line_text(line) for line in lines],
        rule=decision_rules()[resolution.rule_name],
        composition_version=composition().version,
        roll=[RollEntry(entry.seat_id, entry.name, entry.constituency) for entry in roll],
        interests=found,
        quarter_start=close.start,
        surplus_fen=close.surplus_fen,
        available_fen=available,
        snapshot_hash=close.snapshot_hash,
        rules_hash=rules_fingerprint(),
        proposed_by=resolution.proposed_by_id,
        opened_by=resolution.opened_by_id,
        opened_at=resolution.opened_at,
        closes_at=resolution.closes_at,
        what_if_hash=resolution.what_if.result_hash if resolution.what_if else "",
    )


def _line_text(line: Line) -> LineText:
    return LineText(
        line=line.pk,
        key=line.key,
        purpose=line.purpose,
        payee=line.payee.code,
        account_tail=line.payee_account.number_tail,
        amount_fen=line.amount_fen,
        owner_seat=line.owner_id,
        milestones=line.milestones,
        report_due=line.report_due,
    )


def _tell_the_council(resolution: Resolution, seats: Sequence[Seat], now: datetime) -> None:
    titles = {
        "zh": resolution.title_zh or resolution.title_en,
        "en": resolution.title_en or resolution.title_zh,
    }
    parameters = {"title": titles, "closes_at": resolution.closes_at, "resolution_id": resolution.pk}
    council = [seat.user_id for seat in seats]
    remind(News(council, "ballot-open", parameters, key=f"ballot-open:{resolution.pk}"), now=now)
