"""The administrator's pages of people and roles, the language, and the second step of staff."""

import pytest
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(make_user):
    return make_user("admin@example.com", Role.ADMINISTRATOR)


def test_an_administrator_gives_a_role_and_it_is_an_event(signed_in, admin, make_user):
    person = make_user("new@example.com")
    answer = signed_in(admin).post(reverse("accounts:user", args=[person.pk]), {"roles": [Role.TREASURER]}, follow=True)
    assert "The roles of new are saved." in answer.content.decode()
    person.refresh_from_db()
    assert person.roles == [Role.TREASURER]
    event = Event.objects.get(action="roles.set")
    assert (event.actor_id, event.target_id, event.detail["after"]) == (admin.pk, person.pk, ["treasurer"])


def test_giving_the_same_roles_again_is_no_event(signed_in, admin, make_user):
    person = make_user("new@example.com", Role.TREASURER)
    signed_in(admin).post(reverse("accounts:user", args=[person.pk]), {"roles": [Role.TREASURER]})
    assert not Event.objects.exists()


def test_the_last_administrator_cannot_resign(signed_in, admin):
    answer = signed_in(admin).post(reverse("accounts:user", args=[admin.pk]), {"roles": []})
    assert "This is the last administrator." in answer.content.decode()
    admin.refresh_from_db()
    assert admin.roles == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TREASURER, Role.AUDITOR])
def test_nobody_else_sees_the_people(signed_in, make_user, role):
    assert signed_in(make_user("x@example.com", role)).get(reverse("accounts:users")).status_code == 404


def test_people_are_found_by_a_part_of_their_name(signed_in, admin, make_user):
    make_user("lin@example.com", name="Lin Yue")
    make_user("zhou@example.com", name="Zhou Min")
    page = signed_in(admin).get(reverse("accounts:users"), {"q": "lin"}).content.decode()
    assert "Lin Yue" in page
    assert "Zhou Min" not in page


@pytest.mark.parametrize("rows", [3, 60])
def test_the_list_of_people_asks_the_database_the_same_number_of_times(
    signed_in, admin, rows, django_assert_num_queries
):
    User.objects.bulk_create(User(email=f"p{n}@example.com", name=f"P{n}") for n in range(rows))
    client = signed_in(admin)
    with django_assert_num_queries(5):  # session, user, unread messages, count, page
        assert client.get(reverse("accounts:users")).status_code == 200


def test_the_language_chosen_is_kept_for_letters_too(signed_in, make_user):
    user = make_user()
    signed_in(user).post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"
    signed_in(user).post(reverse("set_language"), {"language": "klingon", "next": "/"})
    user.refresh_from_db()
    assert user.language == "zh-hans"


def test_staff_without_a_second_step_are_sent_to_set_one_up(signed_in, make_user, settings):
    settings.MFA_COMPULSORY_FOR_STAFF = True
    treasurer = make_user("t@example.com", Role.TREASURER)
    answer = signed_in(treasurer).get(reverse("portal:home"))
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_index")


def test_members_may_do_without_a_second_step(signed_in, make_user, settings):
    settings.MFA_COMPULSORY_FOR_STAFF = True
    assert signed_in(make_user()).get(reverse("portal:home")).status_code == 200
