"""Points in the browser: today's tasks, the history, and the lower price before anything is accepted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from apps.audit.models import Access
from apps.enrolments.models import Application, TaskDone
from apps.members.models import Guardianship
from tests.conftest import NOW
from tests.enrolments.factories import make_cover, publish_plan
from tests.enrolments.points import BEGAN, PINK, earn, make_next, make_woman, make_year
from tests.enrolments.test_points import FIGURES, POINTS
from tests.members.factories import make_parent, make_person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "points"}


@pytest.fixture
def cover():
    return make_year()


@pytest.fixture
def browser(signed_in, cover, now, monkeypatch):
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now)
    return signed_in(cover.person.registered_by)


@pytest.fixture
def url(cover):
    return reverse("enrolments:points", args=[cover.pk])


def text(answer):
    return answer.content.decode()


def page(browser, name, *args):
    return text(browser.get(reverse(f"enrolments:{name}", args=args)))


def test_from_the_cover_to_a_tick_without_javascript(browser, cover, url):
    assert url in page(browser, "cover", cover.pk)
    content = text(browser.get(url))
    assert content.count('name="task"') == 3
    assert "Nothing yet in this year" in content
    for _ in range(2):
        answer = browser.post(url, {"task": "walk"})
        assert answer.url == url
    content = text(browser.get(url))
    assert content.count('name="task"') == 2
    assert "Done today" in content
    assert "Walk for half an hour" in content
    assert TaskDone.objects.get().points == 2


def test_a_tick_swaps_in_what_the_whole_page_then_shows(browser, url):
    part = browser.post(url, {"task": "read"}, headers=HTMX)
    assert part.status_code == 200
    whole = text(browser.get(url))
    assert without_tokens(text(part)).strip() in without_tokens(whole)
    assert text(browser.get(url, headers=HTMX)).startswith('\n    <div class="stack" id="points">')


def without_tokens(content):
    return "\n".join(line for line in content.splitlines() if "csrfmiddlewaretoken" not in line)


def test_the_balance_and_what_it_is_worth(browser, cover, url):
    earn(cover, 500)
    content = text(browser.get(url))
    assert "¥150.00 less ¥5.00 for 500 points" in content
    assert "up to 20% of it" in content
    assert "Points used before" not in content
    following = make_next(cover)
    content = page(browser, "points", following.pk)
    assert "Points used before" in content
    assert "today it does not" in content
    assert 'name="task"' not in content


def test_the_page_speaks_chinese(browser, cover, url):
    earn(cover, 500)
    browser.cookies["django_language"] = "zh-hans"
    content = text(browser.get(url))
    for words in ("步行半小时", "积分余额", "原价 ¥150.00，500 积分抵 ¥5.00"):
        assert words in content


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_and_guesses_find_nothing(browser, signed_in, cover, url, method):
    guess = getattr(browser, method)(reverse("enrolments:points", args=[0]), {"task": "walk"})
    without_points = make_cover(cover.person, plan_code="her-care")
    none = getattr(browser, method)(reverse("enrolments:points", args=[without_points.pk]), {"task": "walk"})
    stranger = getattr(signed_in(make_parent()), method)(url, {"task": "walk"})
    assert [answer.status_code for answer in (guess, none, stranger)] == [404] * 3
    assert Access.objects.filter(rule="denied", purpose="points").exists()
    assert not TaskDone.objects.exists()


def test_family_that_decides_nothing_for_her_neither_sees_nor_ticks(browser, signed_in, cover, url, now):
    mother = make_parent()
    Guardianship.objects.create(person=cover.person, guardian=mother, relation="mother", since=now.date())
    client = signed_in(mother)
    content = page(client, "cover", cover.pk)
    assert "What is paid" in content
    assert url not in content
    assert client.get(url).status_code == client.post(url, {"task": "walk"}).status_code == 404


def test_a_task_that_is_none_is_not_found(browser, url):
    assert browser.post(url, {"task": "fly"}).status_code == browser.post(url).status_code == 404


def test_a_tick_too_late_is_refused_in_words(browser, cover, url, now, monkeypatch):
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now + timedelta(days=65))
    browser.force_login(cover.person.registered_by)
    answer = browser.post(url, {"task": "walk"})
    assert answer.status_code == 409
    assert "today it does not" in text(answer)


def test_the_page_asks_the_same_however_long_the_history(browser, cover, url, django_assert_num_queries):
    earn(cover, 1, days=3)
    browser.get(url)
    with django_assert_num_queries(13) as few:
        assert len(browser.get(url).context["days"]) == 3
    TaskDone.objects.bulk_create(
        TaskDone(
            cover=cover,
            task="read",
            day=cover.start + timedelta(days=number),
            points=1,
            actor=cover.person.registered_by,
            at=NOW,
        )
        for number in range(60)
    )
    with django_assert_num_queries(len(few)):
        assert len(browser.get(url).context["days"]) == 20
    last = text(browser.get(url, {"page": "3"}))
    assert "Page 3 of 3" in last
    assert "Walk for half an hour · Read an article about health" in last


def test_the_lower_price_is_said_before_answering_on_the_decision_and_before_paying(browser, cover):
    earn(cover, 500)
    url = reverse("enrolments:questions", args=[cover.person_id, PINK])
    assert "¥150.00 less ¥5.00 for 500 points: ¥145.00 for the year." in text(browser.get(url))
    typed = {"key": str(uuid4()), "birads": "2", "start": cover.end.isoformat()}
    decision = browser.post(url, typed).url
    content = text(browser.get(decision))
    assert "¥145.00" in content
    assert "¥150.00 less ¥5.00 for 500 points" in content
    assert "Unbroken years before" in content
    following = Application.objects.latest("pk").cover
    assert "¥150.00 less ¥5.00 for 500 points" in page(browser, "cover", following.pk)
    content = page(browser, "pay", following.contributions.get().pk)
    assert "¥150.00 less ¥5.00 for 500 points" in content
    assert "points" not in text(browser.get(url)).split("<main")[1], "they are used"


def test_without_points_nothing_is_said_of_them(browser, cover):
    content = text(browser.get(reverse("enrolments:questions", args=[cover.person_id, PINK])))
    assert "lower this contribution" not in content
    assert "less" not in page(browser, "cover", cover.pk).split("<main")[1].split("What is paid")[0]


def test_one_point_is_one_point(browser, cover):
    earn(cover, 1)
    content = text(browser.get(reverse("enrolments:questions", args=[cover.person_id, PINK])))
    assert "less ¥0.01 for 1 point: ¥149.99" in content


def test_instalments_are_told_as_they_will_be_asked(browser, cover):
    year = a_childs_year("by-quarter", cover)
    earn(year, 200)
    content = text(browser.get(reverse("enrolments:questions", args=[year.person_id, "by-quarter"])))
    assert "4 × ¥40.00" in content
    assert "¥180.00 less ¥20.00 for 200 points: ¥160.00 for the year." in content


def test_where_the_price_depends_on_answers_the_most_is_told(browser, cover):
    year = a_childs_year("by-sex", cover, price={"instead": [{"when": {"sex": "male"}, "amount": "half"}]})
    earn(year, 200)
    content = text(browser.get(reverse("enrolments:questions", args=[year.person_id, "by-sex"])))
    assert "Up to 100% of the contribution can be paid with points" in content
    assert "less ¥" not in content


def a_childs_year(code, cover, **more):
    """A year of that woman's child in another plan with points."""
    publish_plan(code, more={"points": POINTS, "parameters": FIGURES, **more})
    return make_cover(make_person(cover.person.registered_by, now=BEGAN), plan_code=code, now=BEGAN)


def test_the_plans_page_tells_of_points(client, cover):
    content = text(client.get(reverse("plans:detail", args=[PINK])))
    assert "Points for daily tasks" in content
    assert "Walk for half an hour: 2 points" in content
    assert "A point takes ¥0.01 off" in content


def test_a_woman_may_join_that_plan_in_the_portal(signed_in, cover, now, monkeypatch):
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now)
    woman = make_woman()
    browser = signed_in(woman.registered_by)
    url = reverse("enrolments:questions", args=[woman.pk, PINK])
    for category, accepted in (("4", False), ("", True)):
        typed = {"key": str(uuid4()), "birads": category, "start": now.date().isoformat()}
        answer = browser.post(url, typed)
        assert Application.objects.latest("pk").accepted is accepted, text(browser.get(answer.url))
