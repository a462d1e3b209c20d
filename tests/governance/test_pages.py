"""The council's pages as members, the treasurer, the public and strangers see them."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.actuary.rules.snapshot import fingerprint
from apps.actuary.services import answer_what_ifs, ask_what_if
from apps.governance import services
from apps.governance.models import Resolution, State, Vote
from apps.governance.rules.words import Purpose
from apps.governance.views import acting
from apps.payments.models import Order
from tests.conftest import NOW
from tests.governance.factories import (
    council,
    draft_line,
    needing_assembly,
    opened,
    organisation,
    proposed,
    vote,
    votes,
)
from tests.governance.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fixed_day")]
LATER = NOW + timedelta(days=7)


@pytest.fixture
def seats(close):
    return council()


def form_data(quarter, payee, owner, lines=1, **changes):
    data = {
        "key": str(uuid4()),
        "close": quarter.pk,
        "title_zh": "培训",
        "title_en": "",
        "text": "Why and what",
        "first_call": "",
        "form-TOTAL_FORMS": lines,
        "form-INITIAL_FORMS": 0,
        "send": "1",
    }
    for place in range(lines):
        data |= {
            f"form-{place}-purpose": Purpose.TRAINING,
            f"form-{place}-payee": payee.pk,
            f"form-{place}-amount": "1,000.50",
            f"form-{place}-owner": owner.pk,
            f"form-{place}-milestones": f"Milestone {place}",
            f"form-{place}-report_due": "2027-06-30",
        }
    return data | changes


def test_a_member_proposes_with_several_lines(signed_in, seats, close):
    client, payee = signed_in(seats[0].user), organisation()
    data = form_data(close, payee, seats[0], lines=2)
    answer = client.post(reverse("governance:propose"), data)
    resolution = Resolution.objects.get()
    assert answer.url == reverse("governance:resolution", args=[resolution.pk])
    assert list(resolution.lines.values_list("amount_fen", flat=True)) == [1_000_50] * 2
    again = client.post(reverse("governance:propose"), data)
    assert again.url == answer.url
    assert Resolution.objects.count() == 1
    page = text(client, "resolution", resolution.pk)
    assert "Another council member opens the ballot: that takes two people." in page
    assert "Left if every line passes" in page


def test_a_proposal_cites_an_answered_what_if_and_its_fingerprint_is_frozen(signed_in, seats, close, plan_version):
    asked = ask_what_if(
        actor=seats[0].user,
        version_id=plan_version.pk,
        since=NOW.date() - timedelta(days=9),
        until=NOW.date(),
        changes={"price": "1.00"},
        title="Cheaper",
        key=uuid4(),
        now=NOW,
    )
    client, payee = signed_in(seats[0].user), organisation()
    assert "Cheaper" not in text(client, "propose")
    answer_what_ifs(now=NOW)
    asked.refresh_from_db()
    client.post(reverse("governance:propose"), form_data(close, payee, seats[1], what_if=asked.pk))
    resolution = Resolution.objects.get()
    assert resolution.what_if == asked
    assert "What it rests on" in text(client, "resolution", resolution.pk)
    services.open_ballot(resolution_id=resolution.pk, actor=seats[1].user, closes_at=NOW + timedelta(days=7), now=NOW)
    resolution.refresh_from_db()
    assert json.loads(resolution.manifest)["what_if_sha256"] == asked.result_hash


def test_another_line_keeps_all_that_was_typed_and_says_nothing_of_errors(signed_in, seats, close):
    client, payee = signed_in(seats[0].user), organisation()
    data = form_data(close, payee, seats[0], add="1", text="", **{"form-0-amount": "12,3x"})
    page = client.post(reverse("governance:propose"), data)
    lines = page.context["lines"]
    assert len(lines.forms) == 2
    assert lines[0]["amount"].value() == "12,3x"
    assert lines[0]["milestones"].value() == "Milestone 0"
    assert str(page.context["form"]["key"].value()) == data["key"]
    assert "Please look at this again" not in page.content.decode()
    assert not Resolution.objects.exists()


def test_a_line_is_removed_and_the_others_stay(signed_in, seats, close):
    client, payee = signed_in(seats[0].user), organisation()
    data = form_data(close, payee, seats[0], lines=3, remove="1")
    page = client.post(reverse("governance:propose"), data)
    assert [line["milestones"].value() for line in page.context["lines"]] == ["Milestone 0", "Milestone 2"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("form-0-amount", "0", "The amount must be above zero."),
        ("form-0-amount", "1e12", "digits only"),
        ("form-0-amount", "99999999", "can still be used"),
        ("form-0-report_due", "2026-11-23", "The report is due on a day to come."),
        ("form-0-payee", "999999", "Select a valid choice"),
        ("title_zh", "", "Give the proposal a title"),
        ("text", "", "This field is required"),
        ("close", "999999", "Select a valid choice"),
    ],
)
def test_a_wrong_proposal_is_answered_at_its_field_and_nothing_is_lost(signed_in, seats, close, field, value, message):
    data = form_data(close, organisation(), seats[0], **{field: value})
    page = signed_in(seats[0].user).post(reverse("governance:propose"), data)
    content = page.content.decode()
    assert page.status_code == 200
    assert message in content
    assert "Milestone 0" in content
    assert not Resolution.objects.exists()


def test_without_a_surplus_there_is_nothing_to_propose(signed_in):
    seats = council()
    assert "There is no surplus to decide about" in text(signed_in(seats[0].user), "propose")


def test_a_second_member_opens_and_sees_who_will_not_vote(signed_in, close):
    hospital = organisation()
    seats = council(hospital=hospital)
    draft = proposed(seats, [draft_line(hospital, seats[0])])
    client = signed_in(seats[1].user)
    page = text(client, "open", draft.pk)
    assert page.count("which is to be paid") == 2
    assert client.post(reverse("governance:open", args=[draft.pk]), {"days": 3}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.closes_at) == (State.OPEN, NOW + timedelta(days=3))
    assert client.post(reverse("governance:open", args=[draft.pk]), {"days": 3}).status_code == 302
    shown = text(client, "resolution", draft.pk)
    assert draft.manifest_hash in shown
    assert "Does not vote" in shown


def test_the_proposer_cannot_open(signed_in, seats):
    draft = proposed(seats)
    page = signed_in(seats[0].user).post(reverse("governance:open", args=[draft.pk]), {"days": 7})
    assert b"This takes two people" in page.content


def cast(client, resolution, choice="for", key=None, **extra):
    line = resolution.lines.get()
    data = {"key": key or uuid4(), f"line-{line.pk}": choice, **extra}
    return client.post(reverse("governance:vote", args=[resolution.pk]), data)


def test_a_vote_is_looked_at_once_more_before_it_counts(signed_in, seats):
    resolution = opened(seats)
    client = signed_in(seats[2].user)
    assert "Your vote" in text(client, "vote", resolution.pk)
    once_more = cast(client, resolution)
    assert b"It is final" in once_more.content
    assert not Vote.objects.exists()
    changed = cast(client, resolution, change="1")
    assert b"checked" in changed.content
    done = cast(client, resolution, confirm="1")
    assert done.url == reverse("governance:resolution", args=[resolution.pk])
    assert Vote.objects.get().choice == "for"
    shown = text(client, "resolution", resolution.pk)
    assert "Your vote is recorded." in shown
    assert reverse("governance:vote", args=[resolution.pk]) not in shown


def test_double_click_second_tab_and_back_leave_one_vote(signed_in, seats):
    resolution = opened(seats)
    client, key = signed_in(seats[2].user), uuid4()
    for choice, form_key in [("for", key), ("for", key), ("for", uuid4()), ("against", uuid4())]:
        assert cast(client, resolution, choice, form_key, confirm="1").status_code == 302
    assert Vote.objects.get().choice == "for"
    assert "stays as it is" in text(client, "resolution", resolution.pk)
    back = client.get(reverse("governance:vote", args=[resolution.pk]))
    assert back.status_code == 302


def test_a_vote_without_a_choice_is_asked_for_at_its_line(signed_in, seats):
    resolution = opened(seats)
    page = cast(signed_in(seats[2].user), resolution, choice="")
    assert b"Choose for, against or abstain." in page.content
    assert b"Choose for, against or abstain." in cast(signed_in(seats[2].user), resolution, "maybe").content


def test_a_recused_member_is_not_asked_about_that_line(signed_in, close):
    hospital = organisation()
    seats = council(hospital=hospital)
    resolution = opened(seats, [draft_line(hospital, seats[0]), draft_line(organisation(), seats[0])])
    client = signed_in(seats[1].user)
    own, other = resolution.lines.order_by("position")
    page = client.get(reverse("governance:vote", args=[resolution.pk])).content.decode()
    assert f"line-{own.pk}" not in page
    assert f"line-{other.pk}" in page
    data = {"key": uuid4(), f"line-{own.pk}": "for", f"line-{other.pk}": "for", "confirm": "1"}
    client.post(reverse("governance:vote", args=[resolution.pk]), data)
    assert [recorded.line for recorded in Vote.objects.all()] == [other]
    assert client.post(reverse("governance:vote", args=[resolution.pk]), data).status_code == 302
    assert Vote.objects.count() == 1


def test_a_vote_after_the_end_is_refused_in_words(signed_in, seats, monkeypatch):
    resolution = opened(seats)
    monkeypatch.setattr(acting, "now", lambda: LATER)
    client = signed_in(seats[2].user)
    cast(client, resolution, confirm="1")
    assert not Vote.objects.exists()
    assert "The ballot is closed. No vote can be added." in text(client, "resolution", resolution.pk)


def test_closing_early_cancelling_and_the_reasons_at_the_form(signed_in, seats):
    resolution = opened(seats)
    client = signed_in(seats[2].user)
    early = client.post(reverse("governance:close", args=[resolution.pk]))
    assert b"votes to come could change a result" in early.content
    assert reverse("governance:close", args=[resolution.pk]) not in text(client, "resolution", resolution.pk)
    votes(resolution, seats, "+++++++++")
    assert "Close the ballot now" in text(client, "resolution", resolution.pk)
    assert client.get(reverse("governance:close", args=[resolution.pk])).status_code == 200
    assert client.post(reverse("governance:close", args=[resolution.pk])).status_code == 302
    resolution.refresh_from_db()
    assert resolution.state == State.PASSED
    late = client.post(reverse("governance:cancel", args=[resolution.pk]), {"reason": "Too late"})
    assert b"This cannot be done with the resolution now." in late.content
    other = opened(seats)
    assert b"This field is required" in client.post(reverse("governance:cancel", args=[other.pk])).content
    client.post(reverse("governance:cancel", args=[other.pk]), {"reason": "Wrong amount"})
    assert "Wrong amount" in text(client, "resolution", other.pk)


def test_several_lines_that_pass_are_granted_in_one_request(signed_in, seats):
    payee = organisation()
    resolution = opened(seats, [draft_line(payee, seats[0]) for _ in range(3)])
    for seat in seats:
        vote(resolution, seat, "for", "for", "for")
    assert signed_in(seats[2].user).post(reverse("governance:close", args=[resolution.pk])).status_code == 302
    assert Order.objects.count() == 3
    assert "Left after it" in text(signed_in(seats[2].user), "resolution", resolution.pk)


def test_the_assemblys_decision_is_written_down(signed_in, seats):
    resolution = needing_assembly(seats)
    votes(resolution, seats, "+++++++++")
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    client = signed_in(seats[2].user)
    url = reverse("governance:ratify", args=[resolution.pk])
    assert url in text(client, "resolution", resolution.pk)
    assert client.post(url, {"is_ratified": "yes", "reason": "15 Dec, 60 of 75"}).status_code == 302
    resolution.refresh_from_db()
    assert resolution.state == State.PASSED


def test_a_result_is_shown_in_words_bars_and_all_four_bases(client, seats):
    resolution = opened(seats)
    votes(resolution, seats, "++++--0..")
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    page = text(client, "resolution", resolution.pk)
    assert "4 for, 2 against, 1 abstained." in page
    for share in ("66.7%", "57.1%", "44.4%"):
        assert share in page
    assert "At least (≥) 2/3 of votes cast (for and against) must be for it." in page
    assert "To be sent" in page
    assert seats[3].user.name in page


def test_a_missed_quorum_says_so_and_can_be_called_again(signed_in, seats, close):
    resolution = opened(seats)
    votes(resolution, seats, "++.......")
    services.close_ballot(resolution_id=resolution.pk, now=LATER)
    client = signed_in(seats[0].user)
    page = text(client, "resolution", resolution.pk)
    assert "Too few took part" in page
    assert "At least 1/2 of all seats must take part." in page
    form = client.get(reverse("governance:propose"), {"again": resolution.pk})
    assert form.context["form"]["first_call"].value() == resolution.pk
    assert form.context["lines"][0]["amount"].value() == "100.00"
    line = resolution.lines.get()
    data = form_data(close, line.payee, seats[0], first_call=resolution.pk, **{"form-0-amount": "100.00"})
    client.post(reverse("governance:propose"), data)
    assert resolution.second_call.rule_name.endswith("/2")


def test_anyone_reads_open_and_decided_resolutions_but_no_draft(client, seats):
    draft, ballot = proposed(seats), opened(seats)
    vote(ballot, seats[0], "for")
    assert f"/council/{draft.pk}/" not in text(client, "council")
    for name in ("resolution", "minutes"):
        assert seats[0].user.name in text(client, name, ballot.pk)
        assert client.get(reverse(f"governance:{name}", args=[draft.pk])).status_code == 404
    assert "@example.com" not in text(client, "minutes", ballot.pk)
    frozen = client.get(reverse("governance:manifest", args=[ballot.pk]))
    ballot.refresh_from_db()
    assert fingerprint(frozen.content.decode()) == ballot.manifest_hash
    assert json.loads(frozen.content)["resolution"] == ballot.pk
    assert client.get(reverse("governance:manifest", args=[draft.pk])).status_code == 404


def test_council_home_puts_open_ballots_first_with_the_surplus(signed_in, seats, close):
    ballot = opened(seats)
    vote(ballot, seats[0], "for")
    decided = opened(seats)
    services.close_ballot(resolution_id=decided.pk, now=LATER)
    page = text(signed_in(seats[0].user), "council")
    assert page.index(f"/council/{ballot.pk}/") < page.index(f"/council/{decided.pk}/")
    assert "You have voted" in page
    assert reverse("actuary:close", args=[close.pk]) in page
    assert "Propose a use" in page


ACTIONS = ["open", "vote", "close", "cancel", "ratify"]


@pytest.mark.parametrize("name", ACTIONS)
def test_only_council_members_with_a_seat_act(client, signed_in, make_user, seats, name):
    resolution = opened(seats)
    url = reverse(f"governance:{name}", args=[resolution.pk])
    assert client.get(url).status_code == 302
    assert signed_in(make_user("m@example.com")).post(url).status_code == 404
    without_seat = signed_in(make_user("c@example.com", Role.COUNCIL))
    before = Resolution.objects.get(pk=resolution.pk).state
    without_seat.post(url, {"confirm": "1", "reason": "x", "days": 3, "key": uuid4(), "is_ratified": "yes"})
    assert Resolution.objects.get(pk=resolution.pk).state == before
    assert without_seat.get(reverse("governance:propose")).status_code == 404
    assert not Vote.objects.exists()
