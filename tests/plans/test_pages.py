"""The public plan pages: readable without sign-in, in both languages, with a constant number of queries."""

import pytest
from django.urls import reverse

from apps.plans.files import catalogue_files
from apps.plans.services import publish_catalogue

from .factories import plan_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(now):
    return publish_catalogue(now=now)


def test_the_catalogue_compares_all_plans_that_can_be_joined(client, published):
    page = client.get(reverse("plans:catalogue")).content.decode()
    newest = {version.code: version for version in sorted(published, key=lambda version: version.valid_from)}
    for version in newest.values():
        assert (reverse("plans:detail", args=[version.code]) in page) is version.is_offered
    assert len(newest) == len(published) - 1  # one plan has two versions, the older one not offered
    assert "¥89.00" in page


def test_the_catalogue_speaks_chinese(client, published):
    page = client.get(reverse("plans:catalogue"), headers={"accept-language": "zh-hans"}).content.decode()
    assert "哮喘儿童“健康之路”计划" in page


def test_an_empty_catalogue_says_so(client):
    assert "No plan is open at the moment" in client.get(reverse("plans:catalogue")).content.decode()


def test_a_plan_says_who_what_and_how_much(client, published):
    page = client.get(reverse("plans:detail", args=["asthma-road-to-health"])).content.decode()
    assert "at least 28 days and at most 17 years old" in page
    assert "up to ¥500 a visit and ¥5,000 a year" in page
    assert "¥180.00" in page
    assert "have nothing to do with asthma" in page
    assert "12 a year" in page


def test_worked_examples_are_computed_by_the_engine(client, published):
    page = client.get(reverse("plans:detail", args=["asthma-road-to-health"])).content.decode()
    assert "At most ¥500.00 is paid for one visit, so ¥620.00 becomes ¥500.00." in page
    assert "Others have already paid ¥5,000.00 of it, so ¥3,000.00 is left." in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", sorted(file.terms.code for file in catalogue_files() if file.terms.offered))
def test_every_plan_has_a_page_in_both_languages(client, published, code, language):
    response = client.get(reverse("plans:detail", args=[code]), headers={"accept-language": language})
    assert response.status_code == 200
    assert "{" not in response.content.decode().split("<main")[1].split("</main>")[0]


def test_a_plan_that_is_not_open_is_not_found(client, published):
    response = client.get(reverse("plans:detail", args=["no-such-plan"]))
    assert response.status_code == 404


@pytest.mark.parametrize("count", [3, 60])
def test_the_catalogue_needs_the_same_queries_for_any_number_of_plans(client, django_assert_num_queries, count):
    data = next(file.data for file in catalogue_files() if file.terms.code == "her-care")
    for number in range(count):
        plan_row(f"plan-{number}", "1", data=data)
    with django_assert_num_queries(1):  # the plan versions in force
        page = client.get(reverse("plans:catalogue")).content.decode()
    assert page.count("<tr") == count + 1
