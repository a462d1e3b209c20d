"""People sign in by e-mail; roles are known ones and open the pages they name."""

import pytest
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import override

from apps.accounts.models import Role, User
from apps.accounts.permissions import role_required
from apps.core.errors import NotAllowed

pytestmark = pytest.mark.django_db


def test_everyone_is_a_member_and_staff_is_whoever_has_another_role(make_user):
    parent, treasurer = make_user("a@example.com"), make_user("b@example.com", Role.TREASURER)
    assert parent.has_role(Role.MEMBER)
    assert not parent.is_staff
    assert treasurer.is_staff
    assert treasurer.has_role(Role.COUNCIL, Role.TREASURER)
    assert str(parent) == parent.get_full_name() == "a"


def test_an_unknown_role_is_refused_by_the_database(make_user):
    user = make_user()
    with pytest.raises(IntegrityError, match="user_roles_known"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(roles=["king"])


def test_a_superuser_is_an_administrator():
    user = User.objects.create_superuser("root@example.com", "long-enough-1", name="Root")
    assert user.is_superuser
    assert user.roles == [Role.ADMINISTRATOR]


def test_a_page_of_a_role_is_closed_to_others(make_user, rf):
    @role_required(Role.TREASURER)
    def page(request):
        return HttpResponse("books")

    request = rf.get("/")
    request.user = make_user("a@example.com")
    with pytest.raises(NotAllowed):
        page(request)
    request.user = make_user("b@example.com", Role.TREASURER)
    assert page(request).content == b"books"


def test_registering_keeps_the_name_and_the_language(client):
    answer = client.post(
        "/account/signup/",
        {"name": "王芳", "email": "wang@example.com", "password1": "river-stone-42"},
        headers={"accept-language": "zh-hans"},
    )
    assert answer.status_code == 302, answer.context["form"].errors
    user = User.objects.get(email="wang@example.com")
    assert (user.name, user.language) == ("王芳", "zh-hans")


def test_a_password_too_short_is_refused_at_the_field_and_the_rest_is_kept(client):
    answer = client.post("/account/signup/", {"name": "Fang", "email": "wang@example.com", "password1": "short"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert b'value="Fang"' in answer.content
    assert not User.objects.exists()


@pytest.mark.parametrize(("language", "said"), [("en", "at least 10 characters"), ("zh-hans", "至少需要 10 个字符")])
def test_a_password_too_short_is_refused_in_the_reader_s_language(language, said):
    with override(language), pytest.raises(ValidationError, match=said):
        validate_password("short-1")
    with override(language):
        assert any("10" in text for text in password_validators_help_texts())
