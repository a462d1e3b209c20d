"""Leaving a cover: what comes back, once, whatever is pressed twice or comes at the same moment."""

from datetime import timedelta

import pytest

from apps.core.errors import NotAllowed
from apps.enrolments import errors
from apps.enrolments.in_force import covers_on
from apps.enrolments.models import Cover, Receipt, Refund
from apps.enrolments.rules.leaving import Way
from apps.enrolments.selectors import contributions_of
from apps.enrolments.services import (
    drop_cover,
    expire_unpaid,
    lapse_covers,
    leave_cover,
    note_claim,
    pay_refunds,
    receive_contribution,
    start_payment,
    what_comes_back,
)
from apps.fund.selectors import balance, ledger_is_balanced
from apps.payments.models import Order
from apps.payments.services.orders import record_failed
from apps.reminders.models import Message
from tests.enrolments.factories import ASTHMA, make_account, make_cover, publish_plan
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db
ADVANCE = f"contributions-in-advance:{ASTHMA}"


@pytest.fixture
def cover():
    return make_cover()


def leave(cover, now, seen=None):
    if seen is None:
        cover.refresh_from_db()
        seen = what_comes_back(cover, contributions_of(cover), today=now.date()).total_fen
    return leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=seen, now=now)


def fail(order, now):
    Order.objects.filter(pk=order.pk).update(state="submitting", attempt=1, lease_until=now + timedelta(minutes=1))
    assert record_failed(order_id=order.pk, reason="closed", day=now.date(), now=now)


def test_in_the_cooling_off_days_all_comes_back_once(cover, now):
    make_account(cover)
    later = now + timedelta(days=14)
    for _ in range(3):
        leave(cover, later, seen=180_00)
        pay_refunds(now=later)
    cover.refresh_from_db()
    assert (cover.state, cover.ending) == ("cancelled", "left")
    assert cover.contributions.get().state == "refunded"
    order = Order.objects.get()
    assert (order.purpose, order.amount_fen, order.owed_account) == ("refund", 180_00, ADVANCE)
    assert (balance(ADVANCE), balance("in-transit")) == (0, 180_00)
    assert ledger_is_balanced()
    assert covers_on(cover.person_id, now.date()) == []
    kinds = Message.objects.filter(channel="in-app").values_list("kind", flat=True)
    assert sorted(kinds) == ["contribution-refunded", "cover-left", "cover-started"]


def test_later_the_terms_share_out_the_days_not_used(cover, now, today):
    later = now + timedelta(days=99)
    leave(cover, later)
    cover.refresh_from_db()
    contribution = cover.contributions.get()
    assert (cover.state, cover.ending, cover.end) == ("active", "left", today + timedelta(days=100))
    assert Refund.objects.get().amount_fen == 180_00 - 49_32
    assert (contribution.state, contribution.amount_fen, contribution.received_fen) == ("paid", 49_32, 49_32)
    assert covers_on(cover.person_id, later.date()) == [cover]
    assert covers_on(cover.person_id, cover.end) == []
    assert Receipt.objects.get().amount_fen == 180_00, "what was received stays on paper"


def test_terms_may_keep_it(now):
    cover = make_cover(plan_code=publish_plan("keeps", refund="none"))
    leave(cover, now + timedelta(days=99))
    assert not Refund.objects.exists()


def test_with_a_claim_the_cooling_off_days_give_nothing_back(cover, now):
    note_claim([cover], today=now.date())
    cover.refresh_from_db()
    answer = what_comes_back(cover, contributions_of(cover), today=now.date())
    assert answer.way is Way.PRO_RATA
    assert 0 < answer.total_fen < 180_00


def test_before_the_first_day_all_comes_back(now, today):
    cover = make_cover(start=today + timedelta(days=60))
    leave(cover, now + timedelta(days=40))
    assert Refund.objects.get().amount_fen == 180_00


def test_what_is_not_due_yet_is_not_owed_any_more(now):
    cover = make_cover(schedule="monthly")
    leave(cover, now)
    assert sorted(set(cover.contributions.values_list("state", flat=True))) == ["refunded", "void"]
    assert Refund.objects.get().amount_fen == 15_00


def test_other_payers_get_back_what_they_paid(now):
    cover = make_cover(plan_code=publish_plan("union-back", payers=[{"payer": "union", "amount": "half"}]))
    leave(cover, now)
    union = cover.contributions.get(payer_label="union")
    assert dict(Refund.objects.values_list("owner_label", "owner_id")) == {
        "enrolments.contribution": union.pk,
        "accounts.user": cover.application.actor_id,
    }


def test_a_lapsed_cover_can_be_left(now):
    cover = make_cover(schedule="monthly")
    lapsed_at = now + timedelta(days=70)
    lapse_covers(now=lapsed_at)
    start = cover.lapses.get().start
    leave_cover(cover_id=cover.pk, actor=cover.person.registered_by, seen_fen=0, now=lapsed_at)
    cover.refresh_from_db()
    assert (cover.state, cover.end, cover.ending) == ("ended", start, "left")


def test_a_figure_that_moved_is_shown_again_first(cover, now):
    with pytest.raises(errors.FiguresMoved):
        leave(cover, now + timedelta(days=20), seen=180_00)
    cover.refresh_from_db()
    assert (cover.state, Refund.objects.count()) == ("active", 0)


def test_a_payment_under_way_is_waited_for(now):
    cover = make_cover(schedule="monthly")
    due = cover.contributions.due().earliest("due_date")
    start_payment(contribution_id=due.pk, actor=cover.person.registered_by, return_url="/", now=now)
    with pytest.raises(errors.PaymentUnderWay):
        leave(cover, now)


@pytest.mark.parametrize("state", ["unpaid", "ended", "cancelled"])
def test_only_a_running_cover_is_left(cover, now, state):
    Cover.objects.update(state=state)
    with pytest.raises(errors.CoverGone):
        leave(cover, now, seen=0)


def test_strangers_leave_nothing(cover, now):
    for pk in (cover.pk, 0):
        with pytest.raises(NotAllowed):
            leave_cover(cover_id=pk, actor=make_parent(), seen_fen=0, now=now)


def test_a_dropped_application_gives_back_what_had_come_in_part(now):
    cover = make_cover(is_paid=False)
    contribution = cover.contributions.get()
    receive_contribution(contribution_id=contribution.pk, paid_date=now.date(), now=now, amount_fen=10_00, key="s:1")
    for _ in range(2):
        drop_cover(cover_id=cover.pk, actor=cover.person.registered_by, now=now)
    contribution.refresh_from_db()
    assert (contribution.state, Refund.objects.get().amount_fen) == ("void", 10_00)


class TestAPayerWhoPromised:
    def leave(self, now, days, code, **paying):
        payers = [{"payer": "government", "trusted": True}]
        cover = make_cover(plan_code=publish_plan(code, payers=payers, **paying), is_paid=False)
        leave(cover, now + timedelta(days=days), seen=0)
        return cover.contributions.get()

    def test_owes_the_days_covered_all_the_same(self, now):
        part = self.leave(now, 99, "promised")
        assert (part.state, part.amount_fen, part.left_fen) == ("due", 49_32, 49_32)
        receive_contribution(contribution_id=part.pk, paid_date=now.date(), now=now)
        part.refresh_from_db()
        assert (part.state, balance("contributions-in-advance:promised")) == ("paid", 49_32)

    def test_owes_all_where_the_terms_give_nothing_back(self, now):
        part = self.leave(now, 99, "promised-all", refund="none")
        assert (part.state, part.amount_fen) == ("due", 180_00)

    def test_owes_nothing_in_the_cooling_off_days(self, now):
        assert self.leave(now, 5, "promised-not").state == "void"


class TestPayingRefunds:
    def test_it_waits_for_an_account(self, cover, now):
        leave(cover, now)
        assert pay_refunds(now=now) == 0
        make_account(cover)
        assert [pay_refunds(now=now) for _ in range(2)] == [1, 0]
        contribution = Refund.objects.get().contribution
        assert Order.objects.get().business_key == f"refund:{contribution.key}:1"
        assert contribution.key == f"{cover.application.key}:self"

    def test_after_a_failure_it_goes_to_another_account(self, cover, now):
        leave(cover, now)
        make_account(cover)
        pay_refunds(now=now)
        fail(Order.objects.get(), now)
        assert balance(ADVANCE) == 180_00
        assert pay_refunds(now=now) == 0, "the same account would fail again"
        make_account(cover, number="6222999988887777")
        assert pay_refunds(now=now) == 0, "a new account is held for two days"
        later = now + timedelta(days=2)
        assert [pay_refunds(now=later) for _ in range(2)] == [1, 0]
        assert Order.objects.count() == 2
        assert (balance(ADVANCE), balance("in-transit")) == (0, 180_00)

    def test_a_lost_link_finds_the_same_order(self, cover, now):
        leave(cover, now)
        make_account(cover)
        pay_refunds(now=now)
        Refund.objects.update(order=None)
        pay_refunds(now=now)
        assert Order.objects.count() == 1


def test_a_claim_and_leaving_do_not_pass_each_other(cover, now):
    leave(cover, now)
    with pytest.raises(errors.CoverGone):
        note_claim([cover], today=now.date())


def test_a_second_claim_asks_nothing(cover, now, django_assert_num_queries):
    note_claim([cover], today=now.date())
    cover.refresh_from_db()
    assert cover.claimed_date == now.date()
    with django_assert_num_queries(0):
        note_claim([cover], today=now.date())


def test_after_leaving_the_plan_can_be_joined_again(now):
    cover = make_cover(make_person())
    leave(cover, now)
    assert make_cover(cover.person, now=now).state == "active"


class TestACoverThatNeverStarted:
    @pytest.fixture
    def half_paid(self, now):
        """The union has paid its half, the family not."""
        code = publish_plan("union-waits", payers=[{"payer": "union", "amount": "half"}])
        cover = make_cover(plan_code=code, is_paid=False)
        union = cover.contributions.get(payer_label="union")
        receive_contribution(contribution_id=union.pk, paid_date=now.date(), now=now)
        return cover

    def end(self, cover, now, *, by):
        if by == "dropping":
            drop_cover(cover_id=cover.pk, actor=cover.person.registered_by, now=now)
        else:
            assert expire_unpaid(now=now) == 1

    @pytest.mark.parametrize("by", ["dropping", "expiring"])
    def test_what_one_payer_paid_goes_back(self, half_paid, now, by):
        self.end(half_paid, now + timedelta(days=15), by=by)
        refund = Refund.objects.get()
        assert (refund.amount_fen, refund.contribution.payer_label) == (90_00, "union")
        assert refund.contribution.state == "refunded"

    @pytest.mark.parametrize("by", ["dropping", "expiring"])
    def test_money_of_the_other_that_comes_then_waits_in_suspense(self, half_paid, now, by):
        late = now + timedelta(days=15)
        self.end(half_paid, late, by=by)
        own = half_paid.contributions.get(payer_label="self")
        receive_contribution(contribution_id=own.pk, paid_date=late.date(), now=late)
        half_paid.refresh_from_db()
        assert half_paid.state == "cancelled"
        assert balance("suspense") == 90_00

    @pytest.mark.parametrize(("who", "fen"), [("union", 90_00), ("self", 89_99)])
    def test_money_that_does_not_complete_it_revives_nothing(self, now, who, fen):
        code = publish_plan("union-late", payers=[{"payer": "union", "amount": "half"}])
        cover, late = make_cover(plan_code=code, is_paid=False), now + timedelta(days=15)
        expire_unpaid(now=late)
        row = cover.contributions.get(payer_label=who)
        receive_contribution(contribution_id=row.pk, paid_date=late.date(), now=late, amount_fen=fen, key="s:1")
        cover.refresh_from_db()
        assert (cover.state, balance("suspense")) == ("cancelled", fen)
