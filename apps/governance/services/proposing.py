"""Propose uses of a locked surplus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.actuary.models import PeriodClose, WhatIf
from apps.actuary.selectors import locked_quarters
from apps.core.clock import business_day
from apps.core.display import yuan_text
from apps.directory.models import Organisation
from apps.governance.data import rule_for
from apps.governance.errors import (
    AboveSurplus,
    NoAccount,
    NoLines,
    NotLocked,
    ReportInPast,
    SurplusReopened,
    TitleMissing,
    WrongMoment,
)
from apps.governance.models import Line, Outcome, Resolution, Seat, State
from apps.governance.rules.states import Event
from apps.governance.rules.words import Purpose
from apps.governance.selectors import available_fen, payee_accounts, results_of
from apps.governance.services.recording import note, seat_required

KLASS = "appropriation"


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One use of money as proposed; ``owner`` is the seat that answers for it."""

    purpose: Purpose
    payee: Organisation
    amount_fen: int
    owner: Seat
    milestones: str
    report_due: date


@transaction.atomic
def propose(
    *,
    actor: User,
    title_zh: str,
    title_en: str,
    text: str,
    close_id: int,
    lines: Sequence[LineDraft],
    key: UUID,
    now: datetime,
    first_call_id: int | None = None,
    what_if_id: int | None = None,
) -> Resolution:
    """Put a draft before the council; the same key answers the first one.

    ``first_call_id`` names the resolution whose quorum was missed and that is called again, ``what_if_id`` an answered
    what-if the proposal rests on.
    Raises NoSeat, TitleMissing, NoLines, NotLocked, AboveSurplus, NoAccount, ReportInPast, WrongMoment.
    """
    seat = seat_required(actor, now)
    before = Resolution.objects.filter(key=key).first()
    if before:
        return before
    if not (title_zh or title_en):
        raise TitleMissing
    close = locked_quarters().filter(pk=close_id).first()
    if close is None:
        raise NotLocked
    check_within_surplus(close, sum(line.amount_fen for line in lines))
    rule = rule_for(KLASS, 2 if _may_be_called_again(first_call_id) else 1)
    resolution, is_new = Resolution.objects.get_or_create(
        key=key,
        defaults={
            "title_zh": title_zh,
            "title_en": title_en,
            "text": text,
            "period_close": close,
            "rule_name": rule.name,
            "first_call_id": first_call_id,
            "what_if": WhatIf.objects.get(pk=what_if_id, state=WhatIf.State.DONE) if what_if_id else None,
            "proposed_by": seat,
            "proposed_at": now,
        },
    )
    if is_new:
        _add_lines(resolution, lines, today=business_day(now))
        note(resolution, Event.PROPOSED, seat=seat, now=now)
    return resolution


def check_in_force(close: PeriodClose) -> None:
    """Raises SurplusReopened when the close was opened again: its surplus is no figure to decide about any more."""
    if not is_in_force(close.pk):
        raise SurplusReopened(quarter=close.name)


def is_in_force(close_id: int) -> bool:
    """Whether the quarter is closed and stays so until this transaction ends."""
    PeriodClose.objects.select_for_update().get(pk=close_id)
    return locked_quarters().filter(pk=close_id).exists()


def check_within_surplus(close: PeriodClose, asked_fen: int) -> None:
    """Raises NoLines for nothing, AboveSurplus when more is asked than can still be used."""
    available = available_fen(close)
    if asked_fen <= 0:
        raise NoLines
    if asked_fen > available:
        raise AboveSurplus(asked=yuan_text(asked_fen), available=yuan_text(available))


def _may_be_called_again(first_call_id: int | None) -> bool:
    """Whether this is a second call.  Raises WrongMoment when the first one did not fail for want of a quorum."""
    if first_call_id is None:
        return False
    first = Resolution.objects.select_for_update().get(pk=first_call_id)
    results = results_of(first).values()
    missed = bool(results) and all(result.outcome == Outcome.QUORUM_MISSED for result in results)
    if first.state != State.REJECTED or not missed or first.first_call_id or hasattr(first, "second_call"):
        raise WrongMoment
    return True


def _add_lines(resolution: Resolution, lines: Sequence[LineDraft], *, today: date) -> None:
    accounts = payee_accounts({line.payee.pk for line in lines})
    for line in lines:
        if line.payee.pk not in accounts:
            raise NoAccount(payee=str(line.payee))
        if line.report_due <= today:
            raise ReportInPast
    Line.objects.bulk_create(
        Line(
            resolution=resolution,
            position=position,
            key=f"{resolution.pk}-{position}",
            purpose=line.purpose,
            payee=line.payee,
            payee_account=accounts[line.payee.pk],
            amount_fen=line.amount_fen,
            owner=line.owner,
            milestones=line.milestones,
            report_due=line.report_due,
        )
        for position, line in enumerate(lines, start=1)
    )
