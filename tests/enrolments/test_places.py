"""A place is answered by the member, turned into a cover, and paid for by the group and the member."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core.errors import NotAllowed
from apps.enrolments.errors import ConsentsMissing, NothingDue, PlaceChanged, PlaceGone, PlaceTooLate, SecondCover
from apps.enrolments.models import Agreement, Cover, Place, Receipt
from apps.enrolments.selectors import due_of, figures_of, offers_to, owed_parts
from apps.enrolments.services import (
    accept_place,
    expire_unpaid,
    lapse_places,
    leave_cover,
    receive_contribution,
    refuse_place,
    remind_unpaid,
    start_payment,
)
from apps.enrolments.services.recording import Changes
from apps.plans.files import PlanFile, catalogue_files
from apps.plans.rules import load_terms
from apps.plans.services import publish_terms
from apps.reminders.models import Message
from tests.conftest import NOW
from tests.enrolments.groups import as_csv, county, enrolled, make_agreement, paid, people
from tests.enrolments.test_rosters import family_of
from tests.members.factories import make_parent, sign_all

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def offered(agreement=None, *, is_signed=True) -> Place:
    """An offer to a member who has an account."""
    member = family_of(people(1)[0])
    if is_signed:
        sign_all(member)
    enrolled(agreement or make_agreement(), as_csv(people(1)))
    return Place.objects.get(person=member)


def test_the_member_is_told_and_finds_the_offer_at_home():
    place = offered()
    assert list(offers_to(place.person.user, on=TODAY)) == [place]
    assert Message.objects.filter(recipient=place.person.user, kind="place-offered").exists()


def test_yes_starts_the_cover_and_the_group_owes_its_part():
    place = offered()
    taken = accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    assert (taken.state, taken.cover.state, taken.cover.price_fen) == ("taken", "active", 72_00)
    assert taken.cover.application.facts == {"occupation": "courier"}
    assert [part.payer_label for part in taken.cover.contributions.all()] == ["union"]
    assert accept_place(place_id=place.pk, actor=place.person.user, now=NOW) == taken
    assert Cover.objects.count() == 1
    with pytest.raises(PlaceGone):
        refuse_place(place_id=place.pk, actor=place.person.user, now=NOW)


def test_a_family_sees_who_pays_and_no_receipt_for_money_of_the_group(client):
    agreement = county()
    member = family_of(people(1)[0])
    enrolled(agreement, as_csv(people(1)))
    paid(agreement)
    cover = Cover.objects.get(person=member)
    client.force_login(member.user)
    page = client.get(reverse("enrolments:cover", args=[cover.pk])).content.decode()
    assert "pays ¥33.00 of it" in page
    receipt = Receipt.objects.get()
    assert receipt.number not in page
    assert client.get(reverse("enrolments:receipt", args=[receipt.pk])).status_code == 404


def test_where_the_group_pays_a_part_the_cover_starts_when_the_member_has_paid_the_rest():
    place = offered(make_agreement(group_fen=50_00))
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=NOW).cover
    assert cover.state == "unpaid"
    own = due_of(cover)
    with pytest.raises(NothingDue):  # the union's part is not for the member to pay
        start_payment(
            contribution_id=cover.contributions.get(payer_label="union").pk,
            actor=place.person.user,
            return_url="/",
            now=NOW,
        )
    assert (own.payer_label, own.amount_fen) == ("self", 22_00)
    later = NOW + timedelta(days=2)
    receive_contribution(contribution_id=own.pk, paid_date=later.date(), now=later)
    cover.refresh_from_db()
    assert (cover.state, cover.start) == ("active", later.date())
    assert due_of(cover) is None
    assert owed_parts().get().cover == cover


def test_a_member_who_does_not_pay_the_rest_is_reminded_of_it_alone_and_then_not_covered():
    place = offered(make_agreement(group_fen=50_00))
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=NOW).cover
    assert remind_unpaid(now=NOW + timedelta(days=12)) == 1
    assert Message.objects.filter(kind="contribution-due", channel="in-app").count() == 1
    expire_unpaid(now=NOW + timedelta(days=20))
    cover.refresh_from_db()
    assert cover.state == "cancelled"
    assert not owed_parts().exists()


def test_no_leaves_no_cover_and_nothing_owed():
    place = offered()
    refuse_place(place_id=place.pk, actor=place.person.user, now=NOW)
    refuse_place(place_id=place.pk, actor=place.person.user, now=NOW)
    with pytest.raises(PlaceGone):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    figures = figures_of([place.agreement], on=TODAY)[place.agreement_id]
    assert (figures.covered, figures.offered, figures.refused, figures.owed_fen) == (0, 0, 1, 0)


def test_without_the_consents_nobody_takes_a_place():
    place = offered(is_signed=False)
    with pytest.raises(ConsentsMissing):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW)


def test_nobody_answers_for_a_stranger_and_what_is_not_there_is_not_allowed():
    place = offered()
    for answer in (accept_place, refuse_place):
        with pytest.raises(NotAllowed):
            answer(place_id=place.pk, actor=make_parent(), now=NOW)
        with pytest.raises(NotAllowed):
            answer(place_id=987654, actor=place.person.user, now=NOW)


def test_an_offer_lapses_when_its_time_is_over():
    place = offered()
    late = NOW + timedelta(days=31)
    with pytest.raises(PlaceGone):
        accept_place(place_id=place.pk, actor=place.person.user, now=late)
    assert lapse_places(now=late) == 1
    place.refresh_from_db()
    assert place.state == "lapsed"


def test_taken_later_the_cover_begins_on_that_day():
    place = offered()
    late = NOW + timedelta(days=10)
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=late).cover
    assert cover.start == late.date()


@pytest.mark.parametrize(("days", "is_taken"), [(5, True), (6, False)])
def test_a_place_begins_on_the_last_day_of_the_agreement_at_the_latest(days, is_taken):
    place = offered()
    Agreement.objects.update(until=TODAY + timedelta(days=5))
    late = NOW + timedelta(days=days)
    if is_taken:
        assert accept_place(place_id=place.pk, actor=place.person.user, now=late).cover.start == late.date()
        return
    with pytest.raises(PlaceTooLate) as refused:
        accept_place(place_id=place.pk, actor=place.person.user, now=late)
    assert refused.value.params == {"last": "2026-11-28"}
    assert Place.objects.get().state == "offered"
    assert not Cover.objects.exists()


def new_terms(place, **changes):
    """The plan in another version from tomorrow on."""
    file = next(file for file in catalogue_files() if file.terms.code == place.agreement.plan_code)
    data = deepcopy(file.data) | {"version": "9", "valid": {"from": str(TODAY + timedelta(days=1))}}
    for name, value in changes.items():
        data["parameters"][name] = {**data["parameters"][name], **value}
    publish_terms(file=PlanFile(load_terms(data), data, ""), now=NOW)


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({"night": {"amount": "200.00"}}, True),
        ({"price": {"amount": "73.00"}}, False),
        ({"age_to": {"years": 30}}, False),
    ],
)
def test_taken_later_the_terms_of_that_day_must_give_the_same_place(changes, is_taken):
    place = offered()
    new_terms(place, **changes)
    tomorrow = NOW + timedelta(days=1)
    if is_taken:
        cover = accept_place(place_id=place.pk, actor=place.person.user, now=tomorrow).cover
        assert cover.plan_version.version == "9"
        return
    with pytest.raises(PlaceChanged):
        accept_place(place_id=place.pk, actor=place.person.user, now=tomorrow)
    accept_place(place_id=place.pk, actor=place.person.user, now=NOW)  # today the terms are as they were offered
    assert Cover.objects.get().plan_version.version != "9"


def test_a_place_in_a_plan_that_is_no_more_is_not_taken():
    place = offered()
    Agreement.objects.update(plan_code="no-more")
    with pytest.raises(PlaceChanged):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW + timedelta(days=1))


def test_the_member_is_told_why_a_place_cannot_be_taken_any_more(client):
    place = offered()
    Agreement.objects.update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    client.force_login(place.person.user)
    answer = client.post(reverse("enrolments:place", args=[place.pk]), {"answer": "yes"}, follow=True)
    assert "begin on 2026-11-22 at the latest" in answer.content.decode()


def test_the_members_own_part_can_be_paid_later_while_agreement_and_terms_hold(client):
    place = offered(make_agreement(group_fen=50_00))
    cover = accept_place(place_id=place.pk, actor=place.person.user, now=NOW).cover
    pay = {"contribution_id": due_of(cover).pk, "actor": place.person.user, "return_url": "/"}
    Agreement.objects.update(until=TODAY + timedelta(days=5))
    assert start_payment(**pay, now=NOW + timedelta(days=5)).amount_fen == 22_00
    with pytest.raises(PlaceTooLate):
        start_payment(**pay, now=NOW + timedelta(days=6))
    Cover.objects.update(start=TODAY - timedelta(days=6))
    Agreement.objects.update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    client.force_login(place.person.user)
    answer = client.post(reverse("enrolments:pay", args=[pay["contribution_id"]]), follow=True)
    assert "begin on 2026-11-22 at the latest" in answer.content.decode()
    assert Cover.objects.get().state == "unpaid"


def test_somebody_covered_by_then_cannot_take_a_second_cover():
    place = offered()
    accept_place(place_id=place.pk, actor=place.person.user, now=NOW)
    Place.objects.filter(pk=place.pk).update(state="offered", cover=None)
    with pytest.raises(SecondCover):
        accept_place(place_id=place.pk, actor=place.person.user, now=NOW)


def test_an_unbroken_year_under_the_next_roster_counts():
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    first = Cover.objects.get()
    Cover.objects.update(start=first.start - timedelta(days=365), end=TODAY)
    Place.objects.update(start=first.start - timedelta(days=365), end=TODAY)
    enrolled(agreement, as_csv(people(2)))
    assert set(Cover.objects.filter(start=TODAY).values_list("renewed_years", flat=True)) == {0, 1}


def test_news_of_a_cover_given_by_a_group_are_for_the_family_alone():
    agreement = county()
    member = family_of(people(1)[0])
    roster = enrolled(agreement, as_csv(people(2)))
    paid(agreement)
    cover = Cover.objects.get(person=member)
    leave_cover(cover_id=cover.pk, actor=member.user, seen_fen=33_00, now=NOW)
    told = Message.objects.get(kind="cover-left", channel="in-app")
    assert told.recipient == member.user
    assert told.parameters["amount_fen"] == 0, "the group's part does not come back to the family"
    assert not Message.objects.filter(recipient=roster.confirmed_by, kind__startswith="cover").exists()
    stranger = Cover.objects.exclude(pk=cover.pk).get()
    changes = Changes(NOW)
    changes.tell(stranger, "cover-started", key="x", start_date=TODAY, cover_id=stranger.pk)
    changes.record()
    assert Message.objects.filter(kind="cover-started").count() == 0, "nobody has an account"


@pytest.mark.parametrize(("gap", "years"), [(0, 1), (30, 1), (31, 0)])
def test_a_gap_of_the_days_of_grace_leaves_the_years_unbroken(gap, years):
    agreement = county()
    enrolled(agreement, as_csv(people(1)))
    over = {"start": TODAY - timedelta(days=365 + gap), "end": TODAY - timedelta(days=gap)}
    Cover.objects.update(**over)
    Place.objects.update(**over)
    enrolled(agreement, as_csv(people(2)))
    assert Cover.objects.get(start=TODAY, person=Cover.objects.earliest("pk").person).renewed_years == years
