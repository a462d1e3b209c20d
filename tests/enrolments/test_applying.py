"""Applying: the terms decide, the decision is kept with its reasons, nothing happens twice."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from apps.audit.models import Event
from apps.core.errors import NotAllowed
from apps.enrolments import errors
from apps.enrolments.in_force import covers_on
from apps.enrolments.models import Application, Contribution, Cover, Draft, Lapse
from apps.enrolments.selectors import covers_of_person, insured_of, policy_of, terms_of_cover
from apps.enrolments.services import apply_for_cover, keep_draft
from apps.members.models import Signature
from apps.members.services import withdraw_signature
from apps.plans.errors import AnswerInvalid, NoSuchPlan
from apps.plans.models import PlanVersion
from apps.plans.services import publish_catalogue
from tests.conftest import NOW
from tests.enrolments.factories import ANSWERS, ASTHMA, make_application, make_cover, publish_plan
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plans(now):
    publish_catalogue(now=now)


@pytest.fixture
def child():
    return make_person()


@pytest.fixture
def sent(child, now):
    return {
        "actor": child.registered_by,
        "person_id": child.pk,
        "plan_code": ASTHMA,
        "answers": ANSWERS[ASTHMA],
        "key": uuid4(),
        "now": now,
    }


def test_an_accepted_application_brings_a_cover_and_what_is_to_be_paid(sent, child, today):
    application = apply_for_cover(**sent)
    assert (application.accepted, application.reasons) == (True, [])
    assert application.answers == application.facts == {"conditions": ["J45.9"]}
    cover = application.cover
    assert (cover.state, cover.start, cover.end) == ("unpaid", today, date(2027, 11, 23))
    assert cover.last_day == date(2027, 11, 22)
    contribution = cover.contributions.get()
    assert contribution.amount_fen == cover.price_fen == application.price_fen > 0
    assert (contribution.state, contribution.due_date) == ("due", today + timedelta(days=14))
    assert Event.objects.get(action="application.accepted").target_id == application.pk


PEOPLE: dict[str, dict[str, Any]] = {
    ASTHMA: {},
    "brain-carefree": {"birth_date": date(1960, 2, 1), "relation": "self"},
    "parkinson-carefree": {"birth_date": date(1955, 2, 1), "relation": "child", "sex": "male"},
    "her-care": {"birth_date": date(1985, 2, 1), "relation": "self"},
}


@pytest.mark.parametrize("plan_code", PEOPLE)
def test_the_plans_of_the_casebook_can_be_joined(plan_code):
    cover = make_cover(make_person(**PEOPLE[plan_code]), plan_code=plan_code)
    assert cover.state == "active"
    assert insured_of(cover).born == cover.person.birth_date
    assert policy_of(cover).end == cover.last_day


def declined(person, plan_code, answers):
    application = make_application(person, plan_code=plan_code, answers=answers)
    assert not application.accepted
    assert not Cover.objects.exists()
    assert not Contribution.objects.exists()
    return [(reason["code"], reason["en"], reason["clause"]) for reason in application.reasons]


def test_a_child_older_than_the_plan_allows_on_the_first_day_is_declined_with_the_reason():
    nearly_grown = make_person(birth_date=date(2008, 12, 1))
    application = make_application(nearly_grown, start=date(2026, 12, 1))
    [reason] = application.reasons
    assert (application.accepted, reason["code"]) == (False, "age")
    assert "17" in reason["en"]
    assert "17" in reason["zh"]
    assert reason["clause"]
    assert not Cover.objects.exists()
    assert make_application(nearly_grown, start=date(2026, 11, 30)).accepted


def test_every_reason_is_told():
    man = make_person(birth_date=date(1955, 1, 1), relation="self", sex="male")
    reasons = declined(man, "her-care", {"basic_insurance": "none"})
    assert [code for code, _words, _clause in reasons] == ["age", "sex", "insurance"]
    assert "city's basic insurance" in reasons[2][1]


def test_without_asthma_no_asthma_plan(child):
    assert [code for code, _words, _clause in declined(child, ASTHMA, {"conditions": []})] == ["condition"]


def test_a_declined_application_is_kept_and_can_be_corrected(sent, child):
    apply_for_cover(**{**sent, "answers": {"conditions": []}})
    assert apply_for_cover(**{**sent, "key": uuid4()}).accepted
    assert Application.objects.count() == 2


def test_the_same_form_twice_is_one_application(sent):
    assert apply_for_cover(**sent) == apply_for_cover(**sent)
    assert Application.objects.count() == Cover.objects.count() == Contribution.objects.count() == 1


@pytest.mark.parametrize("change", [{"answers": {"conditions": []}}, {"plan_code": "her-care"}])
def test_the_same_form_with_other_answers_is_refused(sent, change):
    apply_for_cover(**sent)
    with pytest.raises(errors.FormSentAlready):
        apply_for_cover(**{**sent, **change})


def test_a_second_cover_of_the_plan_is_refused_and_names_the_first(sent, child):
    first = apply_for_cover(**sent).cover
    with pytest.raises(errors.SecondCover, match="Xiaoyu already has a cover") as caught:
        apply_for_cover(**{**sent, "key": uuid4()})
    assert caught.value.params["cover_id"] == first.pk
    assert Application.objects.count() == 1


@pytest.mark.parametrize("order", [1, -1])
def test_covers_of_a_day_come_in_the_order_in_which_plans_pay(order, today):
    woman = make_person(birth_date=date(1965, 2, 1), relation="self")
    by_priority = sorted(
        ["her-care", "brain-carefree"], key=lambda code: PlanVersion.objects.get(code=code).terms["priority"]
    )
    for code in by_priority[::order]:
        make_cover(woman, plan_code=code)
    make_cover(make_person())
    found = covers_on(woman.pk, today)
    assert [cover.plan_code for cover in found] == by_priority
    assert covers_on(woman.pk, found[0].end) == covers_on(woman.pk, today - timedelta(days=1)) == []


@pytest.mark.parametrize("state", Cover.State.values)
def test_the_covers_of_a_day_written_out_are_those_the_model_names(child, state):
    cover = make_cover(child)
    Cover.objects.filter(pk=cover.pk).update(state=state)
    lapse = (cover.start + timedelta(days=100), cover.start + timedelta(days=130), cover.start + timedelta(days=200))
    for start, end in ((lapse[0], lapse[1]), (lapse[2], None)):
        Lapse.objects.create(cover=cover, start=start, end=end, reinstate_until=cover.end, lapsed_at=NOW)
    for day in {edge + timedelta(days=off) for edge in (cover.start, *lapse, cover.end) for off in (-1, 0, 1)}:
        assert covers_on(child.pk, day) == list(Cover.objects.paid().on(day).filter(person=child)), day


def test_a_cover_read_for_a_claim_brings_what_the_claim_needs(child, today, django_assert_num_queries):
    make_cover(child)
    with django_assert_num_queries(1):
        (cover,) = covers_on(child.pk, today)
        read = insured_of(cover), policy_of(cover), terms_of_cover(cover).code, cover.person.name, cover.claimed_date
    whole = Cover.objects.get(pk=cover.pk)
    assert read == (insured_of(whole), policy_of(whole), ASTHMA, child.name, None)
    assert (cover.price_fen, cover.person.masked_identity) == (whole.price_fen, child.masked_identity)


def test_unpaid_covers_do_not_count_for_claims(child, today):
    cover = make_cover(child, is_paid=False)
    assert covers_on(child.pk, today) == []
    assert list(covers_of_person(child.pk)) == [cover]


def test_the_year_after_counts_as_unbroken(child, now):
    first = make_cover(child)
    later = now + timedelta(days=300)
    second = make_cover(child, start=first.end, now=later)
    assert (second.start, second.renewed_years, second.state) == (first.end, 1, "active")
    assert policy_of(second).renewed_years == 1


@pytest.mark.parametrize(
    ("start", "refusal"), [(date(2026, 11, 22), errors.StartPassed), (date(2027, 3, 1), errors.StartTooFar)]
)
def test_first_days_that_cannot_be(sent, start, refusal):
    with pytest.raises(refusal):
        apply_for_cover(**sent, start=start)
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"answers": {"conditions": ["Z99"]}}, AnswerInvalid, "conditions"),
        ({"plan_code": "no-such-plan"}, NoSuchPlan, None),
    ],
)
def test_bad_input_leaves_nothing(sent, change, refusal, field):
    with pytest.raises(refusal) as caught:
        apply_for_cover(**{**sent, **change})
    assert caught.value.field == field
    assert not Application.objects.exists()


def test_a_required_question_must_be_answered():
    person = make_person(birth_date=date(1960, 2, 1), relation="self")
    with pytest.raises(errors.AnswerMissing) as caught:
        make_application(person, plan_code="brain-carefree", answers={"conditions": ["I10"]})
    assert caught.value.field == "brain_screening"


def test_without_consents_nobody_joins(sent, child, now):
    signature = Signature.objects.get(person=child, text__kind="covenant")
    withdraw_signature(actor=child.registered_by, signature_id=signature.pk, now=now)
    with pytest.raises(errors.ConsentsMissing):
        apply_for_cover(**sent)


def test_before_the_texts_are_published_nobody_joins_either(now):
    child = make_person(signed=False)
    with pytest.raises(errors.ConsentsMissing):
        make_application(child)


def test_strangers_apply_for_nobody(sent):
    for change in ({"actor": make_parent()}, {"person_id": 0}):
        with pytest.raises(NotAllowed):
            apply_for_cover(**{**sent, **change})


def test_a_plan_that_costs_the_member_nothing_starts_at_once(sent, monkeypatch):
    monkeypatch.setattr("apps.enrolments.services.applying.price_fen", lambda *_: 0)
    cover = apply_for_cover(**sent).cover
    assert (cover.state, cover.contributions.count()) == ("active", 0)


def test_a_draft_is_kept_until_the_plan_is_joined(sent, child, now):
    for typed in ('{"a": ["1"]}', '{"a": ["2"]}'):
        keep_draft(actor=child.registered_by, person=child, plan_code=ASTHMA, typed=typed, now=now)
    assert Draft.objects.get().typed == '{"a": ["2"]}'
    apply_for_cover(**{**sent, "answers": {"conditions": []}})
    assert Draft.objects.exists()
    apply_for_cover(**{**sent, "key": uuid4()})
    assert not Draft.objects.exists()


def test_a_plan_that_a_union_pays_for_is_joined_through_the_union(sent):
    sent["plan_code"] = publish_plan("union-pays", payers=[{"payer": "union", "amount": "half"}])
    with pytest.raises(errors.JoinedThroughGroup):
        apply_for_cover(**sent)
    assert not Application.objects.exists()
