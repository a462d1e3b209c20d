"""A roster from upload to covers: checked, compared, confirmed by a second person, enrolled once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.clock import DATABASE_CLOCK
from apps.core.errors import NotAllowed
from apps.enrolments.errors import (
    AgreementOver,
    GroupPaysTooLittle,
    NobodyToEnrol,
    NotToConfirm,
    OwnRoster,
    SameFile,
    SecondAgreement,
    StartPassed,
)
from apps.enrolments.group_pages import left_out
from apps.enrolments.models import Application, Contribution, Cover, Place, Roster, RosterRow
from apps.enrolments.services import (
    accept_place,
    check_rosters,
    confirm_roster,
    enrol_rosters,
    roster_checking,
    roster_enrolling,
    withdraw_roster,
)
from apps.enrolments.sheets import vault
from apps.members.models import Person
from apps.members.services import register_person
from apps.reminders.models import Message
from tests.conftest import NOW
from tests.enrolments.groups import (
    BORN,
    as_csv,
    checked,
    county,
    enrolled,
    make_agreement,
    make_group,
    make_worker,
    number,
    people,
    upload,
)
from tests.members.factories import make_parent, sign_all

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def second(agreement):
    return make_worker(agreement.organisation)


def family_of(row, *, relation="self", now=NOW):
    """Somebody with an account who registers under the name and number of a row."""
    return register_person(
        actor=make_parent(name=row[0]),
        name=row[0],
        birth_date=BORN,
        sex="female",
        identity_kind="resident",
        identity_number=row[1],
        relation=relation,
        key=uuid4(),
        now=now,
    )


def test_people_simply_covered_are_covered_at_once_and_the_group_owes_their_contribution():
    roster = enrolled(county(), as_csv(people(3)))
    assert (roster.state, roster.rows, roster.fine, roster.enrolled) == ("done", 3, 3, 3)
    assert (roster.group_fen, roster.member_fen) == (3 * 33_00, 0)
    covers = list(Cover.objects.all())
    assert {cover.state for cover in covers} == {"active"}
    assert {cover.price_fen for cover in covers} == {33_00}
    parts = Contribution.objects.values_list("payer_label", "amount_fen", "state", "due_date")
    assert set(parts) == {("government", 33_00, "due", TODAY + timedelta(days=30))}
    assert Application.objects.first().facts == {"roster": "rural-subsistence"}


def test_those_who_are_asked_have_an_offer_and_no_cover():
    roster = enrolled(make_agreement(), as_csv(people(2)))
    assert roster.group_fen == 2 * 72_00
    assert [place.state for place in Place.objects.all()] == ["offered"] * 2
    assert not Cover.objects.exists()


def test_the_uploader_cannot_confirm_and_nobody_of_another_group_sees_it():
    agreement = make_agreement()
    roster = checked(agreement, as_csv(people(1)))
    with pytest.raises(OwnRoster):
        confirm_roster(roster_id=roster.pk, actor=roster.uploaded_by, now=NOW)
    for stranger in (make_worker(make_group()), make_parent("", Role.TREASURER), make_parent("", Role.SPONSOR)):
        with pytest.raises(NotAllowed):
            confirm_roster(roster_id=roster.pk, actor=stranger, now=NOW)
    left = second(agreement)
    left.posts.update(since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    with pytest.raises(NotAllowed):
        withdraw_roster(roster_id=roster.pk, actor=left, now=NOW)


def test_confirming_again_and_enrolling_again_change_nothing():
    agreement = county()
    roster = enrolled(agreement, as_csv(people(2)))
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    enrol_rosters(now=NOW)
    assert Cover.objects.count() == 2


def test_only_a_checked_roster_with_somebody_on_it_can_be_confirmed():
    agreement = make_agreement()
    waiting = upload(agreement, as_csv(people(1)))
    with pytest.raises(NotToConfirm):
        confirm_roster(roster_id=waiting.pk, actor=second(agreement), now=NOW)
    nobody = checked(agreement, as_csv([("王芳", "123")]))
    with pytest.raises(NobodyToEnrol):
        confirm_roster(roster_id=nobody.pk, actor=second(agreement), now=NOW)


def test_whoever_could_confirm_is_told_once_the_roster_is_checked():
    agreement = make_agreement()
    colleague = second(agreement)
    roster = checked(agreement, as_csv(people(1)))
    told = Message.objects.filter(kind="roster-to-confirm")
    assert set(told.values_list("recipient_id", flat=True)) == {colleague.pk}
    assert roster.uploaded_by_id != colleague.pk


def test_the_same_file_again_is_the_same_roster_unless_it_was_withdrawn():
    agreement, content = make_agreement(), as_csv(people(1))
    first = checked(agreement, content)
    with pytest.raises(SameFile) as refused:
        upload(agreement, content)
    assert refused.value.params["roster_id"] == first.pk
    withdraw_roster(roster_id=first.pk, actor=first.uploaded_by, now=NOW)
    assert checked(agreement, content).state == "checked"


def test_a_mended_file_enrols_nobody_twice():
    agreement = county()
    wrong = [("王芳", number(7)[:-1] + ("1" if number(7)[-1] != "1" else "2"))]
    first = enrolled(agreement, as_csv([*people(3), *wrong]))
    assert (first.enrolled, first.rows) == (3, 4)
    again = checked(agreement, as_csv([*people(3), ("王芳", number(7))]))
    assert again.counts == {"covered": 3, "fine": 1}
    confirm_roster(roster_id=again.pk, actor=second(agreement), now=NOW)
    enrol_rosters(now=NOW)
    assert Cover.objects.count() == 4


def test_somebody_twice_on_one_roster_is_enrolled_once_and_the_second_row_is_named():
    rows = people(3)
    roster = checked(make_agreement(), as_csv([*rows, rows[0], rows[0]]))
    assert roster.counts == {"fine": 3, "repeated": 2}
    assert set(RosterRow.objects.filter(verdict="repeated").values_list("number", flat=True)) == {5, 6}


def test_somebody_on_two_rosters_that_wait_is_named_on_the_later_one():
    group = make_group()
    agreement = make_agreement(group)
    checked(agreement, as_csv(people(2)))
    later = checked(agreement, as_csv(people(3)))
    assert later.counts == {"elsewhere": 2, "fine": 1}
    assert left_out(later) == [("On another roster", 2)]
    other_plan = checked(county(), as_csv(people(2)))
    assert other_plan.counts == {"fine": 2}


def test_a_cover_or_an_offer_that_is_there_already_counts_as_covered():
    agreement = make_agreement()
    enrolled(agreement, as_csv(people(2)))
    assert checked(agreement, as_csv(people(3))).counts == {"covered": 2, "fine": 1}


def test_who_was_covered_between_check_and_enrolment_is_left_out():
    union = make_agreement()
    roster = checked(union, as_csv(people(2)))
    person = family_of(people(1)[0])
    sign_all(person)
    Roster.objects.filter(pk=roster.pk).update(state="withdrawn")
    early = enrolled(union, as_csv(people(1)))
    accept_place(place_id=early.places.get().pk, actor=person.user, now=NOW)
    Roster.objects.filter(pk=roster.pk).update(state="checked")
    confirm_roster(roster_id=roster.pk, actor=second(union), now=NOW)
    enrol_rosters(now=NOW)
    roster.refresh_from_db()
    assert roster.enrolled == 1
    assert RosterRow.objects.get(roster=roster, verdict="covered").number == 2
    assert Cover.objects.count() == 1


def test_people_known_by_their_identity_number_are_not_registered_again():
    known = family_of(people(1)[0])
    enrolled(county(), as_csv(people(2)))
    assert Person.objects.count() == 2
    assert Cover.objects.filter(person=known).exists()
    assert Message.objects.filter(recipient=known.user, kind="cover-given").exists()


def test_somebody_a_roster_brought_in_registers_under_the_same_name_and_finds_the_cover():
    enrolled(county(), as_csv(people(1)))
    brought = Person.objects.get()
    person = family_of(people(1)[0])
    assert person == brought
    assert person.user.email.startswith("parent")
    assert person.covers.count() == 1


def test_under_another_name_the_number_stays_registered_to_the_roster():
    from apps.members.errors import AlreadyRegistered

    enrolled(county(), as_csv(people(1)))
    with pytest.raises(AlreadyRegistered):
        family_of(("Somebody Else", people(1)[0][1]))


def test_the_plan_says_who_may_join_as_far_as_the_roster_knows():
    old = ("王大爷", number(3, born=BORN.replace(year=1950)))
    roster = checked(make_agreement(), as_csv([old, *people(1)]))
    assert roster.counts == {"fine": 1}
    assert roster.faulty == 1
    headings = ("姓名", "身份证号", "职业")
    doctor, rider = (*people(1, 5)[0], "医生"), (*people(1, 6)[0], "骑手")
    assert checked(make_agreement(), as_csv([doctor], headings)).fine == 0
    assert checked(make_agreement(facts={}), as_csv([rider], headings)).fine == 1
    assert checked(make_agreement(facts={}), as_csv(people(5, 10))).fine == 5  # the group vouches for what is not said


def test_the_first_day_must_lie_within_the_agreement_and_ahead():
    agreement = make_agreement()
    with pytest.raises(StartPassed):
        upload(agreement, as_csv(people(1)), start=TODAY - timedelta(days=1))
    agreement.since = TODAY + timedelta(days=5)
    agreement.save(update_fields=["since"])
    with pytest.raises(AgreementOver):
        upload(agreement, as_csv(people(1)))
    assert vault.kept_names() == []


def test_a_first_day_that_has_passed_when_it_is_confirmed_moves_to_that_day():
    agreement = county()
    roster = checked(agreement, as_csv(people(1)))
    late = NOW + timedelta(days=3)
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=late)
    enrol_rosters(now=late)
    assert Cover.objects.get().start == late.date()


def test_a_worker_killed_while_checking_goes_on_with_the_next_block(monkeypatch):
    monkeypatch.setattr("apps.enrolments.services.roster_checking.BLOCK", 2)
    roster = upload(make_agreement(), as_csv(people(7)))
    keep, done = roster_checking._keep, []

    def killed(*args):
        if len(done) == 2:
            raise SystemExit
        done.append(keep(*args))

    monkeypatch.setattr(roster_checking, "_keep", killed)
    with pytest.raises(SystemExit):
        check_rosters(now=NOW)
    assert check_rosters(now=NOW) == 0  # the lease of the dead one still holds
    monkeypatch.setattr(roster_checking, "_keep", keep)
    Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=3))
    assert check_rosters(now=NOW) == 1
    roster.refresh_from_db()
    assert (roster.rows, roster.counts) == (7, {"fine": 7})
    assert roster.blocks.count() == 4


def test_a_worker_killed_while_enrolling_goes_on_and_enrols_nobody_twice(monkeypatch):
    monkeypatch.setattr("apps.enrolments.services.roster_checking.BLOCK", 2)
    agreement = county()
    roster = checked(agreement, as_csv(people(5)))
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    give, given = roster_enrolling._give, []

    def killed(*args):
        given.append(give(*args))
        if len(given) == 2:
            raise SystemExit

    monkeypatch.setattr(roster_enrolling, "_give", killed)
    with pytest.raises(SystemExit):
        enrol_rosters(now=NOW)
    assert enrol_rosters(now=NOW) == 0
    monkeypatch.setattr(roster_enrolling, "_give", give)
    Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=3))
    assert enrol_rosters(now=NOW) == 1
    roster.refresh_from_db()
    assert (roster.state, roster.enrolled, Cover.objects.count()) == ("done", 5, 5)


def test_what_cannot_be_explained_is_given_up_after_three_tries_and_said(monkeypatch, caplog):
    roster = upload(make_agreement(), as_csv(people(1)))

    def broken(*_args):
        raise RuntimeError(f"Failing row contains {people(1)[0][0]}")

    monkeypatch.setattr(roster_checking, "compare", broken)
    for _ in range(3):
        check_rosters(now=NOW)
    roster.refresh_from_db()
    assert (roster.state, roster.refusal["code"]) == ("refused", "sheet-unexplained")
    assert "RuntimeError" in caplog.text
    assert people(1)[0][0] not in caplog.text


def test_an_enrolment_that_fails_is_tried_again_later(monkeypatch, caplog):
    agreement = county()
    roster = checked(agreement, as_csv(people(1)))
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    give = roster_enrolling._give

    def broken(*_args):
        raise RuntimeError(f"Failing row contains {people(1)[0][0]}")

    monkeypatch.setattr(roster_enrolling, "_give", broken)
    assert enrol_rosters(now=NOW) == 0
    assert people(1)[0][0] not in caplog.text
    monkeypatch.setattr(roster_enrolling, "_give", give)
    Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=3))
    assert enrol_rosters(now=NOW) == 1


def test_an_enrolment_that_fails_three_times_is_said_and_tried_once_an_hour(client, monkeypatch):
    agreement = county()
    roster = checked(agreement, as_csv(people(1)))
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    give, tried = roster_enrolling._give, []

    def broken(*_args):
        tried.append(1)
        raise RuntimeError

    def after(minutes):
        Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=minutes))
        enrol_rosters(now=NOW)
        return len(tried)

    client.force_login(roster.uploaded_by)
    page = reverse("enrolments:roster", args=[roster.pk])
    monkeypatch.setattr(roster_enrolling, "_give", broken)
    assert [after(3), after(3)] == [1, 2]
    assert "held up" not in client.get(page).content.decode()
    assert [after(3), after(3), after(59), after(61)] == [3, 3, 3, 4]
    assert "The enrolment is held up" in client.get(page).content.decode()
    assert "Held up" in client.get(reverse("enrolments:group", args=[agreement.pk])).content.decode()
    monkeypatch.setattr(roster_enrolling, "_give", give)
    after(61)
    assert "held up" not in client.get(page).content.decode()
    assert Cover.objects.count() == 1


def test_a_block_enrolled_counts_as_getting_on(monkeypatch):
    monkeypatch.setattr("apps.enrolments.services.roster_checking.BLOCK", 1)
    agreement = county()
    roster = checked(agreement, as_csv(people(5)))
    confirm_roster(roster_id=roster.pk, actor=second(agreement), now=NOW)
    give, given = roster_enrolling._give, []

    def every_other(*args):
        given.append(1)
        if len(given) % 2 == 0:
            raise RuntimeError
        give(*args)

    monkeypatch.setattr(roster_enrolling, "_give", every_other)
    for _ in range(5):
        enrol_rosters(now=NOW)
        Roster.objects.update(beat_at=DATABASE_CLOCK - timedelta(minutes=3))
    roster.refresh_from_db()
    assert (roster.state, roster.enrolled) == ("done", 5)


def test_an_agreement_needs_the_treasurer_a_group_and_enough_money():
    with pytest.raises(GroupPaysTooLittle):
        make_agreement(group_fen=50_00, members_confirm=False)
    with pytest.raises(NotAllowed):
        make_agreement(make_group("insurer"))
    group = make_group()
    make_agreement(group)
    with pytest.raises(SecondAgreement):
        make_agreement(group)


def test_the_blocks_are_counted_as_they_are_read():
    roster = checked(make_agreement(), as_csv(people(3)))
    assert Roster.objects.filter(pk=roster.pk, permille=1000, rows=F("rows")).exists()
