"""Take in a roster, withdraw it, confirm it as the second person; let go of what is no longer needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.jobs import ring
from apps.documents.services import harmless_name
from apps.enrolments.errors import AgreementOver, EmptySheet, NobodyToEnrol, NotToConfirm, SameFile, SheetTooLarge
from apps.enrolments.models import Agreement, Roster, RosterBlock, RosterRow
from apps.enrolments.permissions import check_group, check_is_second, check_roster
from apps.enrolments.rules.period import check_start, first_day
from apps.enrolments.sheets import vault
from apps.enrolments.sheets.reading import check_kind

LABEL = "enrolments.roster"
MAX_BYTES = 50 * 1024 * 1024
KEPT_FOR = timedelta(days=30)
ORPHANED_AFTER = 24 * 3600


def upload_roster(
    *,
    actor: User,
    agreement_id: int,
    name: str,
    size: int,
    pieces: Iterable[bytes],
    start: date,
    key: UUID,
    now: datetime,
) -> Roster:
    """Keep the file sealed and ring for it to be checked; the same key answers the first roster.

    Raises NotAllowed, StartPassed, StartTooFar, AgreementOver, SheetTooLarge, EmptySheet, NotATable, OldWorkbook,
    SameFile.
    """
    agreement = check_group(actor, agreement_id)
    done = Roster.objects.filter(key=key, agreement=agreement).first()
    if done is not None:
        return done
    check_start(start, business_day(now))
    if not agreement.holds_on(start):
        raise AgreementOver(first=agreement.since.isoformat(), last=agreement.until.isoformat())
    if size > MAX_BYTES:
        raise SheetTooLarge(size=-(-size // 2**20), limit=MAX_BYTES // 2**20)
    kept = vault.keep(pieces)
    try:
        if not kept.size:
            raise EmptySheet
        check_kind(kept.head)
        return _create(actor, agreement, kept, harmless_name(name), start, key, now)
    except BaseException:
        vault.forget(kept.stored_as)
        raise


@transaction.atomic
def _create(
    actor: User, agreement: Agreement, kept: vault.Kept, name: str, start: date, key: UUID, now: datetime
) -> Roster:
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    same = Roster.objects.filter(agreement=agreement, start=start, sha256=kept.sha256, state__in=Roster.LIVE).first()
    if same is not None:
        raise SameFile(roster_id=same.pk)
    roster = Roster.objects.create(
        agreement=agreement,
        start=start,
        name=name,
        sha256=kept.sha256,
        size=kept.size,
        stored_as=kept.stored_as,
        beat_at=now,
        uploaded_by=actor,
        uploaded_at=now,
        key=key,
    )
    record_event(actor_id=actor.pk, action="roster.uploaded", target=(LABEL, roster.pk), now=now)
    ring("enrolments.check_rosters")
    return roster


@transaction.atomic
def withdraw_roster(*, roster_id: int, actor: User, now: datetime) -> Roster:
    """Take a roster back before it is confirmed; its rows are gone at once.  Raises NotAllowed, NotToConfirm."""
    check_roster(actor, roster_id)
    roster = Roster.objects.select_for_update().get(pk=roster_id)
    if roster.state == Roster.State.WITHDRAWN:
        return roster
    if roster.state in (Roster.State.CONFIRMED, Roster.State.DONE):
        raise NotToConfirm
    roster.state, roster.ended_at = Roster.State.WITHDRAWN, now
    roster.save(update_fields=["state", "ended_at"])
    record_event(actor_id=actor.pk, action="roster.withdrawn", target=(LABEL, roster.pk), now=now)
    forget_rows(roster)
    return roster


@transaction.atomic
def confirm_roster(*, roster_id: int, actor: User, now: datetime) -> Roster:
    """Let the people of a checked roster be enrolled; again changes nothing.

    A first day that has passed moves to today, as for whoever pays late.
    Raises NotAllowed, OwnRoster, NotToConfirm, NobodyToEnrol, AgreementOver.
    """
    check_is_second(actor, check_roster(actor, roster_id))
    roster = Roster.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=roster_id)
    if roster.state in (Roster.State.CONFIRMED, Roster.State.DONE):
        return roster
    if roster.state != Roster.State.CHECKED:
        raise NotToConfirm
    if not roster.fine:
        raise NobodyToEnrol
    agreement, start = roster.agreement, first_day(roster.start, business_day(now))
    if not agreement.holds_on(start):
        raise AgreementOver(first=agreement.since.isoformat(), last=agreement.until.isoformat())
    roster.state, roster.start, roster.permille, roster.tries = Roster.State.CONFIRMED, start, 0, 0
    roster.confirmed_by, roster.confirmed_at, roster.beat_at = actor, now, now
    roster.save()
    detail = {"people": roster.fine, "group_fen": roster.group_fen, "member_fen": roster.member_fen}
    record_event(actor_id=actor.pk, action="roster.confirmed", target=(LABEL, roster.pk), now=now, detail=detail)
    ring("enrolments.enrol_rosters")
    return roster


def forget_rows(roster: Roster) -> None:
    """Remove what people's identity numbers could be read from: staged rows and file."""
    RosterRow.objects.filter(roster=roster).delete()
    RosterBlock.objects.filter(roster=roster).delete()
    stored_as = Roster.objects.values_list("stored_as", flat=True).get(pk=roster.pk)
    if stored_as:
        Roster.objects.filter(pk=roster.pk).update(stored_as="")
        transaction.on_commit(lambda: vault.forget(stored_as))


def forget_rosters(*, now: datetime) -> int:
    """Withdraw what nobody confirmed in time, remove rows kept long enough and files that no row knows; how many."""
    old = now - KEPT_FOR
    waiting = Roster.objects.filter(state=Roster.State.CHECKED, uploaded_at__lt=old)
    late = sum(_withdraw_late(pk, waiting, now) for pk in list(waiting.values_list("pk", flat=True)))
    for roster in Roster.objects.filter(ended_at__lt=old, blocks__isnull=False).distinct():
        with transaction.atomic():
            forget_rows(roster)
    known = set(Roster.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    for name in set(vault.kept_names()) - known:
        if vault.age_seconds(name, now.timestamp()) > ORPHANED_AFTER:
            vault.forget(name)
    return late


@transaction.atomic
def _withdraw_late(roster_id: int, waiting: QuerySet[Roster], now: datetime) -> bool:
    """Looked at again under the lock: one that somebody confirms at this moment keeps its rows."""
    roster = waiting.filter(pk=roster_id).select_for_update().first()
    if roster is None:
        return False
    roster.state, roster.ended_at = Roster.State.WITHDRAWN, now
    roster.save(update_fields=["state", "ended_at"])
    forget_rows(roster)
    return True
