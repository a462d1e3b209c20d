"""The treasurer's pages: what waits, what takes too long, and that it can be put right from there, by two people."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from apps.accounts.models import Role
from apps.fund.selectors import balance
from apps.payments import worklist
from apps.payments.models import Batch, Order, Proposal, StatementLine
from apps.payments.rules.ages import LATE, LINE_TO_DO, LONGEST, LONGEST_BY_FILE, TO_DO, longest
from apps.payments.rules.matching import LineKind as K
from apps.payments.rules.states import State
from apps.payments.services import (
    confirm_checkouts,
    make_batch,
    propose_for_order,
    read_statement,
    send_due_payments,
    take_lines,
)
from tests.fund.factories import NOW, money_in_bank
from tests.payments.factories import NUMBER, checkout, fact, order, payee

pytestmark = pytest.mark.django_db
BIG = 5_000_000
LATER = NOW + timedelta(days=4)


@pytest.fixture
def auditor(make_user):
    return make_user("auditor@example.com", Role.AUDITOR)


def url(name, *args):
    return reverse(f"payments:{name}", args=args)


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def put(asked, state, **changes):
    """Bring an order to a state and age past the guard, as only the tests' superuser can."""
    values = {"state": state, "state_at": NOW - timedelta(days=30), **changes}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Order.objects.filter(pk=asked.pk).update(**values)
        cursor.execute("SET session_replication_role = DEFAULT")
    return asked


def test_the_desk_says_what_there_is_and_what_waits(sandbox, signed_in, treasurer, make_user):
    money_in_bank(10_000_000)
    held = order(BIG)
    order(100)
    send_due_payments(limit=5, now=NOW)
    take_lines(facts=[fact(1, order(700), key="x")], now=NOW)
    propose(held, treasurer)
    page = signed_in(treasurer).get(url("desk"))
    found = page.context["desk"]
    assert (found.bank_fen, found.in_transit_fen, found.suspense_fen) == (9_999_300, BIG + 800, -700)
    assert (found.held, found.held_fen, found.waiting, found.lines, found.unsent) == (1, BIG, 1, 1, 1)
    assert (found.sent_today_fen, found.limits.day_fen) == (100, 500_000_000)
    amounts = ("¥50,000.00", "¥1.00", "¥5,000,000.00")
    for words in (*amounts, "To be released by two people", "Close the quarter", "Bring a statement"):
        assert words in text(page)


def test_an_auditor_sees_the_desk_without_the_tools(signed_in, auditor):
    assert "Bring a statement" not in text(signed_in(auditor).get(url("desk")))


def propose(asked, actor, kind="release"):
    return propose_for_order(kind=kind, order_id=asked.pk, actor=actor, key=uuid4(), reason="compared", now=NOW)


def test_a_held_order_is_proposed_by_one_and_let_go_by_another(signed_in, treasurer, council):
    asked = order(BIG)
    client = signed_in(treasurer)
    page = client.get(asked.get_absolute_url())
    assert "Payments of this size are released by two people." in text(page)
    form = page.context["form"]
    sent = {"key": form["key"].value(), "kind": "release", "reason": "compared", "account": asked.payee_account_id}
    answer = client.post(asked.get_absolute_url(), sent, follow=True)
    assert "It waits for a second person now." in text(answer)
    assert "Confirm</button>" not in text(answer)
    assert "You proposed this" in text(answer)
    proposal = Proposal.objects.get()
    refused = client.post(url("proposal", proposal.pk), {"act": "confirm"}, follow=True)
    assert "You proposed this yourself" in text(refused)

    other = signed_in(council)
    assert "Pay it" in text(other.get(url("proposals")))
    assert "¥50,000.00" in text(other.get(url("proposal", proposal.pk)))
    done = other.post(url("proposal", proposal.pk), {"act": "confirm"}, follow=True)
    assert "Confirmed: it is done." in text(done)
    asked.refresh_from_db()
    assert asked.state == "requested"


@pytest.mark.parametrize(("act", "said"), [("refuse", "Not confirmed"), ("nonsense", "Confirm</button>")])
def test_the_second_person_may_disagree(signed_in, treasurer, council, act, said):
    asked = order(BIG)
    proposal = propose(asked, treasurer)
    assert said in text(signed_in(council).post(url("proposal", proposal.pk), {"act": act}, follow=True))
    asked.refresh_from_db()
    assert asked.state == "held"


def test_it_can_be_taken_back(signed_in, treasurer):
    proposal = propose(order(BIG), treasurer)
    page = signed_in(treasurer).post(url("proposal", proposal.pk), {"act": "take-back"}, follow=True)
    assert "Taken back" in text(page)


def test_a_reason_is_needed_and_what_was_chosen_stays(signed_in, treasurer):
    asked = order(BIG)
    page = signed_in(treasurer).post(asked.get_absolute_url(), {"key": uuid4(), "kind": "decline", "reason": ""})
    assert "Write in a few words why." in text(page)
    assert page.context["form"]["kind"].value() == "decline"
    assert not Proposal.objects.exists()


def test_an_account_named_since_stands_on_the_page(signed_in, treasurer):
    asked = order(BIG)
    payee(asked.payee_account.owner_id, "6222020200998877665", now=NOW)
    client = signed_in(treasurer)
    page = client.get(asked.get_absolute_url())
    assert "account has changed" in text(page)
    assert "•••• 7665" in text(page)
    old = {"key": uuid4(), "kind": "release", "reason": "x", "account": asked.payee_account_id}
    assert "has named another account in the meantime" in text(client.post(asked.get_absolute_url(), old))


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COUNCIL])
def test_others_cannot_propose(signed_in, make_user, role):
    asked = order(BIG)
    client = signed_in(make_user("x@example.com", role))
    sent = {"key": uuid4(), "kind": "release", "reason": "x"}
    assert client.post(asked.get_absolute_url(), sent).status_code in {200, 404}
    assert not Proposal.objects.exists()


def test_an_unknown_payment_can_be_asked_about_at_once(sandbox, signed_in, treasurer):
    asked = order(100)
    sandbox.order_fault("502-done")
    send_due_payments(limit=1, now=NOW)
    put(asked, "unknown", next_try_at=None)
    client = signed_in(treasurer)
    assert "Ask the bank again" in text(client.get(asked.get_absolute_url()))
    assert "The bank is being asked" in text(client.post(url("ask", asked.pk), follow=True))
    send_due_payments(limit=5, now=NOW)
    asked.refresh_from_db()
    assert asked.state == "submitted"
    assert client.post(url("ask", 10**9)).status_code == 404


def test_an_order_that_goes_on_by_itself_offers_nothing(signed_in, treasurer):
    page = signed_in(treasurer).get(order(100).get_absolute_url())
    assert page.context["form"] is None
    assert not page.context["may_ask"]


def test_every_state_that_can_be_late_says_what_to_do():
    ends = {State.SETTLED, State.FAILED, State.RETURNED}
    assert set(LONGEST) == set(LATE) == set(TO_DO) == set(State) - ends
    assert longest(State.SETTLED, by_file=True) is None
    assert longest(State.SUBMITTING, by_file=True) == LONGEST_BY_FILE
    assert longest(State.UNKNOWN, by_file=True) == LONGEST[State.UNKNOWN]


@pytest.mark.parametrize("state", sorted(set(LONGEST), key=str))
def test_an_order_is_late_after_its_time_and_not_before(state):
    asked = order(100)
    lease = {"lease_until": NOW} if state == State.SUBMITTING else {}
    at = {"next_try_at": NOW} if state == State.UNKNOWN else {}
    put(asked, state.value, state_at=NOW - LONGEST[state] + timedelta(seconds=1), **lease, **at)
    assert not worklist.late_orders(NOW).exists()
    put(asked, state.value, state_at=NOW - LONGEST[state], **lease, **at)
    assert list(worklist.late_orders(NOW)) == [asked]


def test_ended_orders_are_never_late():
    for number, state in enumerate(("settled", "failed", "returned")):
        put(order(100 + number), state, **({"settled_date": NOW.date()} if state != "failed" else {}))
    assert not worklist.late_orders(LATER).exists()


def test_a_batch_has_more_time(treasurer):
    asked = order(100)
    make_batch(actor=treasurer, key=uuid4(), now=NOW)
    put(asked, "submitting", state_at=NOW - timedelta(days=2))
    assert not worklist.late_orders(NOW).exists()
    put(asked, "submitting", state_at=NOW - LONGEST_BY_FILE)
    assert worklist.late_orders(NOW).exists()


def test_the_worklist_says_what_happened_and_what_to_do(sandbox, signed_in, treasurer):
    late = order(111)
    put(late, "submitted")
    wanted = checkout(222)
    sandbox.store.open_checkout(str(wanted.key), {"amount_fen": 222, "return_url": "/", "language": "en"})
    sandbox.pay(wanted.key, "now")
    confirm_checkouts(limit=5, now=NOW + timedelta(minutes=1))
    type(wanted).objects.update(paid_at=NOW - timedelta(days=3))
    take_lines(facts=[fact(1, order(333), amount_fen=332)], now=NOW)
    page = text(signed_in(treasurer).get(url("differences")))
    for words in (
        "The bank&#x27;s amount differs from ours.",
        "Paid too little: say which payment it is",
        "The bank took it, but its statement does not show it.",
        "call the bank with its reference",
        "Paid in, but not on the statement",
        "¥2.22",
    ):
        assert words in page


def test_a_line_that_waits_too_long_for_an_earlier_one_is_on_the_list(sandbox):
    asked = order(100)
    send_due_payments(limit=1, now=NOW)
    take_lines(facts=[fact(2, asked, K.RETURNED)], now=NOW)
    assert not worklist.lines_to_explain(NOW).exists()
    line = worklist.lines_to_explain(LATER).get()
    assert "earlier line" in worklist.line_task(line).to_do


def test_a_difference_is_explained_from_its_page(sandbox, signed_in, treasurer, council):
    money_in_bank(10_000)
    asked = order(333)
    send_due_payments(limit=1, now=NOW)
    take_lines(facts=[fact(1, asked, amount_fen=332)], now=NOW)
    line = StatementLine.objects.get()
    client = signed_in(treasurer)
    page = client.get(url("line", line.pk))
    assert f"Payment {asked.pk}, ¥3.33 to Lin Yue" in text(page)
    assert NUMBER not in text(page)
    nothing = client.post(url("line", line.pk), {"key": uuid4(), "what": "", "number": "", "reason": "x"})
    assert "Choose what it is, or type the number of a payment." in text(nothing)
    sent = {"key": uuid4(), "what": f"order:{asked.pk}", "reason": "the bank kept one fen"}
    assert "It waits for a second person now." in text(client.post(url("line", line.pk), sent, follow=True))
    page = text(signed_in(council).get(url("proposal", Proposal.objects.get().pk)))
    assert "the bank kept one fen" in page
    signed_in(council).post(url("proposal", Proposal.objects.get().pk), {"act": "confirm"})
    line.refresh_from_db()
    asked.refresh_from_db()
    assert (line.state, asked.state, balance("suspense"), balance("in-transit")) == ("matched", "settled", 0, 1)


def one_line(kind=K.PAID, fen=500, **changes):
    take_lines(facts=[fact(9, order(fen), kind, **{"key": "scrawl", **changes})], now=NOW)
    return StatementLine.objects.get(number=9)


@pytest.mark.parametrize(
    ("what", "kind"), [("book:payable-operator", "book"), ("line", "pair"), ("number", "match-order")]
)
def test_each_kind_of_explanation_can_be_proposed(sandbox, signed_in, treasurer, what, kind):
    money_in_bank(10_000)
    line, asked = one_line(), order(500)
    sent = {"key": uuid4(), "reason": "x", "what": what}
    if what == "line":
        take_lines(facts=[fact(10, asked, K.RETURNED, key="back")], now=NOW)
        sent["what"] = f"line:{StatementLine.objects.get(number=10).pk}"
    if what == "number":
        send_due_payments(limit=5, now=NOW)
        sent |= {"what": "", "number": asked.pk}
    client = signed_in(treasurer)
    assert client.post(url("line", line.pk), sent).status_code == 302
    proposal = Proposal.objects.get()
    assert proposal.kind == kind
    assert text(client.get(url("proposal", proposal.pk)))
    assert "Waits for a second person" in text(client.get(url("line", line.pk)))


def test_money_that_came_in_offers_what_was_asked_for(signed_in, treasurer):
    wanted = checkout(500)
    line = one_line(K.RECEIVED)
    client = signed_in(treasurer)
    assert "Money asked for on" in text(client.get(url("line", line.pk)))
    client.post(url("line", line.pk), {"key": uuid4(), "what": f"checkout:{wanted.pk}", "reason": "x"})
    assert Proposal.objects.get().checkout == wanted
    assert text(client.get(url("proposal", Proposal.objects.get().pk)))


def test_a_number_that_is_no_payment_is_said_at_the_form(signed_in, treasurer):
    line = one_line()
    page = signed_in(treasurer).post(url("line", line.pk), {"key": uuid4(), "number": "987654", "reason": "x"})
    assert "This has moved on" in text(page)


def test_a_line_without_money_takes_a_note_at_once(sandbox, signed_in, treasurer):
    asked = order(500)
    send_due_payments(limit=1, now=NOW)
    take_lines(facts=[fact(1, asked), fact(2, asked, K.REJECTED)], now=NOW)
    line = StatementLine.objects.get(number=2)
    client = signed_in(treasurer)
    answer = client.post(url("line", line.pk), {"key": uuid4(), "what": "note", "reason": "an error"}, follow=True)
    assert "It is written down." in text(answer)
    assert text(client.get(url("line", line.pk)))


def test_after_a_refusal_the_debt_itself_is_offered(sandbox, signed_in, treasurer):
    asked = order(500)
    sandbox.order_fault("reject")
    send_due_payments(limit=1, now=NOW)
    take_lines(facts=[fact(1, asked)], now=NOW)
    line = StatementLine.objects.get()
    assert worklist.accounts_for(line)[0] == asked.owed_account
    assert LINE_TO_DO[line.reason] == worklist.line_task(line).to_do
    client = signed_in(treasurer)
    client.post(url("line", line.pk), {"key": uuid4(), "what": f"book:{asked.owed_account}", "reason": "x"})
    assert "asthma-6" in text(client.get(url("proposal", Proposal.objects.get().pk)))


def test_a_file_for_the_bank_is_made_and_downloaded(sandbox, signed_in, treasurer, auditor):
    order(100)
    client = signed_in(treasurer)
    page = client.get(url("batches"))
    assert "Make a file of 1 payment, ¥1.00?" in text(page)
    client.post(url("batches"), {"key": page.context["key"]})
    client.post(url("batches"), {"key": page.context["key"]})
    batch = Batch.objects.get()
    assert "Download the file" in text(client.get(batch.get_absolute_url()))
    file = client.get(url("batch_file", batch.pk))
    assert file["Content-Disposition"] == f'attachment; filename="gongji-payments-{batch.pk}.csv"'
    assert NUMBER in file.content.decode()
    assert "Nothing waits to be sent" in text(client.get(url("batches")))
    refused = client.post(url("batches"), {"key": uuid4()}, follow=True)
    assert "No payment waits to be sent" in text(refused)
    assert client.post(url("batches"), {"key": "no key"}).status_code == 302
    reader = signed_in(auditor)
    assert "Download the file" not in text(reader.get(batch.get_absolute_url()))
    assert reader.get(url("batch_file", batch.pk)).status_code == 404


def upload(client, content, name="statement.csv"):
    return client.post(url("statements"), {"statement": SimpleUploadedFile(name, content)}, follow=True)


def test_a_statement_is_brought_once_and_again(signed_in, treasurer):
    own = "number,date,kind,amount,account,key,reference,own_account\r\n"
    row = "5,2026-11-24,received,9.90,,?,X,6217000010001234567\r\n"
    client = signed_in(treasurer)
    assert "1 new lines of 1 were taken in" in text(upload(client, (own + row).encode()))
    assert "nothing has changed" in text(upload(client, (own + row).encode()))
    bad = text(upload(client, (own + row.replace("9.90", "-9.90")).encode()))
    assert "Nothing was taken from this file" in bad
    assert "The amount is below zero." in bad
    assert "Choose the file." in text(client.post(url("statements")))
    assert "empty (0 bytes)" in text(upload(client, b""))
    assert StatementLine.objects.count() == 1


@pytest.mark.parametrize("rows", [3, 60])
def test_each_list_costs_the_same_with_3_and_with_60_rows(
    sandbox, signed_in, treasurer, rows, django_assert_num_queries
):
    client = signed_in(treasurer)
    for number in range(1, rows + 1):
        propose(order(BIG), treasurer)
        put(order(100), "submitted")
        take_lines(facts=[fact(number, order(), key="x")], now=NOW)
        make_batch(actor=treasurer, key=uuid4(), now=NOW)
    read_statement(now=NOW)
    # session, user, unread messages; balances, orders, proposals, lines, arrivals; sent today, limits
    with django_assert_num_queries(10):
        client.get(url("desk"))
    with django_assert_num_queries(7):  # ...; count, lines, late orders, arrivals
        client.get(url("differences"))
    with django_assert_num_queries(6):  # ...; count, page, decided
        client.get(url("proposals"))
    with django_assert_num_queries(6):  # ...; unsent, count, page
        client.get(url("batches"))
    with django_assert_num_queries(4):  # ...; count
        client.get(url("statements"))
