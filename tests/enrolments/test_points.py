"""Points: earned once a day while the cover holds, used once for another year, given back with a cover that is none."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from apps.core.errors import NotAllowed
from apps.enrolments.errors import NotCoveredToday
from apps.enrolments.models import Contribution, Cover, PointsUse, Receipt, TaskDone
from apps.enrolments.selectors import days_with_points, points_of
from apps.enrolments.services import (
    apply_for_cover,
    do_task,
    drop_cover,
    expire_unpaid,
    leave_cover,
    receive_contribution,
    start_payment,
)
from apps.fund.selectors import balance, ledger_is_balanced
from tests.enrolments.factories import ASTHMA, make_cover, publish_plan
from tests.enrolments.points import PINK, earn, make_next, make_woman, make_year
from tests.members.factories import make_parent

pytestmark = pytest.mark.django_db
POINTS = {
    "worth": "point",
    "at_most": "most",
    "tasks": [{"code": "walk", "name": {"zh": "走", "en": "Walk"}, "points": "walk"}],
}
FIGURES = {
    "point": {"amount": "0.10", "clause": "4"},
    "most": {"percent": "100", "clause": "4"},
    "walk": {"count": "2", "clause": "4"},
}


def tick(cover, now, task="walk", actor=None):
    return do_task(cover_id=cover.pk, task=task, actor=actor or cover.person.registered_by, now=now)


def asked_of(cover):
    return list(cover.contributions.order_by("number", "pk").values_list("payer_label", "amount_fen"))


def left(cover):
    return points_of(cover.person_id, cover.plan_code).left


def test_a_task_gives_its_points_once_a_day(now):
    cover = make_year()
    done = tick(cover, now)
    assert (done.day, done.points) == (now.date(), 2)
    assert tick(cover, now + timedelta(hours=3)) == done
    tick(cover, now, "read")
    tick(cover, now + timedelta(days=1))
    assert left(cover) == 5
    assert list(days_with_points(cover)) == [
        {"day": now.date() + timedelta(days=1), "tasks": ["walk"], "total": 2},
        {"day": now.date(), "tasks": ["walk", "read"], "total": 3},
    ]


def test_the_day_is_the_one_where_the_fund_lives():
    cover = make_year()
    late = datetime(2026, 11, 23, 23, 50, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert [tick(cover, late + timedelta(minutes=20 * n)).day.day for n in range(2)] == [23, 24]


def test_only_tasks_of_the_plan_and_only_for_whoever_acts(now):
    cover, other = make_year(), make_cover()
    for row, task, actor in (
        (cover, "fly", None),
        (cover, "walk", make_parent()),
        (other, "walk", None),
        (Cover(pk=0, person=cover.person), "walk", None),
    ):
        with pytest.raises(NotAllowed):
            tick(row, now, task, actor)
    assert not TaskDone.objects.exists()


@pytest.mark.parametrize(
    "more",
    [{"is_paid": False}, {"start": date(2026, 12, 1)}],
    ids=["unpaid", "to-come"],
)
def test_points_are_counted_while_the_cover_holds(more, now):
    cover = make_cover(make_woman(), plan_code=PINK, **more)
    with pytest.raises(NotCoveredToday):
        tick(cover, now)


def test_no_points_in_a_lapse_or_after_the_end(now):
    cover = make_year()
    with pytest.raises(NotCoveredToday):
        tick(cover, now + timedelta(days=65))
    cover.lapses.create(start=now.date(), reinstate_until=now.date(), lapsed_at=now)
    with pytest.raises(NotCoveredToday):
        tick(cover, now)
    assert tick(cover, now - timedelta(days=1)).points == 2


def test_the_next_year_costs_less_by_the_points_left(now):
    cover = make_year(points=500)
    following = make_next(cover)
    assert (following.renewed_years, following.price_fen) == (1, 145_00)
    assert asked_of(following) == [("self", 145_00)]
    assert following.application.price_fen == 150_00
    assert (following.points_use.points, following.points_use.fen) == (500, 5_00)
    assert Receipt.objects.latest("pk").amount_fen == 145_00
    assert (cover.price_fen, left(cover)) == (150_00, 0)
    assert ledger_is_balanced()


def test_a_first_year_and_another_plan_use_no_points(now):
    cover = make_year(points=500)
    assert make_cover(make_woman(), plan_code=PINK).price_fen == 150_00
    her = make_cover(cover.person, plan_code="her-care")
    assert her.price_fen == 89_00
    assert (PointsUse.objects.count(), left(cover)) == (0, 500)


def test_what_a_year_cannot_use_stays_for_the_year_after(now):
    cover = make_year(points=5_000)
    following = make_next(cover)
    assert (following.price_fen, left(cover)) == (120_00, 2_000)
    later = now + timedelta(days=400)
    assert make_next(following, now=later, start=following.end).price_fen == 130_00
    assert left(cover) == 0


def test_the_same_form_twice_uses_points_once(now):
    cover, key = make_year(points=500), uuid4()
    for _ in range(2):
        apply_for_cover(
            actor=cover.person.registered_by,
            person_id=cover.person_id,
            plan_code=PINK,
            answers={"birads": "2", "conditions": []},
            start=cover.end,
            key=key,
            now=now,
        )
    assert PointsUse.objects.get().points == 500


@pytest.mark.parametrize("way", ["dropped", "expired"])
def test_a_cover_that_never_starts_gives_its_points_back(way, now):
    cover = make_year(points=500)
    following = make_next(cover, is_paid=False)
    assert left(cover) == 0
    if way == "dropped":
        drop_cover(cover_id=following.pk, actor=cover.person.registered_by, now=now)
    else:
        expire_unpaid(now=now + timedelta(days=15))
    assert left(cover) == 500
    assert make_next(cover).price_fen == 145_00
    assert left(cover) == 0


def test_a_year_undone_gives_back_what_it_used_and_keeps_nothing_it_earned(now):
    cover = make_year(points=500)
    following = make_next(cover)
    began = now + timedelta(days=70)
    tick(following, began)
    assert left(cover) == 2
    leave_cover(cover_id=following.pk, actor=cover.person.registered_by, seen_fen=145_00, now=began)
    assert left(cover) == 500


def test_late_money_starts_a_cancelled_cover_at_the_price_its_points_made(now):
    cover = make_year(points=500)
    following = make_next(cover, is_paid=False)
    late = now + timedelta(days=20)
    expire_unpaid(now=late)
    pay(following, late)
    following.refresh_from_db()
    assert (following.state, left(cover)) == ("active", 0)


def test_late_money_is_not_enough_once_the_points_were_used_again(now):
    """The other year is over by then, so its days would be free."""
    cover = make_year(points=500)
    dropped = make_next(cover, is_paid=False)
    drop_cover(cover_id=dropped.pk, actor=cover.person.registered_by, now=now)
    make_next(cover)
    pay(dropped, now + timedelta(days=500))
    dropped.refresh_from_db()
    assert dropped.state == "cancelled"
    assert balance("suspense") == 145_00
    assert ledger_is_balanced()


def pay(cover, now):
    contribution = Contribution.objects.get(cover=cover)
    receive_contribution(contribution_id=contribution.pk, paid_date=now.date(), now=now, key="statement:1")


def test_paid_after_the_first_day_the_lowered_price_still_fits(now):
    cover = make_year(points=500)
    after = now + timedelta(days=70)
    following = make_next(cover, is_paid=False, now=after, start=after.date())
    later = after + timedelta(days=5)
    (contribution,) = following.contributions.all()
    actor = cover.person.registered_by
    checkout = start_payment(contribution_id=contribution.pk, actor=actor, return_url="/", now=later)
    assert checkout.amount_fen == 145_00


@pytest.mark.parametrize(
    ("points", "asked", "state"),
    [
        (0, [("self", 45_00)] * 4, "unpaid"),
        (301, [("self", 37_48), ("self", 37_48), ("self", 37_47), ("self", 37_47)], "unpaid"),
        (1_799, [("self", 3), ("self", 3), ("self", 2), ("self", 2)], "unpaid"),
        (1_800, [], "active"),
        (5_000, [], "active"),
    ],
    ids=["none", "some", "nearly-all", "all", "more"],
)
def test_instalments_are_of_the_lowered_price_and_nothing_to_pay_starts_at_once(points, asked, state, now):
    code = publish_plan("walking", more={"points": POINTS, "parameters": FIGURES})
    cover = make_cover(plan_code=code, now=now - timedelta(days=300))
    if points:
        earn(cover, points)
    following = make_next(cover, schedule="quarterly", is_paid=False)
    assert following.price_fen == sum(fen for _payer, fen in asked)
    assert (asked_of(following), following.state) == (asked, state)


def test_points_lower_what_the_family_pays_and_nobody_elses_part(now):
    payers = [{"payer": "government", "amount": "half", "trusted": True}]
    code = publish_plan("with-government", payers=payers, more={"points": POINTS, "parameters": FIGURES})
    cover = make_cover(plan_code=code, now=now - timedelta(days=300))
    earn(cover, 5_000)
    following = make_next(cover)
    assert asked_of(following) == [("government", 90_00)]
    assert (following.price_fen, following.points_use.points) == (90_00, 900)


def test_whoever_leaves_gets_back_of_what_was_paid(now):
    code = publish_plan("leaving", more={"points": POINTS, "parameters": FIGURES})
    cover = make_cover(plan_code=code, now=now - timedelta(days=300))
    earn(cover, 350)
    following = make_next(cover)
    assert following.price_fen == 145_00
    after = now + timedelta(days=65 + 73)
    left_cover = leave_cover(
        cover_id=following.pk, actor=cover.person.registered_by, seen_fen=145_00 - 29_40, now=after
    )
    assert left_cover.contributions.get().amount_fen == 29_40
    assert left(cover) == 0


def test_without_a_gap_or_with_one_points_are_there(now):
    cover = make_year(points=100)
    after = now + timedelta(days=150)
    following = make_next(cover, now=after, start=after.date())
    assert (following.renewed_years, following.price_fen) == (0, 149_00)


def test_ticks_of_a_year_with_points_used_count_for_the_next(now):
    cover = make_year(points=500)
    following = make_next(cover)
    tick(cover, now)
    assert points_of(cover.person_id, PINK).used == following.points_use.points == 500
    assert left(cover) == 2


def test_a_plan_of_no_points_has_none(now):
    cover = make_cover(plan_code=ASTHMA, now=now - timedelta(days=300))
    earn(cover, 500)
    assert make_next(cover).price_fen == 180_00
