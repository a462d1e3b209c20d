"""Every address of the portal: who gets in.  An address missing from the table fails."""

import uuid
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from apps.accounts.models import Role
from config.urls import APPS

pytestmark = pytest.mark.django_db

PUBLIC, SIGNED_IN = "public", "signed in"
OURS = {*APPS, "portal"}


def addresses(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, pattern.namespace or namespace)
        elif namespace in OURS:
            yield f"{namespace}:{pattern.name}", pattern


ALL = dict(addresses(get_resolver().url_patterns))
SAMPLES = {"int": 987654321, "str": "nothing", "slug": "nothing", "uuid": uuid.uuid4()}


def sample_url(name: str) -> str:
    converters = ALL[name].pattern.converters
    kinds = {"IntConverter": "int", "UUIDConverter": "uuid"}
    return reverse(name, kwargs={key: SAMPLES[kinds.get(type(c).__name__, "slug")] for key, c in converters.items()})


# Addresses without an id of something: who may open them.  Everybody else gets 404, a visitor the sign-in page.
OPEN: dict[str, object] = {
    "portal:front": PUBLIC,
    "portal:home": SIGNED_IN,
    "portal:fund": PUBLIC,
    "portal:events": {Role.AUDITOR, Role.ADMINISTRATOR},
    "accounts:users": {Role.ADMINISTRATOR},
}
PLAIN = sorted(name for name, pattern in ALL.items() if not pattern.pattern.converters)
WITH_ID = sorted(set(ALL) - set(PLAIN))


def test_every_address_without_an_id_says_who_may_open_it():
    assert set(PLAIN) == set(OPEN)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.MEMBER] + [Role.MEMBER])
@pytest.mark.parametrize("name", PLAIN)
def test_a_page_opens_for_its_people_and_is_not_there_for_others(signed_in, make_user, name, role):
    allowed = OPEN[name]
    answer = signed_in(make_user("x@example.com", role)).get(sample_url(name))
    if allowed in (PUBLIC, SIGNED_IN) or role in allowed:
        assert answer.status_code in {200, 302, 405}, f"{name} is closed to {role}"
    else:
        assert answer.status_code in {404, 405}, f"{name} is open to {role}"


@pytest.mark.parametrize("name", [*PLAIN, *WITH_ID])
def test_a_visitor_sees_public_pages_only(client, name):
    answer = client.get(sample_url(name))
    if OPEN.get(name) == PUBLIC:
        assert answer.status_code == 200
    elif answer.status_code == 302:
        assert answer.url.startswith("/account/login/")
    else:
        assert answer.status_code in {404, 405}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", WITH_ID)
def test_what_does_not_exist_is_not_found_by_anybody(signed_in, make_user, name, role):
    client = signed_in(make_user("x@example.com", role))
    for send in (client.get, client.post):
        assert send(sample_url(name)).status_code in {404, 405}, name
