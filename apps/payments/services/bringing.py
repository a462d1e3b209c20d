"""Take a statement somebody brought as a file: what cannot be read takes nothing; known lines change nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.errors import N_, NotAllowed
from apps.payments.errors import StatementRefused
from apps.payments.gateway import StatementFact
from apps.payments.models import FileKind, StatementFile, StatementLine
from apps.payments.permissions import PROPOSERS
from apps.payments.rules.camt import read_camt
from apps.payments.rules.files import BadRows, FileLine, Unreadable, read_csv
from apps.payments.services.statement import take_lines

MOST_BYTES = 20 * 1024 * 1024
TOO_LARGE = N_("The file is larger than 20 MB. Split it by days and bring the parts.")
ROWS = N_("Nothing was taken from this file: some of its rows cannot be read.")
CONTRADICTS = N_("Nothing was taken from this file: lines known before stand in it with other content.")
KNOWN_OTHERWISE = N_("A line with this number is known with another amount, kind or key.")
NOT_TAKEN = N_(
    "Some lines of this file could not be taken in, so it does not count as brought. The other lines are in the books. "
    "Bring the file again: those change nothing. Should it stay so, tell whoever runs the portal."
)
THIS_NOT_TAKEN = N_("This line could not be taken in.")


def bring_statement(*, content: bytes, name: str, actor: User, now: datetime) -> tuple[StatementFile, bool]:
    """Take a statement in CSV or camt.053; answers what was taken, and whether the very file was known.

    Raises NotAllowed, StatementRefused.
    """
    if not actor.has_role(*PROPOSERS):
        raise NotAllowed
    if len(content) > MOST_BYTES:
        raise StatementRefused(TOO_LARGE)
    digest = hashlib.sha256(content).hexdigest()
    known = StatementFile.objects.filter(sha256=digest).first()
    if known is not None:
        return known, True
    kind = FileKind.CAMT if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else FileKind.CSV
    lines = _read(kind, content)
    _check_known(lines)
    fresh = take_lines(facts=[_fact(line) for line in lines], now=now)
    _check_taken(lines)
    days = [line.bank_date for line in lines]
    file = StatementFile(
        sha256=digest,
        name=name[:120],
        kind=kind,
        brought_by=actor,
        brought_at=now,
        lines=len(lines),
        fresh=fresh,
        first_date=min(days),
        last_date=max(days),
    )
    return _record(file)


def _record(file: StatementFile) -> tuple[StatementFile, bool]:
    """The file with its audit event, or the one that somebody else brought at the same moment."""
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            record_event(
                actor_id=file.brought_by_id,
                action="payments.statement-brought",
                target=("payments.statementfile", file.pk),
                now=file.brought_at,
                detail={"lines": file.lines, "fresh": file.fresh},
            )
    except IntegrityError:
        known = StatementFile.objects.filter(sha256=file.sha256).first()
        if known is None:
            raise
        return known, True
    return file, False


def _read(kind: FileKind, content: bytes) -> list[FileLine]:
    read = read_camt if kind == FileKind.CAMT else read_csv
    try:
        return read(content, settings.FUND_ACCOUNT)
    except Unreadable as error:
        raise StatementRefused(str(error)) from error
    except BadRows as error:
        raise StatementRefused(ROWS, [(problem.place, problem.reason) for problem in error.problems]) from error


def _check_known(lines: Sequence[FileLine]) -> None:
    """A number means the same line for ever.  Raises StatementRefused."""
    numbers = [line.number for line in lines]
    rows = StatementLine.objects.filter(number__in=numbers).values_list("number", "kind", "amount_fen", "key")
    known = {number: (kind, fen, key.replace("-", "")) for number, kind, fen, key in rows}
    odd = [
        (str(place), KNOWN_OTHERWISE)
        for place, line in enumerate(lines, start=2)
        if known.get(line.number, (line.kind, line.amount_fen, line.key.replace("-", "")))
        != (line.kind, line.amount_fen, line.key.replace("-", ""))
    ]
    if odd:
        raise StatementRefused(CONTRADICTS, odd[:50])


def _check_taken(lines: Sequence[FileLine]) -> None:
    """Every line of the file is stored; one the books refused is told to a person.  Raises StatementRefused."""
    numbers = [line.number for line in lines]
    stored = set(StatementLine.objects.filter(number__in=numbers).values_list("number", flat=True))
    lost = [(str(place), THIS_NOT_TAKEN) for place, number in enumerate(numbers, start=2) if number not in stored]
    if lost:
        raise StatementRefused(NOT_TAKEN, lost[:50])


def _fact(line: FileLine) -> StatementFact:
    return StatementFact(
        number=line.number,
        key=line.key,
        kind=line.kind,
        amount_fen=line.amount_fen,
        account=line.account,
        bank_date=line.bank_date,
        reference=line.reference,
    )
