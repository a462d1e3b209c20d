"""The statement settles money: every line is taken once, matched or kept apart, and the books follow the bank."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.fund.errors import Overdrawn
from apps.fund.selectors import balance, ledger_is_balanced
from apps.fund.services import close_books
from apps.payments import gateway
from apps.payments.models import LineState, StatementFeed, StatementLine
from apps.payments.rules.keys import payment_key
from apps.payments.rules.matching import AFTER_FAILURE, TWICE, UNKNOWN_KEY, WRONG_ACCOUNT, WRONG_AMOUNT, LineKind
from apps.payments.selectors import differences
from apps.payments.services import read_statement, record_failed, send_due_payments, statement, take_lines
from tests.fund.factories import NOW, PLAN, money_in_bank
from tests.payments.factories import checkout, fact, order

pytestmark = pytest.mark.django_db
PAYABLE = f"claims-payable:{PLAN}"
K = LineKind


@pytest.fixture
def sent(sandbox):
    """Make an order of so many fen that the bank has accepted."""

    def send(fen=500):
        asked = order(fen)
        send_due_payments(limit=50, now=NOW)
        return asked

    return send


def take(*facts):
    return take_lines(facts=facts, now=NOW)


def state(asked):
    asked.refresh_from_db()
    return asked.state


def reasons():
    return list(StatementLine.objects.filter(state=LineState.QUARANTINE).values_list("reason", flat=True))


def test_the_statement_settles_and_the_bank_s_date_is_kept(sent):
    asked = sent()
    assert take(fact(1, asked)) == 1
    assert state(asked) == "settled"
    assert asked.settled_date == date(2026, 11, 24)
    assert (balance("in-transit"), balance("bank")) == (0, -500)


def test_a_line_read_twice_counts_once(sent):
    asked = sent()
    assert (take(fact(1, asked)), take(fact(1, asked)), take(fact(1, asked), fact(1, asked))) == (1, 0, 0)
    assert balance("bank") == -500


def test_money_that_comes_back_is_owed_again(sent):
    asked = sent()
    take(fact(1, asked))
    take(fact(2, asked, K.RETURNED, bank_date=date(2026, 12, 4)))
    assert (state(asked), asked.returned_date) == ("returned", date(2026, 12, 4))
    assert (balance(PAYABLE), balance("bank")) == (500, 0)


def test_a_return_read_before_its_payment_waits_for_it(sent):
    asked = sent()
    take(fact(2, asked, K.RETURNED))
    assert state(asked) == "submitted"
    assert differences().get().state == LineState.WAITING
    take(fact(1, asked))
    assert state(asked) == "returned"
    assert not differences().exists()


def test_a_payment_refused_later_fails(sent):
    asked = sent()
    take(fact(1, asked, K.REJECTED))
    assert state(asked) == "failed"
    assert balance(PAYABLE) == 500


def test_a_refusal_told_twice_is_no_difference(sent):
    asked = sent()
    record_failed(order_id=asked.pk, reason="no", day=NOW.date(), now=NOW)
    take(fact(1, asked, K.REJECTED))
    assert StatementLine.objects.get().state == LineState.MATCHED
    assert balance("suspense") == 0


@pytest.mark.parametrize(
    ("changes", "reason", "moved"),
    [
        ({"amount_fen": 499}, WRONG_AMOUNT, -499),
        ({"account": "6222020200998877665"}, WRONG_ACCOUNT, -500),
        ({"key": "5fb67bed-2a6e-54f2-a9a8-6ee2d2b6ba58"}, UNKNOWN_KEY, -500),
        ({"key": "not one of ours"}, UNKNOWN_KEY, -500),
        ({"key": "", "kind": K.RECEIVED}, UNKNOWN_KEY, 500),
        ({"key": "", "kind": K.REJECTED}, UNKNOWN_KEY, 0),
    ],
    ids=str,
)
def test_what_does_not_fit_is_kept_apart_and_still_in_the_books(sent, changes, reason, moved):
    asked = sent()
    take(fact(1, asked, **changes))
    assert state(asked) == "submitted"
    assert reasons() == [reason]
    assert balance("bank") == balance("suspense") == moved


def test_a_payment_made_twice_by_the_bank_shows(sent):
    asked = sent()
    take(fact(1, asked), fact(2, asked))
    assert reasons() == [TWICE]
    assert (balance("bank"), balance("suspense"), balance("in-transit")) == (-1000, -500, 0)


def test_a_payment_after_a_refusal_shows(sent):
    asked = sent()
    record_failed(order_id=asked.pk, reason="no", day=NOW.date(), now=NOW)
    take(fact(1, asked))
    assert reasons() == [AFTER_FAILURE]


def test_what_settles_on_a_closed_day_is_booked_on_the_first_open_one(sent):
    asked = sent()
    close_books(through=date(2026, 11, 30), now=NOW)
    take(fact(1, asked))
    assert state(asked) == "settled"
    assert asked.settled_date == date(2026, 11, 24)


def test_money_paid_in_arrives_once(sandbox):
    wanted = checkout(800)
    take(fact(1, wanted, K.RECEIVED), fact(2, wanted, K.RECEIVED))
    wanted.refresh_from_db()
    assert (wanted.state, wanted.bank_date) == ("paid", date(2026, 11, 24))
    assert (balance("bank"), balance("bank-clearing"), balance("suspense")) == (1600, -800, 800)
    assert reasons() == [TWICE]


def test_the_real_feed_is_read_with_an_overlap_at_three_queries_when_idle(sent, django_assert_num_queries):
    asked = [sent(100 + number) for number in range(5)]
    assert read_statement(now=NOW) == 5
    assert {state(one) for one in asked} == {"settled"}
    with django_assert_num_queries(3):
        assert read_statement(now=NOW) == 0


def test_a_line_that_appears_late_below_the_newest_is_still_read(sent, sandbox):
    first, second = sent(), sent()
    with sandbox.store.writing() as connection:
        connection.execute("UPDATE statement SET visible_at = visible_at + 9e9 WHERE number = 1")
    assert read_statement(now=NOW) == 1
    with sandbox.store.writing() as connection:
        connection.execute("UPDATE statement SET visible_at = 0")
    assert read_statement(now=NOW) == 1
    assert (state(first), state(second)) == ("settled", "settled")


def hide(sandbox, *numbers):
    """Let all lines be visible but these."""
    with sandbox.store.writing() as lines:
        lines.execute("UPDATE statement SET visible_at = 0")
        lines.executemany("UPDATE statement SET visible_at = 9e12 WHERE number = ?", [(number,) for number in numbers])


def fill(sandbox, count):
    with sandbox.store.writing() as lines:
        query = "INSERT INTO statement (visible_at, key, kind, amount_fen, account, date, reference) VALUES "
        lines.execute(query + ", ".join(["(0, 'fee', 'paid', 1, '', '2026-11-24', '')"] * count))


def test_a_file_of_the_newest_days_hides_no_line_of_the_feed(sent):
    asked = [sent(), sent()]
    take(*[fact(2_026_112_400_000 + number, asked[0], key="fee") for number in range(150)])
    assert read_statement(now=NOW) == 2
    assert {state(one) for one in asked} == {"settled"}


def test_a_missing_number_is_waited_for_however_many_lines_come_after_it(sent, sandbox, monkeypatch):
    asked = sent()
    fill(sandbox, 149)
    hide(sandbox, 1, 120)
    whole = gateway.SandboxBank.statement
    monkeypatch.setattr(gateway.SandboxBank, "statement", lambda self, after: whole(self, after)[:110])
    assert [read_statement(now=NOW) for _ in range(3)] == [110, 38, 0]
    hide(sandbox, 1)
    assert read_statement(now=NOW) == 1
    hide(sandbox)
    assert [read_statement(now=NOW) for _ in range(2)] == [1, 0]
    assert state(asked) == "settled"
    feed = StatementFeed.objects.get()
    assert (feed.read_to, feed.newest) == (150, 150)


def test_a_reading_is_complete_when_it_came_to_the_end_and_no_number_is_missing(sent, sandbox):
    def complete(minutes):
        read_statement(now=NOW + timedelta(minutes=minutes))
        return StatementFeed.objects.get().complete_at

    assert complete(0) == NOW  # where nothing ever moved, too
    sent(), sent()
    hide(sandbox, 1)
    assert complete(1) == NOW
    hide(sandbox)
    assert complete(2) == NOW + timedelta(minutes=2)
    assert complete(2.5) == NOW + timedelta(minutes=2)  # noted each minute
    fill(sandbox, 400)
    assert complete(4) == NOW + timedelta(minutes=2)  # a full page: more may follow
    assert complete(5) == NOW + timedelta(minutes=5)


def test_a_line_nobody_could_take_is_fetched_again_after_many_others(sent, sandbox, monkeypatch):
    asked = sent()
    fill(sandbox, 130)
    real = statement.settle

    def refuse(*args, **kwargs):
        raise Overdrawn(accounts="bank")

    monkeypatch.setattr(statement, "settle", refuse)
    assert read_statement(now=NOW) == 130
    monkeypatch.setattr(statement, "settle", real)
    assert read_statement(now=NOW) == 1
    assert state(asked) == "settled"


def test_a_waiting_line_that_fails_stops_no_other(sent, monkeypatch):
    first, second = sent(), sent()
    real = statement.take_back

    def refuse(order, **facts):
        if order.pk == first.pk:
            raise Overdrawn(accounts="bank")
        return real(order, **facts)

    monkeypatch.setattr(statement, "take_back", refuse)
    take(fact(3, first, K.RETURNED), fact(4, second, K.RETURNED))
    take(fact(1, first), fact(2, second))
    assert (state(first), state(second)) == ("settled", "returned")
    assert differences().get().number == 3


def test_waiting_lines_that_move_on_are_found_behind_many_that_do_not(sent, monkeypatch):
    monkeypatch.setattr(statement, "BATCH", 1)
    stuck, asked = sent(), sent()
    take(fact(3, stuck, K.RETURNED), fact(4, asked, K.RETURNED))
    take(fact(2, asked))
    assert (state(stuck), state(asked)) == ("submitted", "returned")


@pytest.mark.parametrize("as_written", [str, lambda key: key.hex.upper()])
def test_a_line_of_an_unknown_key_is_matched_again_when_its_payment_appears(as_written):
    known, key = order(300), payment_key("claim:900:1")
    take(fact(1, known, key=as_written(key)), fact(2, known, K.RETURNED, key=as_written(key)))
    assert reasons() == [UNKNOWN_KEY] * 2
    asked = order(300, key="claim:900:1")
    take()
    assert state(asked) == "returned"
    assert (balance("bank"), balance("suspense"), balance("in-transit")) == (0, 0, 300)
    assert list(StatementLine.objects.values_list("state", "order")) == [("matched", asked.pk)] * 2
    assert reasons() == []


def test_one_that_does_not_fit_its_payment_stays_apart_with_the_reason():
    known = order(300)
    take(fact(1, known, key=str(payment_key("claim:901:1"))))
    asked = order(301, key="claim:901:1")
    for _ in range(2):
        take()
    assert reasons() == [WRONG_AMOUNT]
    assert (state(asked), balance("bank"), balance("suspense")) == ("requested", -300, -300)


def test_money_paid_in_for_a_lost_request_arrives_when_it_is_asked_for_again():
    wanted = checkout(800)
    take(fact(1, wanted, K.RECEIVED, key=str(payment_key("checkout:contribution:902"))))
    again = checkout(800, key="contribution:902")
    take()
    again.refresh_from_db()
    assert (again.state, balance("bank"), balance("suspense")) == ("paid", 800, 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_statement_is_matched_or_kept_apart_and_the_books_equal_the_bank(sandbox, data):
    """Duplicates, gaps, out of order, in pieces, wrong amounts, unknown keys, returns: nothing is lost or doubled."""
    from django.db import transaction

    with transaction.atomic():
        money_in_bank(10_000)
        asked = [order(100 * place) for place in range(1, 4)]
        send_due_payments(limit=50, now=NOW)
        kinds = st.sampled_from([K.PAID, K.RETURNED, K.REJECTED])
        lines = data.draw(
            st.lists(st.tuples(st.sampled_from([0, 1, 2, None]), kinds, st.sampled_from([0, 0, 0, 1])), max_size=9)
        )
        facts = [
            fact(
                number * 3,
                asked[place or 0],
                kind,
                **({"key": "unknown"} if place is None else {}),
                amount_fen=asked[place or 0].amount_fen + error,
            )
            for number, (place, kind, error) in enumerate(lines, start=1)
        ]
        for piece in data.draw(st.lists(st.lists(st.sampled_from(facts)), max_size=4)) if facts else []:
            take(*piece)
        take(*data.draw(st.permutations(facts)))
        take(*facts)
        sign = {K.PAID: -1, K.RETURNED: 1, K.REJECTED: 0}
        settled = StatementLine.objects.exclude(state=LineState.WAITING)
        assert StatementLine.objects.count() == len(facts)
        assert balance("bank") == 10_000 + sum(line.amount_fen * sign[line.kind] for line in settled)
        assert balance("in-transit") == sum(one.amount_fen for one in asked if state(one) == "submitted")
        assert ledger_is_balanced()
        transaction.set_rollback(True)
