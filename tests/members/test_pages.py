"""The family pages as a parent meets them."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse
from zeal import zeal_ignore

from apps.accounts.models import Role
from apps.audit.models import Access
from apps.audit.services import record_access
from apps.members.models import Person, Signature
from apps.members.services import publish_texts
from tests.members.factories import identity_number, make_parent, make_person

pytestmark = pytest.mark.django_db
BORN = date(2019, 5, 4)


@pytest.fixture
def parent():
    return make_parent("fang@example.com")


@pytest.fixture
def browser(signed_in, parent, now, freeze):
    publish_texts(now=now)
    return signed_in(parent)


@pytest.fixture
def freeze(monkeypatch, now):
    monkeypatch.setattr("apps.core.clock.timezone.now", lambda: now)


@pytest.fixture
def typed():
    return {
        "key": str(uuid4()),
        "name": "Xiaoyu",
        "relation": "mother",
        "birth_date": "2019-05-04",
        "sex": "female",
        "identity_kind": "resident",
        "identity_number": identity_number(BORN),
    }


def page(browser, name, *args, **query):
    return browser.get(reverse(name, args=args), query)


def test_an_empty_family_is_told_what_to_do(browser):
    answer = page(browser, "members:people")
    assert "Nobody here yet" in answer.content.decode()
    assert reverse("members:add") in answer.content.decode()


def test_a_child_is_added_signed_for_and_ready_for_a_plan(browser, typed, parent):
    answer = browser.post(reverse("members:add"), typed)
    child = Person.objects.get()
    assert answer.url == reverse("members:consents", args=[child.pk])
    content = page(browser, "members:consents", child.pk).content.decode()
    boxes = re.findall(r'name="(text_\d+)"', content)
    assert len(boxes) == 5
    answer = browser.post(answer.url, dict.fromkeys(boxes, "on"))
    assert answer.url == reverse("members:ready", args=[child.pk])
    assert Signature.objects.filter(person=child, signed_by=parent).count() == 5
    assert reverse("plans:catalogue") in browser.get(answer.url).content.decode()
    assert "Consents signed" in page(browser, "members:people").content.decode()


def test_the_same_form_twice_gives_the_same_child(browser, typed):
    first, second = (browser.post(reverse("members:add"), typed) for _ in range(2))
    assert first.url == second.url
    assert Person.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("identity_number", "110000201905040010", "a digit is mistyped"),
        ("identity_number", "", "Enter the number"),
        ("birth_date", "2030-01-01", "This day has not come yet"),
        ("birth_date", "1876-01-01", "more than 125 years ago"),
        ("birth_date", "2019-02-30", "Enter a real date"),
        ("name", "<b>Xiaoyu</b>", "letters or characters only"),
        ("relation", "king", "not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(browser, typed, field, value, words):
    answer = browser.post(reverse("members:add"), {**typed, field: value})
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[field])
    assert not Person.objects.exists()
    if field != "name":
        assert 'value="Xiaoyu"' in answer.content.decode()
    again = browser.post(reverse("members:add"), typed)
    assert again.status_code == 302


def test_an_adult_registers_as_themself(browser, typed, parent):
    form = page(browser, "members:add", **{"for": "self"}).context["form"]
    assert form.initial["name"] == parent.name
    born = date(1985, 3, 1)
    mine = {**typed, "birth_date": "1985-03-01", "identity_number": identity_number(born)}
    browser.post(reverse("members:add") + "?for=self", mine)
    assert Person.objects.get().user == parent
    assert "Register yourself" not in page(browser, "members:people").content.decode()


def test_a_child_cannot_register_as_themself(browser, typed):
    answer = browser.post(reverse("members:add") + "?for=self", typed)
    assert "under 18" in answer.content.decode()
    assert "Hidden field" not in answer.content.decode()


def test_a_required_consent_left_out_is_asked_for_at_its_box(browser, parent):
    child = make_person(parent, signed=False)
    answer = browser.post(reverse("members:consents", args=[child.pk]), {})
    assert answer.status_code == 200
    wrong = answer.context["form"].errors
    assert len(wrong) == 4, "all but the one that is a choice"
    assert not Signature.objects.exists()


def test_a_child_of_14_types_their_name(browser, parent, now):
    child = make_person(parent, birth_date=date(2011, 1, 1), signed=False)
    url = reverse("members:consents", args=[child.pk])
    boxes = dict.fromkeys(re.findall(r'name="(text_\d+)"', browser.get(url).content.decode()), "on")
    answer = browser.post(url, {**boxes, "assent_name": "Somebody"})
    assert "let Xiaoyu type their own name" in str(answer.context["form"].errors["assent_name"])
    assert browser.post(url, {**boxes, "assent_name": "Xiaoyu"}).status_code == 302


@pytest.mark.parametrize(
    ("wish", "leads"), [("/cover/", "/cover/"), ("https://evil.example/", None), ("//evil.example", None)]
)
def test_after_signing_the_reader_goes_where_they_came_from(browser, parent, wish, leads):
    child = make_person(parent)
    answer = browser.post(reverse("members:consents", args=[child.pk]) + f"?next={wish}", {})
    assert answer.url == (leads or reverse("members:ready", args=[child.pk]))


def test_a_consent_is_taken_back_after_reading_what_it_means(browser, parent):
    child = make_person(parent)
    signature = Signature.objects.get(person=child, text__kind="consent-sharing")
    url = reverse("members:withdraw", args=[signature.pk])
    assert "follow-ups and referrals come to a stop" in browser.get(url).content.decode()
    assert browser.post(url).url == reverse("members:consents", args=[child.pk])
    assert "Taken back" in page(browser, "members:consents", child.pk).content.decode()
    assert browser.post(url).status_code == 409
    assert "Taken back already" in browser.get(url).content.decode()


def test_ready_waits_for_the_consents(browser, parent):
    child = make_person(parent, signed=False)
    assert page(browser, "members:ready", child.pk).url == reverse("members:consents", args=[child.pk])
    assert "Read and sign" in page(browser, "members:person", child.pk).content.decode()


def test_a_persons_page_shows_no_number(browser, parent):
    child = make_person(parent)
    content = page(browser, "members:person", child.pk).content.decode()
    assert child.masked_identity in content
    assert child.identity_number not in content
    assert "Mother" in content


def test_a_grown_up_childs_page_says_who_decides_now(browser, parent, now):
    child = make_person(parent, birth_date=date(2008, 12, 1))
    content = page(browser, "members:person", child.pk).content.decode()
    assert "decides alone" not in content
    Person.objects.filter(pk=child.pk).update(birth_date=date(2008, 11, 23))
    content = page(browser, "members:person", child.pk).content.decode()
    assert "decides alone" in content
    assert "Compare the plans" not in content


def test_a_text_can_be_read_in_both_languages(browser, parent):
    text = Signature.objects.filter(person=make_person(parent)).latest("pk").text
    assert "Everyone can see how it is used" in page(browser, "members:text", text.pk).content.decode()
    browser.cookies["django_language"] = "zh-hans"
    assert "共济公约" in page(browser, "members:text", text.pk).content.decode()


@pytest.mark.parametrize("name", ["members:person", "members:consents", "members:ready", "members:who_read"])
def test_strangers_see_nothing_and_are_written_down(browser, name):
    child = make_person()
    assert page(browser, name, child.pk).status_code == 404
    assert (Access.objects.get().rule, Access.objects.get().person_id) == ("denied", child.pk)


def test_a_strangers_consent_cannot_be_taken_back(browser):
    signature = Signature.objects.filter(person=make_person()).latest("pk")
    for number in (signature.pk, 0):
        assert browser.post(reverse("members:withdraw", args=[number])).status_code == 404
    assert not Signature.objects.exclude(withdrawn_at=None).exists()


def test_pages_ask_to_sign_in(client):
    for name, args in (("members:people", []), ("members:add", []), ("members:person", [1])):
        assert page(client, name, *args).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("step", ["add", "consents"])
def test_a_session_that_ends_in_the_middle_loses_nothing(browser, typed, parent, step):
    if step == "consents":
        child = make_person(parent, birth_date=date(2011, 1, 1), signed=False)
        url, typed, kept = reverse("members:consents", args=[child.pk]), {"assent_name": "Anan"}, 'value="Anan"'
    else:
        url, kept = reverse("members:add"), 'value="Xiaoyu"'
    browser.cookies.pop("sessionid")
    answer = browser.post(url, typed)
    with zeal_ignore():  # signing in reads the visitor's session twice to give it a new name
        answer = browser.post(answer.url, {"login": parent.email, "password": "long-enough-1"})
    content = browser.get(answer.url).content.decode()
    assert answer.url == url
    assert kept in content
    assert "You were signed out in between" in content


def test_who_read_says_who_what_why_and_how_often(browser, parent, now):
    child = make_person(parent)
    doctor = make_parent("li@example.com", Role.FAMILY_DOCTOR, name="Dr Li")
    for _ in range(3):
        record_access(reader_id=doctor.pk, person_id=child.pk, rule="family-doctor", purpose="file", now=now)
    record_access(reader_id=doctor.pk, person_id=child.pk, rule="denied", purpose="claim", now=now)
    record_access(reader_id=parent.pk, person_id=child.pk, rule="guardian", purpose="file", now=now)
    content = page(browser, "members:who_read", child.pk).content.decode()
    for words in ("Dr Li", "the health file", "3 times", "the family doctor you signed with", "nothing was shown"):
        assert words in content
    assert content.count("Dr Li") == 1, "who was refused is not named"
    assert parent.name not in content.split("<main")[1].split("</main>")[0]


def test_the_list_of_reads_asks_the_same_however_long(
    browser, parent, now, django_assert_num_queries, django_assert_max_num_queries
):
    child = make_person(parent)
    readers = [make_parent() for _ in range(60)]
    for reader in readers[:3]:
        record_access(reader_id=reader.pk, person_id=child.pk, rule="family-doctor", purpose="file", now=now)
    page(browser, "members:who_read", child.pk)
    with django_assert_max_num_queries(15) as few:
        page(browser, "members:who_read", child.pk)
    for reader in readers[3:]:
        record_access(reader_id=reader.pk, person_id=child.pk, rule="family-doctor", purpose="file", now=now)
    with django_assert_num_queries(len(few)):
        assert len(page(browser, "members:who_read", child.pk).context["rows"]) == 20


def test_the_family_asks_the_same_however_large(
    browser, parent, django_assert_num_queries, django_assert_max_num_queries
):
    for _ in range(3):
        make_person(parent)
    page(browser, "members:people")
    with django_assert_max_num_queries(15) as few:
        page(browser, "members:people")
    for number in range(57):
        make_person(parent, birth_date=date(2015, 1, 1 + number % 28), signed=number % 2 == 0)
    with django_assert_num_queries(len(few)):
        assert len(page(browser, "members:people").context["rows"]) == 60
