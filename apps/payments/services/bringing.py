"""Take a statement somebody brought as a file: all of it or nothing; known lines change nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

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
    days = [line.bank_date for line in lines]
    brought = StatementFile.objects.create(
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
    detail = {"lines": len(lines), "fresh": fresh}
    target = ("payments.statementfile", brought.pk)
    record_event(actor_id=actor.pk, action="payments.statement-brought", target=target, now=now, detail=detail)
    return brought, False


def _read(kind: FileKind, content: bytes) -> list[FileLine]:
    read = read_camt if kind == FileKind.CAMT else read_csv
    try:
        return read(content, settings.FUND_ACCOUNT)
    except Unreadable as error:
        raise StatementRefused(str(error)) from error
    except BadRows as error:
        raise StatementRefused(ROWS, [(problem.row, problem.reason) for problem in error.problems]) from error


def _check_known(lines: Sequence[FileLine]) -> None:
    """A number means the same line for ever.  Raises StatementRefused."""
    numbers = [line.number for line in lines]
    rows = StatementLine.objects.filter(number__in=numbers).values_list("number", "kind", "amount_fen", "key")
    known = {number: (kind, fen, key.replace("-", "")) for number, kind, fen, key in rows}
    odd = [
        (place, KNOWN_OTHERWISE)
        for place, line in enumerate(lines, start=2)
        if known.get(line.number, (line.kind, line.amount_fen, line.key.replace("-", "")))
        != (line.kind, line.amount_fen, line.key.replace("-", ""))
    ]
    if odd:
        raise StatementRefused(CONTRADICTS, odd[:50])


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
