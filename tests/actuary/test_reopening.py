"""Opening a closed period again: two persons, every entry reversed, the old figures kept, a new version closed."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary import services
from apps.actuary.errors import AlreadyClosed, NotTheLatest, SurplusSpent
from apps.actuary.models import EarnedShare, PeriodClose, Reopening
from apps.actuary.rules.snapshot import fingerprint
from apps.actuary.selectors import closes, locked_quarters
from apps.audit.models import Event
from apps.core.periods import Period
from apps.fund.errors import AlreadyDecided, ClosedPeriod, ReasonMissing, SecondPersonNeeded
from apps.fund.models import Closing, Entry
from apps.fund.rules.postings import Posting
from apps.fund.selectors import balance, balances, closed_through, ledger_is_balanced
from apps.governance.models import State
from apps.governance.selectors import available_fen, committed_fen
from apps.governance.services import close_ballot
from tests.actuary.factories import (
    QUARTER,
    auditor,
    begun_close,
    booked,
    closed_month,
    closed_quarter,
    noon,
    opened_again,
    treasurer,
)
from tests.conftest import NOW
from tests.governance.factories import council, opened, votes

pytestmark = pytest.mark.django_db
NEXT = Period(date(2026, 10, 1), date(2027, 1, 1))


def closed_anew():
    return services.finish_close(close_id=begun_close().pk, now=noon(QUARTER.end))


def test_what_was_forgotten_is_booked_and_the_quarter_closed_as_version_2():
    first = closed_quarter()
    kept = (first.snapshot, first.snapshot_hash, first.surplus_fen)
    opened_again(first)
    booked(Posting.CLAIM_DECIDED, 500_00, date(2026, 9, 30), plan="asthma")
    second = closed_anew()
    first.refresh_from_db()
    assert (first.snapshot, first.snapshot_hash, first.surplus_fen) == kept
    assert fingerprint(first.snapshot) == first.snapshot_hash
    assert (second.version, second.result.decided) == (2, 500_00)
    assert second.result.earned == first.result.earned
    assert balance("surplus") == second.surplus_fen == first.surplus_fen - 500_00 * 9 // 10
    assert list(locked_quarters()) == [second]
    assert ledger_is_balanced()
    assert json.loads(second.snapshot)["period"] == ["quarter", "2026-07-01", "2026-10-01", 2]


def test_nothing_but_reversing_entries_and_a_row_undo_a_close():
    before = balances()
    first = closed_quarter()
    opened_at = {code: fen for code, fen in balances().items() if code.startswith(("bank", "contributions"))}
    asked = opened_again(first)
    own = Entry.objects.filter(source_label="actuary.periodclose", source_id=first.pk)
    assert own.count() == Entry.objects.filter(reverses__in=own).count() > 0
    assert set(Entry.objects.filter(reverses__in=own).values_list("memo", flat=True)) == {asked.reason}
    assert balance("surplus") == balance("open-fund") == balance("payable-operator") == 0
    assert balance("contributions-in-advance:asthma") == opened_at["bank"]
    assert before == {}
    row = Closing.objects.order_by("-id").first()
    assert (row.reason, row.asked_by, row.agreed_by) == (asked.reason, asked.asked_by, asked.decided_by)
    assert closed_through() == date(2026, 6, 30)
    assert list(Event.objects.filter(target_label="actuary.reopening").values_list("action", flat=True)) == [
        "reopening-asked",
        "reopening-agreed",
    ]


def test_a_contribution_is_earned_once_over_all_versions():
    first = closed_quarter()
    opened_again(first)
    second = closed_anew()
    assert EarnedShare.objects.filter(close=first).get().earned_fen == second.shares.get().earned_fen
    services.finish_close(close_id=begun_close(NEXT).pk, now=noon(NEXT.end))
    third = PeriodClose.objects.get(start=NEXT.start)
    assert second.shares.get().earned_fen + third.shares.get().earned_fen == 4_000_000 * (92 + 92) // 365


def test_a_month_is_opened_again_back_to_the_one_before():
    closed_quarter()
    october, november = Period.month_of(date(2026, 10, 1)), Period.month_of(date(2026, 11, 1))
    closed_month(october)
    month = closed_month(november)
    opened_again(month)
    assert closed_through() == october.last_day
    again = closed_month(november)
    assert again.name == "November 2026, version 2"
    assert again.figures == month.figures


def test_only_the_last_close_and_only_a_finished_one():
    first = closed_quarter()
    running = begun_close(NEXT)
    for close in (first, running):
        with pytest.raises(NotTheLatest):
            opened_again(close)


def test_one_person_alone_opens_nothing():
    close, actor = closed_quarter(), treasurer()
    asked = services.ask_reopening(close_id=close.pk, actor=actor, reason=" forgotten ", key=uuid4(), now=NOW)
    with pytest.raises(SecondPersonNeeded):
        services.decide_reopening(reopening_id=asked.pk, actor=actor, agrees=True, now=NOW)
    with pytest.raises(ClosedPeriod):
        booked(Posting.CLAIM_DECIDED, 1_00, QUARTER.last_day, plan="asthma")


def test_who_asked_may_withdraw_and_ask_again():
    close, actor = closed_quarter(), treasurer()
    asked = services.ask_reopening(close_id=close.pk, actor=actor, reason="x", key=uuid4(), now=NOW)
    services.decide_reopening(reopening_id=asked.pk, actor=actor, agrees=False, now=NOW)
    services.decide_reopening(reopening_id=asked.pk, actor=actor, agrees=False, now=NOW)
    with pytest.raises(AlreadyDecided):
        services.decide_reopening(reopening_id=asked.pk, actor=auditor(), agrees=True, now=NOW)
    again = services.ask_reopening(close_id=close.pk, actor=actor, reason="y", key=uuid4(), now=NOW)
    assert again != asked
    assert services.ask_reopening(close_id=close.pk, actor=treasurer(), reason="z", key=uuid4(), now=NOW) == again


def test_a_reason_is_needed():
    with pytest.raises(ReasonMissing):
        services.ask_reopening(close_id=closed_quarter().pk, actor=treasurer(), reason="  ", key=uuid4(), now=NOW)


def test_agreeing_twice_opens_once_and_a_close_stays_closed_without_it():
    close = closed_quarter()
    with pytest.raises(AlreadyClosed):
        begun_close()
    asked = opened_again(close)
    assert services.decide_reopening(reopening_id=asked.pk, actor=asked.decided_by, agrees=True, now=NOW) == asked
    assert Closing.objects.count() == 2


def test_a_surplus_that_is_spent_keeps_its_close_shut():
    close = closed_quarter()
    booked(Posting.APPROPRIATED, 100, date(2026, 10, 5), account="appropriation:x")
    with pytest.raises(SurplusSpent), transaction.atomic():
        opened_again(close)
    assert closed_through() == QUARTER.last_day
    assert balance("surplus") == close.surplus_fen - 100


def test_a_ballot_on_the_old_figure_stays_readable_and_grants_nothing(signed_in, make_user):
    close = closed_quarter()
    seats = council()
    resolution = opened(seats, close=close)
    votes(resolution, seats, "+++++++++")
    opened_again(close, now=NOW)
    ended = close_ballot(resolution_id=resolution.pk, now=resolution.closes_at)
    assert ended.state == State.CANCELLED
    assert close.snapshot_hash in ended.manifest
    assert balance("appropriation:x") == 0
    second = closed_anew()
    assert available_fen(second) == second.surplus_fen
    page = signed_in(make_user("c@example.com", Role.COUNCIL)).get(reverse("governance:resolution", args=[ended.pk]))
    assert b"was opened again" in page.content


def test_what_was_granted_on_the_old_figure_counts_against_the_new_one():
    closed_quarter(40_000_000, Period(date(2026, 4, 1), date(2026, 7, 1)))
    last = closed_anew()
    seats = council()
    resolution = opened(seats, close=last)
    votes(resolution, seats, "+++++++++")
    close_ballot(resolution_id=resolution.pk, now=resolution.closes_at)
    granted = committed_fen(last)
    assert granted > 0
    opened_again(last)
    second = closed_anew()
    assert (second.version, committed_fen(second)) == (2, granted)


COLUMNS = (
    "state, step, terms_version, figures, surplus_fen, snapshot, snapshot_hash, locked_at, started_by_id, started_at"
)
ATTACKS = {
    "version 2 of what is closed": (
        f'INSERT INTO actuary_periodclose (span, start, "end", version, key, {COLUMNS})'
        f' SELECT span, start, "end", 2, gen_random_uuid(), {COLUMNS} FROM actuary_periodclose'
    ),
    "agreed alone": "UPDATE actuary_reopening SET state = 'agreed', decided_by_id = asked_by_id, decided_at = now()",
    "agreed by nobody": "UPDATE actuary_reopening SET state = 'agreed'",
    "another reason": "UPDATE actuary_reopening SET reason = 'x'",
    "no reason": "UPDATE actuary_reopening SET reason = ''",
    "deleted": "DELETE FROM actuary_reopening",
    "truncated": "TRUNCATE actuary_reopening",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses_to_open_a_close_by_one_hand(attack):
    close = closed_quarter()
    services.ask_reopening(close_id=close.pk, actor=treasurer(), reason="forgotten", key=uuid4(), now=NOW)
    connection.check_constraints()
    refusal = "nobody opened again|by_two|stays as it is|append-only|has_reason"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic():
        connection.cursor().execute(attack)
    assert Reopening.objects.get().is_open


def test_one_request_a_close():
    close, actor = closed_quarter(), treasurer()
    values = {"close": close, "reason": "x", "asked_by": actor, "asked_at": NOW}
    Reopening.objects.create(**values, key=uuid4())
    with pytest.raises(IntegrityError, match="close_opened_again_once"), transaction.atomic():
        Reopening.objects.create(**values, key=uuid4())


class TestPages:
    @pytest.fixture
    def client_of(self, make_user, client):
        def sign_in(role):
            client.force_login(make_user(f"{role}@x.example", role))
            return client

        return sign_in

    def test_the_treasurer_asks_and_the_auditor_agrees(self, client_of):
        close = closed_quarter()
        client = client_of(Role.TREASURER)
        assert b"Ask to open it again" in client.get(reverse("actuary:close", args=[close.pk])).content
        url = reverse("actuary:ask_reopening", args=[close.pk])
        assert b"every entry of this close is reversed" in client.get(url).content
        assert b"This field is required" in client.post(url, {"key": uuid4()}).content
        assert client.post(url, {"key": uuid4(), "reason": "A claim was forgotten"}).status_code == 302
        asked = Reopening.objects.get()
        page = client.get(reverse("actuary:close", args=[close.pk])).content.decode()
        assert "A claim was forgotten" in page
        own = client.get(reverse("actuary:decide_reopening", args=[asked.pk])).content.decode()
        assert "Withdraw it" in own
        assert "Agree and open it again" not in own
        alone = client.post(reverse("actuary:decide_reopening", args=[asked.pk]), {"agree": "1"})
        assert alone.status_code == 409
        assert b"Another person must agree" in alone.content
        client = client_of(Role.AUDITOR)
        decide = reverse("actuary:decide_reopening", args=[asked.pk])
        assert b"Agree and open it again" in client.get(decide).content
        assert client.post(decide, {"agree": "1"}).url == reverse("actuary:close", args=[close.pk])
        done = client.get(reverse("actuary:close", args=[close.pk])).content.decode()
        assert "every entry of this close was reversed" in done
        second = closed_anew()
        assert second.name in client.get(reverse("actuary:close", args=[close.pk])).content.decode()
        assert "Opened again" in client.get(reverse("actuary:closes")).content.decode()

    def test_the_council_reads_and_decides_nothing(self, client_of):
        close = closed_quarter()
        asked = services.ask_reopening(close_id=close.pk, actor=treasurer(), reason="x", key=uuid4(), now=NOW)
        client = client_of(Role.COUNCIL)
        assert b"Asked to be opened again" in client.get(reverse("actuary:close", args=[close.pk])).content
        for name, pk in (("ask_reopening", close.pk), ("decide_reopening", asked.pk)):
            assert client.post(reverse(f"actuary:{name}", args=[pk]), {"agree": "1"}).status_code == 404

    def test_a_close_that_is_not_the_last_says_why(self, client_of):
        close = closed_quarter()
        begun_close(NEXT)
        answer = client_of(Role.TREASURER).post(
            reverse("actuary:ask_reopening", args=[close.pk]), {"key": uuid4(), "reason": "x"}
        )
        assert b"Only the period closed last" in answer.content

    def test_a_month_is_closed_from_the_page(self, client_of):
        closed_quarter()
        client = client_of(Role.TREASURER)
        assert b"Close October 2026" in client.get(reverse("actuary:closes")).content
        start = reverse("actuary:start")
        assert b"October 2026" in client.get(start, {"span": "month"}).content
        client.post(start, {"key": uuid4(), "start": "2026-10-01", "span": "month"})
        services.continue_closes(now=NOW)
        close = closes().get(span="month")
        page = client.get(reverse("actuary:close", args=[close.pk])).content.decode()
        assert "Left so far" in page
        assert close.snapshot_hash in page
