"""A missed instalment: reminder, days of grace, lapse, and the way back; or the end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.enrolments import errors, tasks
from apps.enrolments.in_force import covers_on
from apps.enrolments.models import Contribution, Cover, Lapse
from apps.enrolments.rules.standing import standing_on
from apps.enrolments.services import (
    close_lapses,
    end_covers,
    expire_unpaid,
    forgive_rest,
    lapse_covers,
    receive_contribution,
    remind_unpaid,
    settle_contributions,
    start_payment,
)
from apps.enrolments.services.covers import facts_of
from apps.fund.selectors import balance
from apps.payments.models import Checkout
from apps.reminders.models import Message
from tests.conftest import NOW
from tests.enrolments.factories import ASTHMA, make_account, make_cover, publish_plan

pytestmark = pytest.mark.django_db
DUE, GRACE, LAPSE = date(2026, 12, 23), date(2027, 1, 22), date(2027, 1, 23)
UNTIL = LAPSE + timedelta(days=90)


def at(day):
    return datetime.combine(day, NOW.timetz())


@pytest.fixture
def cover():
    """Paid for one month of twelve."""
    return make_cover(schedule="monthly")


@pytest.fixture
def missed(cover):
    return cover.contributions.due().earliest("due_date")


@pytest.fixture
def lapsed(cover):
    assert lapse_covers(now=at(LAPSE)) == 1
    cover.refresh_from_db()
    return cover


def told(kind):
    return Message.objects.filter(kind=kind, channel="in-app").count()


def pay(contribution, day):
    return receive_contribution(contribution_id=contribution.pk, paid_date=day, now=at(day))


def open_page(contribution, day):
    actor = contribution.cover.person.registered_by
    return start_payment(contribution_id=contribution.pk, actor=actor, return_url="/", now=at(day))


def is_covered(cover, day):
    return [item.pk for item in covers_on(cover.person_id, day)] == [cover.pk]


def test_a_family_is_reminded_before_the_day_and_once_it_is_missed(cover):
    for days in range(-10, 31):
        remind_unpaid(now=at(DUE + timedelta(days=days)))
    assert (told("instalment-due"), told("instalment-missed")) == (2, 1)  # the next one comes near meanwhile
    missed = Message.objects.get(kind="instalment-missed", channel="in-app")
    assert "22 Jan 2027" in missed.body


def test_in_the_days_of_grace_all_is_covered(cover):
    assert lapse_covers(now=at(GRACE)) == 0
    assert is_covered(cover, GRACE)


def test_after_them_the_cover_lapses_once_and_the_family_is_told(cover):
    assert [lapse_covers(now=at(LAPSE)) for _ in range(2)] == [1, 0]
    cover.refresh_from_db()
    lapse = Lapse.objects.get()
    assert (cover.state, lapse.start, lapse.end, lapse.reinstate_until) == ("lapsed", LAPSE, None, UNTIL)
    assert told("cover-lapsed") == 1
    assert is_covered(cover, GRACE)
    assert not is_covered(cover, LAPSE)


def test_a_task_that_comes_late_lapses_the_cover_on_the_same_day(cover):
    lapse_covers(now=at(LAPSE + timedelta(days=5)))
    assert Lapse.objects.get().start == LAPSE


def test_a_payment_under_way_keeps_it_from_lapsing(cover, missed):
    open_page(missed, GRACE)
    assert lapse_covers(now=at(LAPSE)) == 0


@pytest.mark.parametrize(
    ("opened", "lapses"), [(datetime(2027, 1, 22, 15, 59, tzinfo=UTC), 0), (datetime(2027, 1, 22, 16, tzinfo=UTC), 1)]
)
def test_a_payment_page_counts_only_when_it_was_opened_by_midnight_of_the_last_day_of_grace(
    cover, missed, opened, lapses
):
    actor = cover.person.registered_by
    start_payment(contribution_id=missed.pk, actor=actor, return_url="/", now=opened)
    assert lapse_covers(now=at(LAPSE)) == lapses


def test_declining_at_the_bank_and_opening_another_page_stretches_the_grace_no_further(cover, missed):
    open_page(missed, GRACE)
    Checkout.objects.update(state="failed")
    open_page(missed, LAPSE)
    assert lapse_covers(now=at(LAPSE)) == 1
    Checkout.objects.filter(state="open").update(state="paid", paid_at=at(LAPSE + timedelta(days=3)))
    settle_contributions(now=at(LAPSE + timedelta(days=3)))
    assert not is_covered(cover, LAPSE + timedelta(days=2))
    assert is_covered(cover, LAPSE + timedelta(days=3))


def test_a_page_for_the_next_instalment_stretches_the_grace_of_the_one_missed_no_further(cover, missed):
    open_page(cover.contributions.due().order_by("due_date")[1], LAPSE)
    assert lapse_covers(now=at(LAPSE)) == 1


def test_a_page_opened_on_the_last_day_to_bring_it_back_holds_the_end_and_one_opened_later_does_not(lapsed, missed):
    page = open_page(missed, UNTIL)
    assert close_lapses(now=at(UNTIL + timedelta(days=1))) == 0
    Checkout.objects.filter(pk=page.pk).update(created_at=at(UNTIL + timedelta(days=1)))
    assert close_lapses(now=at(UNTIL + timedelta(days=1))) == 1


def test_what_a_trusted_payer_owes_lapses_nothing(cover):
    Contribution.objects.due().update(is_trusted=True)
    assert lapse_covers(now=at(LAPSE)) == 0


def test_paying_the_arrears_brings_it_back_from_that_day(lapsed, missed):
    paid = LAPSE + timedelta(days=10)
    page = open_page(missed, paid)
    assert page.amount_fen == 30_00, "the month missed and the one begun since"
    Checkout.objects.update(state="paid", paid_at=at(paid))
    settle_contributions(now=at(paid))
    lapsed.refresh_from_db()
    lapse = Lapse.objects.get()
    assert (lapsed.state, lapse.end) == ("active", paid)
    assert [is_covered(lapsed, day) for day in (GRACE, LAPSE, paid - timedelta(days=1), paid)] == [
        True,
        False,
        False,
        True,
    ]
    assert told("cover-reinstated") == 1


def test_a_part_of_the_arrears_does_not(lapsed, missed):
    paid = LAPSE + timedelta(days=10)
    receive_contribution(contribution_id=missed.pk, paid_date=paid, now=at(paid), amount_fen=29_99, key="s:1")
    lapsed.refresh_from_db()
    assert lapsed.state == "lapsed"


def test_money_dated_in_the_days_of_grace_leaves_no_gap(lapsed, missed):
    receive_contribution(contribution_id=missed.pk, paid_date=GRACE, now=at(LAPSE + timedelta(days=2)))
    lapsed.refresh_from_db()
    assert lapsed.state == "active"
    assert is_covered(lapsed, LAPSE)


def test_terms_may_ask_for_days_of_waiting(cover):
    code = publish_plan("waits-again", waiting_again="wait")
    cover = make_cover(plan_code=code, schedule="monthly")
    lapse_covers(now=at(LAPSE))
    due = cover.contributions.due().earliest("due_date")
    receive_contribution(contribution_id=due.pk, paid_date=LAPSE, now=at(LAPSE), amount_fen=30_00, key="s:1")
    assert Lapse.objects.get(cover=cover).end == LAPSE + timedelta(days=10)
    cover.refresh_from_db()
    assert cover.state == "active"
    assert [is_covered(cover, LAPSE + timedelta(days=days)) for days in (9, 10)] == [False, True]


def test_not_brought_back_in_time_it_ended_when_it_lapsed(lapsed, missed):
    assert close_lapses(now=at(UNTIL)) == 0
    assert [close_lapses(now=at(UNTIL + timedelta(days=1))) for _ in range(2)] == [1, 0]
    lapsed.refresh_from_db()
    assert (lapsed.state, lapsed.end, lapsed.ending) == ("ended", LAPSE, "lapsed")
    assert set(lapsed.contributions.values_list("state", flat=True)) == {"paid", "void"}
    assert told("cover-over") == 1
    with pytest.raises(errors.NothingDue):
        open_page(missed, UNTIL + timedelta(days=1))


def test_money_that_comes_too_late_waits_in_suspense(lapsed, missed):
    page = open_page(missed, UNTIL)
    Checkout.objects.update(state="expired")
    late = UNTIL + timedelta(days=1)
    close_lapses(now=at(late))
    Checkout.objects.update(state="paid", paid_at=at(late))
    settle_contributions(now=at(late))
    lapsed.refresh_from_db()
    assert lapsed.state == "ended"
    assert balance("suspense") == page.amount_fen


def test_a_part_paid_of_what_is_given_up_goes_back(lapsed, missed):
    receive_contribution(contribution_id=missed.pk, paid_date=LAPSE, now=at(LAPSE), amount_fen=5_00, key="s:1")
    make_account(lapsed)
    close_lapses(now=at(UNTIL + timedelta(days=1)))
    assert missed.refunds.get().amount_fen == 5_00


def test_a_month_missed_at_the_very_end_is_not_owed_for_ever(now):
    cover = make_cover(schedule="monthly")
    for row in cover.contributions.due().order_by("due_date")[:10]:
        pay(row, row.due_date)
    last = cover.contributions.due().get()
    Contribution.objects.filter(pk=last.pk).update(grace_until=cover.end + timedelta(days=5))
    assert lapse_covers(now=at(cover.end)) == 0
    assert end_covers(now=at(cover.end)) == 1
    assert forgive_rest(now=at(cover.end + timedelta(days=5))) == 0
    assert forgive_rest(now=at(cover.end + timedelta(days=6))) == 1
    last.refresh_from_db()
    assert last.state == "void"


def test_the_daily_task_takes_a_cover_all_the_way(cover, monkeypatch):
    states = {}
    for day in (GRACE, LAPSE, UNTIL, UNTIL + timedelta(days=1)):
        monkeypatch.setattr("apps.core.clock.timezone.now", lambda day=day: at(day))
        for _ in range(2):
            tasks.expire_unpaid()
        states[day] = Cover.objects.get().state
    assert list(states.values()) == ["active", "lapsed", "lapsed", "ended"]


def test_one_cover_that_fails_does_not_hold_up_the_others(monkeypatch):
    from apps.enrolments.services import covers

    bad, good = make_cover(schedule="monthly"), make_cover(schedule="monthly")
    step = covers._lapse

    def failing(cover, rows, changes):
        if cover.pk == bad.pk:
            raise ValueError
        step(cover, rows, changes)

    monkeypatch.setattr(covers, "_lapse", failing)
    assert lapse_covers(now=at(LAPSE)) == 1
    assert dict(Cover.objects.values_list("pk", "state")) == {bad.pk: "active", good.pk: "lapsed"}


def test_a_pass_that_fails_holds_up_no_other(cover, monkeypatch, caplog):
    def broken(*, now):
        raise RuntimeError("down")

    monkeypatch.setattr(tasks, "PASSES", (broken, *tasks.PASSES))
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: at(LAPSE))
    tasks.expire_unpaid()
    assert Cover.objects.get().state == "lapsed"
    assert "broken failed; the next run comes back to it" in caplog.text


def test_a_task_out_of_time_stops_and_what_is_left_is_done_by_the_next_run(monkeypatch):
    from apps.enrolments.services import covers

    over = at(max(make_cover().end for _ in range(5)))
    end, done = covers._end, []

    def cut(ids, *, ready):
        if len(done) == 2:
            raise SoftTimeLimitExceeded
        done.append(end(ids, ready=ready))
        return done[-1]

    monkeypatch.setattr(covers, "MANY", 2)
    monkeypatch.setattr(covers, "_end", cut)
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: over)
    with pytest.raises(SoftTimeLimitExceeded):
        tasks.expire_unpaid()
    assert Cover.objects.filter(state="ended").count() == 4
    monkeypatch.setattr(covers, "_end", end)
    assert end_covers(now=over) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT pgh_obj_id) FROM enrolments_coverevent WHERE state = 'active'")
        assert cursor.fetchone() == (5, 5)


@pytest.mark.parametrize(
    ("work", "day"),
    [
        (expire_unpaid, NOW.date() + timedelta(days=15)),
        (remind_unpaid, DUE),
        (lapse_covers, LAPSE),
    ],
)
def test_many_covers_cost_as_many_statements_as_a_few(work, day):
    def working_on(count):
        for _ in range(count):
            make_cover(schedule="monthly", is_paid=work is not expire_unpaid)
        with CaptureQueriesContext(connection) as queries:
            assert work(now=at(day)) == count
        return len(queries)

    few, many = working_on(2), working_on(20)
    assert many == few <= 16


@settings(max_examples=40, deadline=None)
@given(
    paid=st.integers(0, 12),
    steps=st.lists(st.sampled_from([expire_unpaid, lapse_covers, close_lapses, end_covers]), min_size=1, max_size=6),
    days=st.integers(0, 500),
)
def test_the_statements_and_the_rule_agree_on_every_day(paid, steps, days):
    """Each pass in SQL does what the pure rule says of the same cover on the same day."""
    from django.db import transaction

    day = NOW.date() + timedelta(days=days)
    with transaction.atomic():
        cover = make_cover(schedule="monthly", is_paid=False)
        for row in cover.contributions.order_by("due_date")[:paid]:
            pay(row, min(row.due_date, NOW.date()))
        for step in steps:
            cover.refresh_from_db()
            lapse = cover.lapses.filter(end=None).first()
            expected = standing_on(facts_of(cover, list(cover.contributions.all()), lapse), day)
            before = cover.state
            step(now=at(day))
            cover.refresh_from_db()
            assert cover.state in (before, expected)
        for step in (expire_unpaid, lapse_covers, close_lapses, end_covers):
            step(now=at(day))
        cover.refresh_from_db()
        lapse = cover.lapses.filter(end=None).first()
        assert cover.state == standing_on(facts_of(cover, list(cover.contributions.all()), lapse), day)
        transaction.set_rollback(True)


def test_a_lapsed_cover_is_not_offered_to_a_claim_filed_for_the_gap(lapsed):
    assert not is_covered(lapsed, LAPSE)
    assert balance(f"contributions-in-advance:{ASTHMA}") == 15_00
