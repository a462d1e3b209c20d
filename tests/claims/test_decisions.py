"""A stored decision replays to the same answer; the database keeps it; two at once never pass a limit."""

import itertools
import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from apps.claims.models import Bill, BillLine, Claim, CoverYear, Decision, EarlierPayer, Payout
from apps.claims.rules.filing import FiledLine
from apps.claims.rules.states import Outcome
from apps.claims.selectors import replay
from apps.claims.services import review_claim, submit_bill
from apps.fund.selectors import balance, ledger_is_balanced
from tests.claims.factories import (
    INHALER,
    SECOND,
    day,
    make_account,
    make_bill,
    make_covered,
    make_held_bill,
    make_officer,
    take,
    visit,
)
from tests.enrolments.factories import ASTHMA

LIMIT_OF_A_YEAR = 5_000_00


def many_decisions(now):
    """Clean ones, several covers, payers, a stay, an event, a decline, a reduction."""
    cover, officer = make_covered(ASTHMA, SECOND), make_officer()
    make_bill(cover, lines=(INHALER, FiledLine("exam", "Test", 80_00)), earlier={"basic": 33_33, "city": 11_11})
    make_bill(
        cover, kind="inpatient", service_date=day(20), discharged=day(15), lines=(FiledLine("bed", "Bed", 99_99),)
    )
    make_bill(cover, kind="event", event="diagnosis", lines=(), service_date=day(30))
    held = make_held_bill(cover, service_date=day(40))
    review_claim(claim_id=take(held, officer), actor=officer, outcome=Outcome.DECLINE, reason="no", now=now)
    held = make_held_bill(cover, service_date=day(50))
    review_claim(
        claim_id=take(held, officer),
        actor=officer,
        outcome=Outcome.REDUCE,
        reason="less",
        reductions={1: 7_77},
        diagnosis="J45.9",
        now=now,
    )
    return Decision.objects.order_by("pk")


@pytest.mark.django_db
def test_every_stored_decision_replays_to_the_same_answer(now, capsys):
    decisions = list(many_decisions(now))
    assert len(decisions) == 9
    assert all(replay(decision) for decision in decisions)
    call_command("replay_decisions")
    assert "9 decisions replayed" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_tampered_decision_is_found_by_the_replay(now):
    decision = many_decisions(now)[0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE claims_decision SET answer = jsonb_set(answer, '{paid_fen}', '1') WHERE id = %s", [decision.pk]
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    with pytest.raises(CommandError, match="1 of 9 decisions differ"):
        call_command("replay_decisions")


@pytest.mark.django_db
def test_running_totals_chain_from_decision_to_decision(now):
    decisions = list(many_decisions(now))
    for cover_id in {decision.cover_id for decision in decisions}:
        chain = [decision for decision in decisions if decision.cover_id == cover_id]
        assert [decision.sequence for decision in chain] == list(range(1, len(chain) + 1))
        assert chain[0].accumulators_before == {}
        for one, following in itertools.pairwise(chain):
            assert one.accumulators_after == following.accumulators_before
        assert CoverYear.objects.get(cover_id=cover_id).accumulators == chain[-1].accumulators_after


@pytest.mark.django_db
def test_a_limit_of_the_year_stops_the_last_bill(now):
    cover = make_covered()
    for number in range(12):
        make_bill(cover, service_date=day(1 + 8 * number), lines=(FiledLine("drug", "x", 600_00, "R03BA02"),))
    paid = list(Claim.objects.order_by("pk").values_list("paid_fen", flat=True))
    assert paid == [500_00] * 10 + [0, 0]


REFUSED = [
    (Decision, {"paid_fen": 1}, "append-only"),
    (BillLine, {"billed_fen": 1}, "append-only"),
    (EarlierPayer, {"amount_fen": 1}, "append-only"),
    (Claim, {"state": "review", "paid_fen": 0, "decided_at": None}, "is decided"),
    (Claim, {"paid_fen": 1}, "is decided"),
    (Bill, {"billed_fen": 1}, "is filed"),
    (Bill, {"diagnosis": "C50"}, "is filed"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "change", "said"), REFUSED)
def test_what_was_filed_and_decided_cannot_be_changed(model, change, said):
    make_bill(earlier={"basic": 1_00})
    with pytest.raises(IntegrityError, match=said), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Decision, BillLine, EarlierPayer])
def test_nor_removed(model):
    make_bill(earlier={"basic": 1_00})
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete("default")


CONSTRAINTS = [
    (Bill, {"receipt_key": ""}, "receipt_is_named"),
    (Bill, {"kind": "spa"}, "bill_kind_known"),
    (Bill, {"discharged": day(0)}, "only_a_stay_has_a_discharge"),
    (Bill, {"kind": "inpatient"}, "only_a_stay_has_a_discharge"),
    (Bill, {"kind": "inpatient", "discharged": day(2)}, "only_a_stay_has_a_discharge"),
    (Bill, {"event": "diagnosis"}, "only_an_event_is_named"),
    (Bill, {"billed_fen": 0}, "a_bill_has_an_amount"),
    (Bill, {"grade": 11}, "grade_in_range"),
    (BillLine, {"billed_fen": 0}, "bill_line_above_zero"),
    (BillLine, {"category": "magic"}, "bill_line_words_known"),
    (EarlierPayer, {"amount_fen": 0}, "payer_paid_something"),
    (EarlierPayer, {"payer": "mutual"}, "payer_known"),
    (Claim, {"state": "approved"}, "claim_state_and_amount_agree"),
    (Claim, {"paid_fen": 5}, "claim_state_and_amount_agree"),
    (Claim, {"state": "declined"}, "claim_state_and_amount_agree"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "change", "constraint"), CONSTRAINTS)
def test_the_database_holds_what_it_can(model, change, constraint):
    """A copy of a good row with one thing wrong is refused by name."""
    make_held_bill(earlier={"basic": 1_00})
    row = model.objects.get()
    row.pk = None
    uniques = {Bill: {"number": "C-0", "sequence": 0, "receipt_key": "other", "key": None}}.get(model, {})
    for name, value in {"number": 9, "payer": "city", "rank": 9, **uniques, **change}.items():
        if hasattr(row, name):
            setattr(row, name, value)
    if model is Bill:
        row.key = "6f0f7d0c-9a53-4d0e-8f0a-2b1f5c6f1a57"
    if model is Claim:
        row.cover_id = make_covered().pk
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "constraint"),
    [
        (BillLine, "bill_line_number_once"),
        (EarlierPayer, "payer_once_a_bill"),
        (Claim, "one_claim_a_cover"),
        (Decision, "decision_number_once"),
        (Payout, "payout_once_an_instalment"),
        (CoverYear, "cover_id"),
    ],
)
def test_no_row_twice(model, constraint):
    make_bill(earlier={"basic": 1_00})
    row = model.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_neither_place_in_an_order_is_given_twice():
    make_bill(make_covered(ASTHMA, SECOND))
    first, second = Claim.objects.order_by("rank")
    with pytest.raises(IntegrityError, match="claim_rank_once"), transaction.atomic():
        Claim.objects.create(
            bill=first.bill,
            cover_id=make_covered().pk,
            plan_code="x",
            rank=second.rank,
            state="review",
            submitted_at=first.submitted_at,
        )
    decision = first.decisions.get()
    decision.pk, decision.number = None, 2
    with pytest.raises(IntegrityError, match="decision_order_of_a_cover"), transaction.atomic():
        decision.save(force_insert=True)
    decision.sequence, decision.paid_fen = 9, -1
    with pytest.raises(IntegrityError, match="decision_not_below_zero"), transaction.atomic():
        decision.save(force_insert=True)
    payout = Payout.objects.filter(decision__claim=first).get()
    payout.pk, payout.instalment, payout.amount_fen = None, 2, 0
    with pytest.raises(IntegrityError, match="payout_above_zero"), transaction.atomic():
        payout.save(force_insert=True)


def in_threads(*jobs) -> list[BaseException]:
    """Run jobs at the same moment, each on its own connection; the errors they met."""
    barrier, met = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            barrier.wait(10)
            job()
        except BaseException as error:
            met.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return met


@pytest.mark.django_db(transaction=True)
def test_bills_of_one_cover_decided_at_once_never_pass_its_limit(now):
    cover = make_covered(start=now - timedelta(days=350))
    make_account(cover.person.registered_by, now=now - timedelta(days=350))
    lines = (FiledLine("drug", "x", 600_00, "R03BA02"),)
    for number in range(1, 9):
        days = 40 * number
        make_bill(cover, now=now - timedelta(days=days), service_date=day(days + 1), lines=lines)
    jobs = [
        lambda n=n: make_bill(
            cover, now=now + timedelta(seconds=n), filing=visit(lines=(FiledLine("drug", "x", 550_00 + n, "R03BA02"),))
        )
        for n in range(6)
    ]
    assert in_threads(*jobs) == []
    total = sum(Claim.objects.values_list("paid_fen", flat=True))
    assert total == LIMIT_OF_A_YEAR == balance(f"claims-payable:{ASTHMA}")
    sequences = sorted(Decision.objects.values_list("sequence", flat=True))
    assert sequences == list(range(1, 15))
    assert all(replay(decision) for decision in Decision.objects.all())
    assert ledger_is_balanced()


@pytest.mark.django_db(transaction=True)
def test_receipts_filed_at_once_are_counted_one_after_the_other(now):
    cover = make_covered()
    make_account(cover.person.registered_by)
    filings = [visit(lines=(replace(INHALER, billed_fen=100_00 + number),)) for number in range(9)]
    jobs = [lambda filing=filing: make_bill(cover, filing=filing) for filing in filings]
    assert in_threads(*jobs) == []
    held = [[reason["code"] for reason in claim.hold_reasons] for claim in Claim.objects.filter(state="review")]
    assert held == [["many-receipts"]] * 3


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_on_two_connections_files_once(now):
    cover = make_covered()
    account, key, filing = make_account(cover.person.registered_by), uuid4(), visit()

    def send():
        submit_bill(
            actor=cover.person.registered_by,
            person_id=cover.person_id,
            filing=filing,
            payee_account_id=account.pk,
            key=key,
            now=now,
        )

    assert in_threads(*[send] * 4) == []
    assert Bill.objects.count() == Claim.objects.count() == Payout.objects.count() == 1


@pytest.mark.django_db
def test_filing_deciding_and_booking_take_few_queries(now):
    cover = make_covered()
    make_account(cover.person.registered_by)
    make_bill(cover, service_date=day(40))
    lines = tuple(replace(INHALER, billed_fen=20_00 + number) for number in range(4))
    account, key, filing = make_account(cover.person.registered_by), uuid4(), visit(lines=lines)
    with CaptureQueriesContext(connection) as asked:
        bill = submit_bill(
            actor=cover.person.registered_by,
            person_id=cover.person_id,
            filing=filing,
            payee_account_id=account.pk,
            key=key,
            now=now,
        )
    assert bill.claims.get().state == "approved"
    statements = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(statements) <= 12, statements
