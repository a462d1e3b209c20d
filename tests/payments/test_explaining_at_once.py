"""Two confirmations at the same moment, each on its own connection: one line, one request for money, explained once."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from uuid import uuid4

import pytest
from django.db import connection, transaction

from apps.accounts.models import Role
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.errors import DoesNotFit
from apps.payments.models import StatementLine
from apps.payments.rules.matching import LineKind as K
from apps.payments.rules.resolving import ARRIVED, NO_COUNTERPART
from apps.payments.services import confirm, propose_for_line, take_lines
from tests.fund.concurrency import at_once
from tests.fund.factories import NOW
from tests.payments.factories import checkout, fact

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(make_user):
    return make_user("first@example.com", Role.TREASURER), make_user("second@example.com", Role.COUNCIL)


@pytest.fixture
def propose(people):
    """A proposal about a line by its number; answers how the second person confirms it."""

    def made(number, kind, **target):
        line = StatementLine.objects.get(number=number)
        values = {"actor": people[0], "key": uuid4(), "reason": "as the bank says", "now": NOW}
        proposal = propose_for_line(kind=kind, line_id=line.pk, **values, **target)
        return lambda: confirm(proposal_id=proposal.pk, actor=people[1], now=NOW)

    return made


def apart(*kinds):
    asked = checkout(100)
    facts = [fact(number, asked, kind, key=f"scrawl {number}") for number, kind in enumerate(kinds, start=1)]
    take_lines(facts=facts, now=NOW)
    return {line.number: line for line in StatementLine.objects.all()}


def one_inside_the_other(first, second):
    """Confirm the first, and before it is committed the second; answers how that one ended."""

    def elsewhere():
        try:
            return second()
        except DoesNotFit as refused:
            return refused.message
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            other = pool.submit(elsewhere)
            with pytest.raises(StillWaiting):
                other.result(timeout=0.5)
        return other.result(timeout=10)


@pytest.mark.parametrize("turned", [False, True])
def test_a_line_turns_only_one_other_round(propose, turned):
    lines = apart(K.PAID, K.RECEIVED, K.PAID)
    first = propose(1, "pair", other_line_id=lines[2].pk)
    second = propose(3, "pair", other_line_id=lines[2].pk)
    both = (second, first) if turned else (first, second)
    assert one_inside_the_other(*both) == NO_COUNTERPART
    states = sorted(StatementLine.objects.values_list("state", flat=True))
    assert states == ["explained", "explained", "quarantine"]
    assert balance("suspense") == -100  # what stands on the worklist


def test_money_asked_for_arrives_with_one_line(propose):
    apart(K.RECEIVED, K.RECEIVED)
    wanted = checkout(100)
    first, second = (propose(number, "match-checkout", checkout_id=wanted.pk) for number in (1, 2))
    assert one_inside_the_other(first, second) == ARRIVED
    assert sorted(StatementLine.objects.values_list("state", flat=True)) == ["matched", "quarantine"]
    assert (balance("bank"), balance("suspense")) == (200, 100)
    assert ledger_is_balanced()


def test_pairs_in_a_ring_neither_deadlock_nor_count_twice(propose):
    lines = apart(K.PAID, K.RECEIVED, K.PAID, K.RECEIVED)
    ring = [(1, 2), (2, 3), (3, 4), (4, 1)]
    acts = [propose(one, "pair", other_line_id=lines[other].pk) for one, other in ring]
    answers = at_once(lambda number: acts[number](), times=4)
    assert {type(answer).__name__ for answer in answers} <= {"Proposal", "DoesNotFit", "MovedOn"}
    left = StatementLine.objects.filter(state="quarantine")
    assert sum({K.PAID: -1, K.RECEIVED: 1}[line.kind] * line.amount_fen for line in left) == balance("suspense")
    assert left.count() in (0, 2)
