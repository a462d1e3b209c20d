"""Publishing: once, frozen by the database, and the right version on the right day."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Event
from apps.plans import services
from apps.plans.errors import NoSuchPlan, PlanVersionChanged, TermsInvalid
from apps.plans.files import PlanFile, catalogue_files
from apps.plans.models import PlanVersion
from apps.plans.rules import load_terms
from apps.plans.selectors import plan_version, published_plans, terms_of
from tests.fund.concurrency import at_once

from .factories import changed, plan_row

pytestmark = pytest.mark.django_db
ASTHMA = "asthma-road-to-health"


@pytest.fixture
def asthma():
    return next(file for file in catalogue_files() if file.terms.code == ASTHMA)


def test_the_catalogue_is_published_once(now):
    first = services.publish_catalogue(now=now)
    again = services.publish_catalogue(now=now)
    assert {version.code for version in first} == {file.terms.code for file in catalogue_files()}
    assert again == []
    assert PlanVersion.objects.count() == len(catalogue_files())
    assert Event.objects.filter(action="plans.published").count() == len(first)


@pytest.mark.django_db(transaction=True)
def test_publishers_at_once_publish_once(now, asthma):
    answers = at_once(lambda _: services.publish_terms(file=asthma, now=now), times=4)
    (made,) = PlanVersion.objects.all()
    assert sorted(answers, key=bool) == [None, None, None, made]
    assert Event.objects.filter(action="plans.published").count() == 1


def test_the_publisher_is_written_down(now, make_user):
    user = make_user("editor@example.com")
    version = services.publish_catalogue(now=now, actor=user)[0]
    event = Event.objects.get(target_label="plans.planversion", target_id=version.pk)
    assert event.actor_id == user.pk
    assert event.detail["content_hash"] == version.content_hash


def test_an_edited_published_version_is_refused(now, asthma):
    services.publish_terms(file=asthma, now=now)
    edited = changed(asthma.data, priority="11")
    with pytest.raises(PlanVersionChanged, match="new version"):
        services.publish_terms(file=edited, now=now)
    assert terms_of(PlanVersion.objects.get(code=ASTHMA)).priority == 10


def test_terms_that_do_not_hold_together_are_not_published(now, asthma):
    with pytest.raises(TermsInvalid, match="no question does"):
        services.publish_terms(file=changed(asthma.data, questions=[]), now=now)
    assert not PlanVersion.objects.exists()


def test_an_example_that_pays_nothing_is_not_published(now, asthma):
    case = {"insured": {"born": "2016-03-01", "sex": "male"}, "policy": {"start": "2022-01-01", "end": "2022-12-31"}}
    bad = changed(asthma.data, examples=[{"title": {"zh": "例", "en": "e"}, "case": case}])
    with pytest.raises(TermsInvalid, match="paid nothing"):
        services.publish_terms(file=bad, now=now)


def test_an_example_that_is_malformed_is_not_published(now, asthma):
    bad = changed(asthma.data, examples=[{"title": {"zh": "例", "en": "e"}, "case": {"insured": "?"}}])
    with pytest.raises(TermsInvalid, match="examples"):
        services.publish_terms(file=bad, now=now)


@pytest.mark.parametrize("sql", ["UPDATE plans_planversion SET version = 'x'", "DELETE FROM plans_planversion"])
def test_the_database_refuses_to_change_a_published_version(now, asthma, sql):
    services.publish_terms(file=asthma, now=now)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_version_exists_once():
    plan_row("a", "1")
    with pytest.raises(IntegrityError, match="plan_version_once"), transaction.atomic():
        plan_row("a", "1")


def test_a_version_does_not_end_before_it_begins():
    with pytest.raises(IntegrityError, match="plan_version_validity_in_order"), transaction.atomic():
        plan_row("a", "1", valid_from=date(2022, 1, 2), valid_until=date(2022, 1, 1))


def test_a_version_has_a_hash():
    with pytest.raises(IntegrityError, match="plan_version_has_hash"), transaction.atomic():
        plan_row("a", "1", content_hash="short")


def test_the_newest_version_in_force_on_the_day_counts(asthma):
    old = plan_row(ASTHMA, "1", valid_from=date(2021, 1, 1), data=asthma.data)
    new = plan_row(ASTHMA, "2", valid_from=date(2023, 1, 1), valid_until=date(2023, 12, 31), data=asthma.data)
    assert plan_version(ASTHMA, date(2022, 12, 31)) == old
    assert plan_version(ASTHMA, date(2023, 12, 31)) == new
    assert plan_version(ASTHMA, date(2024, 1, 1)) == old
    assert published_plans(date(2023, 6, 1)) == [new]
    with pytest.raises(NoSuchPlan):
        plan_version(ASTHMA, date(2020, 12, 31))


def test_a_plan_that_is_not_offered_cannot_be_joined(asthma):
    plan_row(ASTHMA, "1", is_offered=False, data=asthma.data)
    assert published_plans(date(2026, 1, 1)) == []
    with pytest.raises(NoSuchPlan):
        plan_version(ASTHMA, date(2026, 1, 1))


def test_plans_stand_in_their_own_order(now):
    services.publish_catalogue(now=now)
    priorities = [terms_of(version).priority for version in published_plans(date(2026, 11, 23))]
    assert priorities == sorted(priorities)
    assert len(priorities) >= 4


def test_stored_terms_are_the_terms_of_the_file(now, asthma):
    version = services.publish_terms(file=asthma, now=now)
    version.refresh_from_db()
    assert terms_of(version) == asthma.terms == load_terms(version.terms)
    assert terms_of(version) is terms_of(PlanVersion.objects.get(pk=version.pk))


def test_the_command_says_what_it_published(capsys):
    call_command("publish_plans")
    call_command("publish_plans")
    assert capsys.readouterr().out.count(f"published {ASTHMA}") == 1


def test_a_plan_file_keeps_its_data(asthma):
    assert PlanFile(asthma.terms, asthma.data).data["code"] == ASTHMA
