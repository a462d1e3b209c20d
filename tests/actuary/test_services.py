"""Closing a quarter on the real books."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.actuary import services
from apps.actuary.errors import AlreadyClosed, EarlierPeriodOpen, NothingToClose, NotThisPeriod, PeriodNotEnded
from apps.actuary.models import EarnedShare, PeriodClose
from apps.actuary.rules.snapshot import fingerprint
from apps.actuary.rules.steps import ORDER
from apps.core.periods import Period
from apps.fund.errors import ClosedPeriod
from apps.fund.models import Entry
from apps.fund.rules.postings import Posting
from apps.fund.selectors import balance, balances, ledger_is_balanced
from tests.actuary.factories import COST, QUARTER, begun_close, booked, closed_quarter, noon, paid_cover, treasurer

pytestmark = pytest.mark.django_db
NEXT = Period(date(2026, 10, 1), date(2027, 1, 1))


def finish(close, quarter=QUARTER):
    return services.finish_close(close_id=close.pk, now=noon(quarter.end))


def test_a_quarter_worked_out_by_hand_stands_in_the_books():
    paid_cover(date(2026, 7, 1), 36_500_00)
    booked(Posting.CLAIM_DECIDED, 1_000_00, date(2026, 8, 5), plan="asthma")
    close = finish(begun_close())
    before = 9_200_00 - 1_000_00 - 828_00 - 736_00 - COST
    assert balances() == {
        "bank": 36_500_00,
        "bank-clearing": 0,
        "claims-incurred:asthma": 0,
        "claims-payable:asthma": 1_000_00,
        "contribution-income:asthma": 0,
        "contributions-in-advance:asthma": 27_300_00,  # 9,200.00 earned by 92 of 365 days
        "open-fund": 736_00,
        "operating-cost": 0,
        "outstanding-reserve:asthma": 828_00,  # 60% x 15% of what was earned
        "payable-operator": COST,
        "result-of-period": 0,
        "statutory-reserve": before // 10,
        "surplus": before - before // 10,
    }
    assert ledger_is_balanced()
    assert close.is_closed


def test_each_step_books_for_all_plans_in_one_call(django_assert_max_num_queries):
    """One call after the other would lock accounts by plan, and deadlock with who books for the same plans at once."""
    for code in ("wanhu", "asthma", "city"):
        paid_cover(date(2026, 7, 1), 36_500_00, code=code)
        booked(Posting.CLAIM_DECIDED, 1_000_00, date(2026, 8, 5), plan=code)
    close = begun_close()
    while not close.is_closed:
        with django_assert_max_num_queries(100) as asked:
            close = services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
        posts = [query for query in asked.captured_queries if "fund_post" in query["sql"]]
        assert len(posts) == (close.step in ("earn", "cost", "open-fund", "reserves", "surplus"))
    assert balance("claims-incurred:city") == balance("contribution-income:wanhu") == 0


def test_what_remains_is_locked_as_surplus():
    close = closed_quarter(40_000_00)
    result = close.result
    assert close.surplus_fen == result.surplus == balance("surplus") > 0
    assert balance("statutory-reserve") == result.statutory_reserve > 0
    assert balance("result-of-period") == 0
    assert fingerprint(close.snapshot) == close.snapshot_hash


def test_a_contribution_is_earned_over_its_quarters_to_the_last_fen():
    contribution = paid_cover(date(2025, 7, 15), 100_01)
    for start in (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)):
        quarter = Period.quarter_of(start)
        finish(begun_close(quarter), quarter)
    shares = EarnedShare.objects.filter(contribution=contribution).values_list("earned_fen", flat=True)
    assert len(shares) == 5
    assert sum(shares) == 100_01
    assert balance("contributions-in-advance:asthma") == 0


def test_a_contribution_paid_late_is_caught_up_in_the_quarter_it_is_paid():
    late = paid_cover(date(2026, 8, 1), 365_00)
    late.paid_date = date(2026, 10, 2)
    late.save()
    closed_quarter()
    finish(begun_close(NEXT), NEXT)
    assert EarnedShare.objects.get(contribution=late).earned_fen == 153_00


def test_a_loss_is_carried_and_made_good_first():
    paid_cover(date(2026, 7, 1), 365_00)
    first = finish(begun_close())
    assert first.surplus_fen == 0
    loss = first.result.carried_forward
    assert balance("result-of-period") == loss < 0
    paid_cover(date(2026, 10, 1), 100_000_00)
    second = finish(begun_close(NEXT), NEXT)
    assert second.result.carried == loss
    assert balance("surplus") == second.surplus_fen > 0
    assert balance("result-of-period") == 0


def test_the_reserve_of_a_quarter_is_released_by_the_next():
    closed_quarter()
    kept = balance("outstanding-reserve:asthma")
    second = finish(begun_close(NEXT), NEXT)
    plan = second.result.plans[0]
    assert plan.reserve_before == kept
    assert balance("outstanding-reserve:asthma") == plan.reserve == kept + plan.reserve_change


def test_a_claim_booked_for_the_quarter_while_it_is_being_closed_counts_in_the_next():
    paid_cover(date(2026, 7, 1), 4_000_000)
    close = begun_close()
    services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
    booked(Posting.CLAIM_DECIDED, 77_00, date(2026, 9, 30), plan="asthma")
    assert finish(close).result.plans[0].decided == 0
    assert finish(begun_close(NEXT), NEXT).result.plans[0].decided == 77_00
    assert balance("claims-incurred:asthma") == 0


def test_nothing_can_be_booked_into_a_closed_quarter():
    closed_quarter()
    with pytest.raises(ClosedPeriod):
        booked(Posting.CLAIM_DECIDED, 1_00, QUARTER.last_day, plan="asthma")


def test_a_quarter_that_lasts_cannot_be_closed():
    paid_cover(QUARTER.start)
    with pytest.raises(PeriodNotEnded):
        services.start_close(actor=treasurer(), start=QUARTER.start, key=uuid4(), now=noon(QUARTER.last_day))


def test_quarters_are_closed_one_after_the_other():
    paid_cover(QUARTER.start)
    with pytest.raises(EarlierPeriodOpen):
        begun_close(NEXT)


def test_a_quarter_begins_on_its_first_day_and_needs_books():
    actor = treasurer()
    with pytest.raises(NothingToClose):
        services.start_close(actor=actor, start=QUARTER.start, key=uuid4(), now=noon(QUARTER.end))
    paid_cover(QUARTER.start)
    with pytest.raises(NotThisPeriod):
        services.start_close(actor=actor, start=date(2026, 7, 2), key=uuid4(), now=noon(QUARTER.end))


def test_two_clicks_and_two_tabs_make_one_close():
    paid_cover(QUARTER.start)
    actor, key = treasurer(), uuid4()
    again = {"actor": actor, "start": QUARTER.start, "now": noon(QUARTER.end)}
    first = services.start_close(key=key, **again)
    assert services.start_close(key=key, **again) == first
    assert services.start_close(key=uuid4(), **again) == first
    finish(first)
    assert services.start_close(key=key, **again) == first
    with pytest.raises(AlreadyClosed):
        services.start_close(key=uuid4(), **again)
    assert PeriodClose.objects.count() == 1


@pytest.mark.parametrize("dies_at", range(len(ORDER)))
def test_a_close_killed_in_any_step_goes_on_and_books_everything_once(dies_at, monkeypatch):
    paid_cover(QUARTER.start, 4_000_000)
    close = begun_close()
    for _ in range(dies_at):
        services.continue_close(close_id=close.pk, now=noon(QUARTER.end))

    def die(self, *args, **kwargs):
        saved(self, *args, **kwargs)
        raise SystemExit("killed before the commit")

    saved = PeriodClose.save
    with monkeypatch.context() as patch:
        patch.setattr(PeriodClose, "save", die)
        with pytest.raises(SystemExit):
            services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
    close.refresh_from_db()
    assert close.steps_done == dies_at
    assert services.continue_closes(now=noon(QUARTER.end)) == 1
    close.refresh_from_db()
    assert close.is_closed
    assert balance("surplus") == close.surplus_fen
    assert balance("payable-operator") == COST
    assert Entry.objects.filter(source_label="actuary.periodclose").count() == 8
    assert services.continue_closes(now=noon(QUARTER.end)) == 0


def test_a_step_tried_again_after_its_commit_books_nothing_twice():
    paid_cover(QUARTER.start, 4_000_000)
    close = begun_close()
    for _ in range(3):
        services.continue_close(close_id=close.pk, now=noon(QUARTER.end))
    PeriodClose.objects.filter(pk=close.pk).update(step="gather")
    finish(close)
    assert balance("payable-operator") == COST


ATTACKS = [
    "UPDATE actuary_periodclose SET surplus_fen = surplus_fen + 1",
    "UPDATE actuary_periodclose SET figures = '{}'",
    "UPDATE actuary_periodclose SET state = 'running', locked_at = NULL, surplus_fen = 0, snapshot_hash = ''",
    "DELETE FROM actuary_periodclose",
    "TRUNCATE actuary_periodclose CASCADE",
    "UPDATE actuary_earnedshare SET earned_fen = earned_fen + 1",
    "DELETE FROM actuary_earnedshare",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_refuses_to_change_a_closed_quarter(attack):
    closed_quarter()
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match=r"stays as it is|append-only"), transaction.atomic():
        connection.cursor().execute(attack)


def test_a_running_close_keeps_its_quarter():
    paid_cover(QUARTER.start)
    close = begun_close()
    with pytest.raises(DatabaseError, match="stays as it is"), transaction.atomic():
        PeriodClose.objects.filter(pk=close.pk).update(start=date(2020, 1, 1))


LOCKED = {"state": "closed", "snapshot_hash": "x", "locked_at": noon(QUARTER.end)}


def row(**changes):
    values = {
        "start": QUARTER.start,
        "end": QUARTER.end,
        "terms_version": "t",
        "started_by": treasurer(),
        "started_at": noon(QUARTER.end),
        "key": uuid4(),
    }
    return PeriodClose.objects.create(**{**values, **changes})


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("closed_means_locked", {"state": "closed"}),
        ("closed_means_locked", {"surplus_fen": 5}),
        ("close_ends_after_it_starts", {"end": QUARTER.start}),
        ("one_running_close", {"start": NEXT.start, "end": NEXT.end}),
        ("one_version_of_a_close", LOCKED),
    ],
)
def test_each_constraint_of_a_close_holds(constraint, changes):
    if constraint in ("one_running_close", "one_version_of_a_close"):
        row(**(LOCKED if changes is LOCKED else {}))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row(**changes)


def test_a_contribution_is_counted_once_a_close_and_never_for_nothing():
    close = closed_quarter()
    share = close.shares.get()
    with pytest.raises(IntegrityError, match="contribution_earned_once_a_close"), transaction.atomic():
        EarnedShare.objects.create(close=close, contribution=share.contribution, earned_fen=1)
    other = paid_cover(NEXT.start + timedelta(1))
    with pytest.raises(IntegrityError, match="earned_share_not_zero"), transaction.atomic():
        EarnedShare.objects.create(close=close, contribution=other, earned_fen=0)
