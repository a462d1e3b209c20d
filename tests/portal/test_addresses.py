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
BOOKS = {Role.TREASURER, Role.AUDITOR}
OPEN: dict[str, object] = {
    "accounts:users": {Role.ADMINISTRATOR},
    "actuary:closes": {Role.TREASURER, Role.AUDITOR, Role.COUNCIL},
    "actuary:start": {Role.TREASURER},
    "actuary:what_ifs": {Role.TREASURER, Role.AUDITOR, Role.COUNCIL},
    "actuary:ask": {Role.TREASURER, Role.COUNCIL},
    "care:today": {Role.FAMILY_DOCTOR},
    "claims:mine": SIGNED_IN,
    "claims:new": SIGNED_IN,
    "claims:queue": {Role.CLAIMS_OFFICER},
    "enrolments:agree": {Role.TREASURER},
    "enrolments:agreements": {Role.TREASURER},
    "enrolments:promised": {Role.TREASURER},
    "enrolments:groups": {Role.SPONSOR},
    "enrolments:mine": SIGNED_IN,
    "enrolments:roster_sample": {Role.SPONSOR},
    "fund:accounts": BOOKS,
    "fund:journal_csv": BOOKS,
    "fund:trial_csv": BOOKS,
    "governance:council": PUBLIC,
    "governance:payees": {Role.TREASURER},
    "governance:propose": set(),  # a seat opens it, not the role alone
    "members:add": SIGNED_IN,
    "members:people": SIGNED_IN,
    "payments:batches": {Role.TREASURER},
    "payments:desk": BOOKS,
    "payments:differences": BOOKS,
    "payments:limits": BOOKS,
    "payments:orders": BOOKS,
    "payments:proposals": {*BOOKS, Role.COUNCIL},
    "payments:statements": {Role.TREASURER},
    "plans:catalogue": PUBLIC,
    "plans:schema": PUBLIC,
    "plans:terms": {Role.TREASURER, Role.ADMINISTRATOR, Role.COUNCIL, Role.AUDITOR},
    "plans:who_pays": PUBLIC,
    "portal:events": {Role.AUDITOR, Role.ADMINISTRATOR},
    "portal:front": PUBLIC,
    "portal:fund": PUBLIC,
    "portal:account": SIGNED_IN,
    "portal:frozen": {Role.TREASURER},
    "portal:home": SIGNED_IN,
    "portal:money": SIGNED_IN,
    "referrals:desk": {Role.COORDINATOR},
    "referrals:specialist": {Role.SPECIALIST},
    "reminders:inbox": SIGNED_IN,
    "reminders:outbox": {Role.CLAIMS_OFFICER, Role.ADMINISTRATOR},
    "reminders:read_all": SIGNED_IN,
}
PLAIN = sorted(name for name, pattern in ALL.items() if not pattern.pattern.converters)
FORGETS = {"claims:drop"}  # throws one's own unfinished form away; there is nothing to tell about others'
WITH_ID = sorted(set(ALL) - set(PLAIN) - FORGETS)


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


IMPOSSIBLE = {"IntConverter": "9" * 20, "SlugConverter": "x%00y", "StringConverter": "x%00y"}
"""By the kind of what stands in an address: what no row has.  A UUID is either one or another address."""


def impossible_urls(name: str) -> Iterator[str]:
    """The address with each of its parts made impossible in turn."""
    kinds = {key: type(converter).__name__ for key, converter in ALL[name].pattern.converters.items()}
    plain = {key: SAMPLES["uuid"] if kind == "UUIDConverter" else 7 for key, kind in kinds.items()}
    for key, kind in kinds.items():
        if kind in IMPOSSIBLE:
            mark = "4242424242"
            yield reverse(name, kwargs={**plain, key: mark}).replace(mark, IMPOSSIBLE[kind])


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", [name for name in WITH_ID if list(impossible_urls(name))])
def test_an_impossible_id_is_not_found_like_any_other(make_user, signed_in, role, name):
    client = signed_in(make_user("a@x.example", role))
    for url in impossible_urls(name):
        assert client.get(url).status_code in {404, 405}, url


def test_a_question_with_an_impossible_character_is_not_found(client):
    assert client.get("/plans/?q=%00").status_code == 404
