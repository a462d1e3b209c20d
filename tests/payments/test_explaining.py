"""Lines of the statement that fit nothing are explained by two people; the books stay equal to the bank."""

from uuid import uuid4

import pytest

from apps.accounts.models import Role
from apps.core.errors import NotAllowed
from apps.fund.models import Freeze
from apps.fund.selectors import balance, entries_of, ledger_is_balanced
from apps.payments.errors import AlreadyProposed, DoesNotFit, MovedOn
from apps.payments.models import Order, StatementLine
from apps.payments.rules.matching import LineKind as K
from apps.payments.rules.resolving import (
    ARRIVED,
    NO_COUNTERPART,
    NO_MONEY,
    NOT_IN,
    NOT_PAID,
    NOT_WAITING,
    OTHER_AMOUNT,
    TOO_MUCH,
    Apart,
    why_not_checkout,
    why_not_order,
)
from apps.payments.rules.resolving import MONEY_MOVED as ONLY_A_NOTE
from apps.payments.rules.states import State as S
from apps.payments.services import (
    confirm,
    propose_for_line,
    propose_for_order,
    refuse,
    send_due_payments,
    take_back,
    take_lines,
)
from apps.payments.worklist import candidates
from tests.fund.factories import NOW, PLAN, money_in_bank
from tests.payments.factories import checkout, fact, order

pytestmark = pytest.mark.django_db
PAYABLE = f"claims-payable:{PLAN}"


@pytest.fixture
def people(make_user):
    money_in_bank(10_000)
    return make_user("first@example.com", Role.TREASURER), make_user("second@example.com", Role.COUNCIL)


def apart(number, of, kind=K.PAID, **changes):
    take_lines(facts=[fact(number, of, kind, **changes)], now=NOW)
    line = StatementLine.objects.get(number=number)
    assert line.state == "quarantine"
    return line


def propose(line, people, kind, **changes):
    values = {"key": uuid4(), "reason": "as the bank says on the phone", "now": NOW}
    return propose_for_line(kind=kind, line_id=line.pk, actor=people[0], **{**values, **changes})


def explain(line, people, kind, **changes):
    proposal = propose(line, people, kind, **changes)
    done = confirm(proposal_id=proposal.pk, actor=people[1], now=NOW)
    line.refresh_from_db()
    return done


def sent(fen=1_000):
    asked = order(fen)
    send_due_payments(limit=50, now=NOW)
    return asked


def state(asked):
    asked.refresh_from_db()
    return asked.state


def books():
    assert ledger_is_balanced()
    return {code: balance(code) for code in ("bank", "in-transit", "suspense")}


def test_a_line_without_key_belongs_to_a_payment(sandbox, people):
    asked = sent()
    line = apart(1, asked, key="scrawled")
    assert books() == {"bank": 9_000, "in-transit": 1_000, "suspense": -1_000}
    explain(line, people, "match-order", order_id=asked.pk)
    assert (state(asked), line.state, line.order) == ("settled", "matched", asked)
    assert books() == {"bank": 9_000, "in-transit": 0, "suspense": 0}
    kinds = [entry.kind for entry in entries_of("payments.statementline", line.pk)]
    assert kinds == ["money-unexplained", "money-unexplained-reversed"]


def test_what_the_bank_paid_too_little_is_asked_for_again(sandbox, people):
    asked = sent()
    line = apart(1, asked, amount_fen=990)
    explain(line, people, "match-order", order_id=asked.pk)
    assert state(asked) == "settled"
    assert books() == {"bank": 9_010, "in-transit": 10, "suspense": 0}
    assert balance(PAYABLE) == 0
    rest = Order.objects.exclude(pk=asked.pk).get()
    assert (rest.business_key, rest.amount_fen, rest.source_id) == (f"{asked.business_key}:short", 10, asked.source_id)
    send_due_payments(limit=50, now=NOW)
    take_lines(facts=[fact(2, rest)], now=NOW)
    assert state(rest) == "settled"
    assert books() == {"bank": 9_000, "in-transit": 0, "suspense": 0}


def test_money_that_came_in_belongs_to_what_was_asked_for(people):
    asked = checkout(700)
    line = apart(1, asked, K.RECEIVED, key="?")
    explain(line, people, "match-checkout", checkout_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.state, line.state, line.checkout) == ("paid", "matched", asked)
    assert books() == {"bank": 10_700, "in-transit": 0, "suspense": 0}
    assert balance("bank-clearing") == -700  # taken in by whoever asked


def test_two_lines_turn_each_other_round(sandbox, people):
    asked = sent()
    take_lines(facts=[fact(1, asked)], now=NOW)
    twice = apart(2, asked)
    back = apart(3, asked, K.RETURNED, key="sorry")
    assert books()["suspense"] == 0
    explain(twice, people, "pair", other_line_id=back.pk)
    back.refresh_from_db()
    assert (twice.state, back.state, state(asked)) == ("explained", "explained", "settled")
    assert books() == {"bank": 9_000, "in-transit": 0, "suspense": 0}


@pytest.mark.parametrize(("kind", "key"), [(K.RETURNED, "sorry"), (K.RECEIVED, None)], ids=["no key", "not its kind"])
def test_money_that_came_back_without_saying_so_is_owed_again(sandbox, people, kind, key):
    asked, other = sent(), sent()
    take_lines(facts=[fact(1, asked), fact(2, other)], now=NOW)
    owed = balance(PAYABLE)
    line = apart(3, asked, kind, key=key or str(asked.key))
    assert books() == {"bank": 9_000, "in-transit": 0, "suspense": 1_000}
    assert {found.order for found in candidates(line) if found.order} == {asked, other}
    explain(line, people, "match-order", order_id=asked.pk)
    assert (state(asked), asked.returned_date, state(other)) == ("returned", line.bank_date, "settled")
    assert (line.state, line.order) == ("matched", asked)
    assert books() == {"bank": 9_000, "in-transit": 0, "suspense": 0}
    assert balance(PAYABLE) == owed + 1_000
    again = apart(4, asked, kind, key="sorry too")
    with pytest.raises(DoesNotFit, match=NOT_PAID[:20]):
        propose(again, people, "match-order", order_id=asked.pk)


def test_the_payment_a_line_names_is_offered_first(sandbox, people):
    named = sent()
    others = [sent() for _ in range(20)]
    take_lines(facts=[fact(number, one) for number, one in enumerate([named, *others], start=1)], now=NOW)
    line = apart(99, named, K.RECEIVED)
    assert next(found.order for found in candidates(line)) == named


@pytest.mark.parametrize(("kind", "fen"), [(K.PAID, -30), (K.RECEIVED, 30)])
def test_what_is_none_of_ours_is_booked_to_its_account(people, kind, fen):
    line = apart(1, checkout(30), kind, key="fee")
    explain(line, people, "book", account="payable-operator")
    assert books() == {"bank": 10_000 + fen, "in-transit": 0, "suspense": 0}
    assert balance("payable-operator") == fen
    assert line.state == "explained"


def test_a_line_without_money_needs_a_note_of_one_person(sandbox, people):
    asked = sent()
    take_lines(facts=[fact(1, asked)], now=NOW)
    line = apart(2, asked, K.REJECTED)
    before = books()
    assert propose(line, people, "note").outcome == "accepted"
    line.refresh_from_db()
    assert (line.state, books()) == ("explained", before)


@pytest.mark.parametrize(
    ("kind", "fen", "of_state", "reason"),
    [
        (K.REJECTED, 5, S.SUBMITTED, NO_MONEY),
        (K.RECEIVED, 5, S.SUBMITTED, NOT_PAID),
        (K.RETURNED, 5, S.RETURNED, NOT_PAID),
        (K.RETURNED, 4, S.SETTLED, OTHER_AMOUNT),
        (K.RETURNED, 6, S.SETTLED, OTHER_AMOUNT),
        (K.RETURNED, 5, S.SETTLED, ""),
        (K.RECEIVED, 5, S.SETTLED, ""),
        (K.PAID, 5, S.SETTLED, NOT_WAITING),
        (K.PAID, 5, S.HELD, NOT_WAITING),
        (K.PAID, 6, S.UNKNOWN, TOO_MUCH),
        (K.PAID, 5, S.SUBMITTING, ""),
        (K.PAID, 4, S.SUBMITTED, ""),
    ],
)
def test_which_payment_fits_a_line(kind, fen, of_state, reason):
    assert why_not_order(Apart(kind, fen), amount_fen=5, state=of_state) == reason


@pytest.mark.parametrize(
    ("kind", "fen", "arrived", "reason"),
    [
        (K.PAID, 5, False, NOT_IN),
        (K.RECEIVED, 5, True, ARRIVED),
        (K.RECEIVED, 4, False, OTHER_AMOUNT),
        (K.RECEIVED, 5, False, ""),
    ],
)
def test_which_request_for_money_fits_a_line(kind, fen, arrived, reason):
    assert why_not_checkout(Apart(kind, fen), amount_fen=5, has_arrived=arrived) == reason


@pytest.mark.parametrize("of_state", [S.HELD, S.REQUESTED])
def test_in_restored_books_a_line_may_belong_to_an_order_never_sent(of_state):
    assert why_not_order(Apart(K.PAID, 5), amount_fen=5, state=of_state, is_restored=True) == ""


def test_while_frozen_two_people_match_a_line_with_an_order_never_sent(people):
    asked = order(1_000)
    Freeze.objects.create(reason="Restored", began_at=NOW, gap_from=NOW)
    line = apart(1, asked, amount_fen=990)
    assert next(found.order for found in candidates(line)) == asked
    explain(line, people, "match-order", order_id=asked.pk)
    assert (state(asked), line.state) == ("settled", "matched")


def test_what_does_not_fit_is_refused_with_the_reason(sandbox, people):
    asked = sent()
    line, other = apart(1, asked, key="a"), apart(2, asked, key="b")
    third = sent()
    take_lines(facts=[fact(4, third)], now=NOW)
    matched = StatementLine.objects.get(number=4)
    for kind, changes, reason in (
        ("pair", {"other_line_id": other.pk}, NO_COUNTERPART),
        ("pair", {"other_line_id": matched.pk}, NO_COUNTERPART),
        ("note", {}, ONLY_A_NOTE),
        ("match-checkout", {"checkout_id": checkout(1_000).pk}, NOT_IN),
    ):
        with pytest.raises(DoesNotFit) as refused:
            propose(line, people, kind, **changes)
        assert refused.value.message == reason
    rejected = apart(3, asked, K.REJECTED, key="c")
    with pytest.raises(DoesNotFit, match=NO_MONEY[:20]):
        propose(rejected, people, "book", account="payable-operator")


@pytest.mark.parametrize(
    ("kind", "changes"),
    [("book", {"account": "surplus"}), ("book", {"account": "operating-cost"}), ("match-order", {}), ("release", {})],
)
def test_what_makes_no_sense_is_refused(people, kind, changes):
    line = apart(1, checkout(30), K.PAID, key="x")
    with pytest.raises(MovedOn):
        propose(line, people, kind, **changes)


def test_one_proposal_a_line_and_a_refusal_leaves_it(sandbox, people):
    asked = sent()
    line, key = apart(1, asked, key="x"), uuid4()
    first = propose(line, people, "match-order", order_id=asked.pk, key=key)
    assert propose(line, people, "match-order", order_id=asked.pk, key=key) == first
    with pytest.raises(AlreadyProposed):
        propose(line, people, "book", account="open-fund")
    refuse(proposal_id=first.pk, actor=people[1], now=NOW)
    again = propose(line, people, "book", account="payable-operator")
    take_back(proposal_id=again.pk, actor=people[0], now=NOW)
    line.refresh_from_db()
    assert (line.state, books()["suspense"]) == ("quarantine", -1_000)


def test_between_proposal_and_confirmation_the_world_may_move_on(sandbox, people):
    asked = sent()
    line = apart(1, asked, key="x")
    proposal = propose(line, people, "match-order", order_id=asked.pk)
    take_lines(facts=[fact(2, asked)], now=NOW)
    with pytest.raises(DoesNotFit, match=NOT_WAITING[:20]):
        confirm(proposal_id=proposal.pk, actor=people[1], now=NOW)
    assert books() == {"bank": 8_000, "in-transit": 0, "suspense": -1_000}


def test_only_a_treasurer_proposes_an_explanation(people):
    line = apart(1, checkout(30), K.PAID, key="x")
    with pytest.raises(NotAllowed):
        propose(line, people[::-1], "book", account="payable-operator")


def test_an_unknown_payment_is_given_up_by_two_and_a_late_line_is_kept_apart(sandbox, people):
    asked = order(1_000)
    sandbox.order_fault("500")
    send_due_payments(limit=1, now=NOW)
    type(asked).objects.update(next_try_at=None)
    proposal = propose_for_order(
        kind="not-paid", order_id=asked.pk, actor=people[0], key=uuid4(), reason="letter of the bank", now=NOW
    )
    confirm(proposal_id=proposal.pk, actor=people[1], now=NOW)
    assert (state(asked), asked.reason) == ("failed", "letter of the bank")
    assert balance(PAYABLE) == 1_000
    apart(1, asked)
    assert books() == {"bank": 9_000, "in-transit": 0, "suspense": -1_000}
