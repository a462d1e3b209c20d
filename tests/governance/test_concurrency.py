"""Two connections at once: two tabs vote, a vote meets the close, two ballots want the same money."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from apps.core.errors import DomainError
from apps.fund.selectors import balance, ledger_is_balanced
from apps.governance import services
from apps.governance.models import Resolution, State, Vote
from apps.governance.rules.words import Choice
from apps.governance.selectors import available_fen
from apps.payments.models import Order
from tests.actuary.factories import closed_quarter
from tests.conftest import NOW
from tests.governance.factories import council, draft_line, opened, organisation, proposed, votes

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(days=7)


def at_once(*deeds):
    """Run the deeds in threads of their own, released together; what each answered or was refused with."""
    barrier = Barrier(len(deeds))

    def run(deed):
        try:
            barrier.wait()
            return deed()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(run, deed) for deed in deeds]]


def test_two_tabs_voting_at_once_leave_one_vote():
    closed_quarter()
    seats = council()
    resolution = opened(seats)
    line = resolution.lines.get().pk

    def cast(choice):
        return lambda: services.cast_vote(
            resolution_id=resolution.pk, actor=seats[0].user, choices={line: choice}, key=uuid4(), now=NOW
        )

    answers = at_once(cast(Choice.FOR), cast(Choice.AGAINST), cast(Choice.FOR), cast(Choice.AGAINST))
    recorded = Vote.objects.get()
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert [error.code for error in refused] == ["already-voted"] * 2
    assert all(answer == [recorded] for answer in answers if answer not in refused)


def test_a_vote_that_meets_the_close_is_either_counted_or_refused():
    closed_quarter()
    seats = council()
    resolution = opened(seats)
    votes(resolution, seats[:8], "++++----")
    line = resolution.lines.get()
    moment = LATER - timedelta(seconds=1)

    def cast():
        return services.cast_vote(
            resolution_id=resolution.pk, actor=seats[8].user, choices={line.pk: Choice.FOR}, key=uuid4(), now=moment
        )

    vote_answer, _closed = at_once(cast, lambda: services.close_ballot(resolution_id=resolution.pk, now=LATER))
    result = Resolution.objects.get(pk=resolution.pk).lines.get().result
    is_refused = isinstance(vote_answer, DomainError)
    assert result.yes == (4 if is_refused else 5) == Vote.objects.filter(line=line, choice="for").count()


def test_two_ballots_opened_at_once_never_share_the_same_money():
    close = closed_quarter()
    seats, payee = council(), organisation()
    drafts = [proposed(seats, [draft_line(payee, seats[0], close.surplus_fen)]) for _ in range(3)]

    def open_it(draft):
        return lambda: services.open_ballot(resolution_id=draft.pk, actor=seats[1].user, closes_at=LATER, now=NOW)

    answers = at_once(*[open_it(draft) for draft in drafts])
    assert sorted(answer.code for answer in answers if isinstance(answer, DomainError)) == ["above-surplus"] * 2
    assert Resolution.objects.filter(state=State.OPEN).count() == 1
    assert available_fen(close) == 0


def test_a_ballot_closed_by_several_workers_pays_once():
    close = closed_quarter()
    seats = council()
    resolution = opened(seats)
    votes(resolution, seats, "+++++++++")
    at_once(*[lambda: services.continue_resolutions(now=LATER)] * 4)
    assert Order.objects.count() == 1
    assert balance("surplus") == close.surplus_fen - 100_00
    assert ledger_is_balanced()


def test_a_form_sent_twice_at_once_proposes_once():
    close = closed_quarter()
    seats = council()
    line, key = draft_line(organisation(), seats[0]), uuid4()
    at_once(*[lambda: proposed(seats, [line], close, key=key)] * 3)
    assert Resolution.objects.count() == 1
