"""Terms written in the browser: kept whatever is typed, checked, published by a second person, frozen."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.plans import services
from apps.plans.drafting import source_of
from apps.plans.errors import DraftEnded, DraftMoved, DraftNotReady, SecondPersonNeeded
from apps.plans.files import CATALOGUE, catalogue_files
from apps.plans.models import PlanDraft, PlanVersion
from apps.plans.rules import parse_terms
from apps.plans.rules.comparing import differences
from apps.plans.selectors import plan_version
from tests.conftest import NOW

from .factories import plan_row

pytestmark = pytest.mark.django_db
CITY = next(file for file in catalogue_files() if file.terms.code.endswith("dezhou"))
TOMORROW = NOW.date() + timedelta(days=1)


def new_text(**changes):
    """The city's terms as a new version that begins tomorrow, some texts replaced."""
    changes = {'version: "2022.1"': 'version: "2027.1"', "from: 2022-01-01": f"from: {TOMORROW}", **changes}
    text = CITY.text
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def city():
    return services.publish_terms(file=CITY, now=NOW)


@pytest.fixture
def writer(make_user):
    return make_user("writer@example.com", Role.TREASURER, name="Wu")


@pytest.fixture
def second(make_user):
    return make_user("second@example.com", Role.ADMINISTRATOR)


@pytest.fixture
def draft(city, writer):
    return services.start_draft(actor=writer, based_on=city, key=uuid4(), now=NOW)


def write(draft, writer, text, floor=""):
    return services.write_draft(
        actor=writer, draft_id=draft.pk, text=text, floor=floor, revision=draft.revision, now=NOW
    )


def publish(draft, actor):
    return services.publish_draft(actor=actor, draft_id=draft.pk, revision=draft.revision, now=NOW)


def test_a_draft_begins_once_with_the_text_as_it_was_written(city, writer):
    key = uuid4()
    first = services.start_draft(actor=writer, based_on=city, key=key, now=NOW)
    assert services.start_draft(actor=writer, based_on=city, key=key, now=NOW) == first
    assert first.text == CITY.text
    assert first.state == PlanDraft.State.WRITTEN
    assert Event.objects.filter(action="plans.draft-started").count() == 1


def test_the_text_of_a_version_unknown_to_the_files_says_the_same():
    data = {**CITY.data, "version": "x"}
    version = plan_row(CITY.terms.code, "x", data=data)
    assert parse_terms(source_of(version), "made")[1] == data


def test_a_published_draft_is_the_version_and_its_text_the_source(draft, writer, second):
    draft = write(draft, writer, new_text())
    assert draft.state == PlanDraft.State.CHECKED
    version = publish(draft, second)
    assert (version.code, version.version, version.valid_from) == (CITY.terms.code, "2027.1", TOMORROW)
    assert source_of(version) == new_text()
    draft.refresh_from_db()
    assert (draft.state, draft.version, draft.published_by) == (PlanDraft.State.PUBLISHED, version, second)
    assert Event.objects.get(action="plans.published", target_id=version.pk).actor_id == second.pk


def test_the_new_version_counts_from_its_first_day(writer, second):
    city = plan_row(CITY.terms.code, "2022.1", data=CITY.data)
    draft = services.start_draft(actor=writer, based_on=city, key=uuid4(), now=NOW)
    offered = {"offered: false": "offered: true"}
    version = publish(write(draft, writer, new_text(**offered)), second)
    assert plan_version(CITY.terms.code, TOMORROW) == version
    assert plan_version(CITY.terms.code, TOMORROW - timedelta(days=1)) == city


def test_who_wrote_last_does_not_publish(draft, writer, second):
    draft = write(draft, writer, new_text())
    with pytest.raises(SecondPersonNeeded):
        publish(draft, writer)
    draft = write(draft, second, new_text())
    with pytest.raises(SecondPersonNeeded):
        publish(draft, second)
    assert publish(draft, writer).version == "2027.1"


def test_a_text_with_problems_is_kept_and_not_published(draft, writer, second):
    draft = write(draft, writer, "code: [")
    assert (draft.state, draft.text) == (PlanDraft.State.WRITTEN, "code: [")
    with pytest.raises(DraftNotReady):
        publish(draft, second)


def test_a_draft_that_became_too_old_is_not_published(draft, writer, second):
    draft = write(draft, writer, new_text())
    later = NOW + timedelta(days=3)
    with pytest.raises(DraftNotReady):
        services.publish_draft(actor=second, draft_id=draft.pk, revision=draft.revision, now=later)


def test_two_drafts_of_one_version_are_not_both_published(city, writer, second):
    drafts = [services.start_draft(actor=writer, based_on=city, key=uuid4(), now=NOW) for _ in range(2)]
    drafts = [write(draft, writer, new_text()) for draft in drafts]
    publish(drafts[0], second)
    with pytest.raises(DraftNotReady):
        publish(drafts[1], second)


def test_what_another_tab_saved_is_not_overwritten_and_not_published_unread(draft, writer, second):
    write(draft, writer, new_text())
    with pytest.raises(DraftMoved):
        write(draft, writer, "older")
    with pytest.raises(DraftMoved):
        publish(draft, second)
    draft.refresh_from_db()
    assert draft.text == new_text()


def test_what_ended_cannot_change(draft, writer, second):
    dropped = services.drop_draft(actor=writer, draft_id=draft.pk, now=NOW)
    for deed in (lambda: write(dropped, writer, "x"), lambda: publish(dropped, second)):
        with pytest.raises(DraftEnded):
            deed()
    with pytest.raises(DraftEnded):
        services.drop_draft(actor=writer, draft_id=draft.pk, now=NOW)


def test_the_database_knows_that_two_people_publish(draft, writer, city):
    draft.state, draft.version, draft.published_by = PlanDraft.State.PUBLISHED, city, writer
    with pytest.raises(IntegrityError, match="plan_draft_is_published_by_another_person"), transaction.atomic():
        draft.save()


def test_the_database_knows_that_published_means_a_version(draft):
    draft.state = PlanDraft.State.PUBLISHED
    with pytest.raises(IntegrityError, match="plan_draft_is_published_as_a_version"), transaction.atomic():
        draft.save()


def test_differences_go_by_code_and_tell_what_came_and_went():
    old = {"a": "1", "list": [{"code": "x", "n": "1"}, {"code": "y"}], "texts": ["a"], "gone": {"b": "2"}}
    new = {"a": "1", "list": [{"code": "y"}, {"code": "x", "n": "2"}], "texts": ["a", "b"], "come": True}
    assert [(one.field, one.was, one.now) for one in differences(old, new)] == [
        ("list.x.n", "1", "2"),
        ("texts", '["a"]', '["a", "b"]'),
        ("come", None, "true"),
        ("gone", '{"b": "2"}', None),
    ]


# Pages


def draft_url(draft, name="draft"):
    return reverse(f"plans:{name}", args=[draft.pk])


def posted(client, draft, text, floor="", revision=None):
    values = {"text": text, "floor": floor, "revision": revision or draft.revision}
    return client.post(draft_url(draft), values, follow=True)


def test_a_treasurer_drafts_and_an_administrator_publishes(city, writer, second, signed_in):
    client = signed_in(writer)
    page = client.get(reverse("plans:start_draft", args=[city.pk]))
    client.post(reverse("plans:start_draft", args=[city.pk]), {"key": page.context["form"]["key"].value()})
    draft = PlanDraft.objects.get()
    said = posted(client, draft, new_text()).content.decode()
    assert "Ready to publish" in said
    assert "Another treasurer or administrator publishes it" in said
    draft.refresh_from_db()
    client = signed_in(second)
    assert "1 draft can be published" in client.get(reverse("portal:home")).content.decode()
    page = client.get(draft_url(draft)).content.decode()
    assert "<code>valid.from</code>" in page
    assert str(TOMORROW) in page
    preview = client.get(draft_url(draft, "preview")).content.decode()
    assert "This is how the page will look" in preview
    assert "Join this plan" not in preview
    said = client.post(draft_url(draft, "publish_draft"), {"revision": draft.revision}, follow=True).content.decode()
    assert f"{CITY.terms.code} 2027.1 is published" in said
    assert "disabled" not in said
    done = client.get(draft_url(draft)).content.decode()
    assert "<textarea" not in done
    assert "Published" in done


def test_problems_are_told_with_their_lines_and_nothing_typed_is_lost(draft, writer, signed_in):
    text = new_text().replace("percent: 60", "percent: 160")
    page = posted(signed_in(writer), draft, text).content.decode()
    line = text[: text.index("percent: 160")].count("\n") + 1
    assert f"Line {line}:" in page
    assert "is above 100 percent" in page
    assert "percent: 160" in page
    assert PlanDraft.objects.get().text == text


def test_problems_are_told_in_chinese_to_who_reads_chinese(draft, writer, signed_in):
    client = signed_in(writer)
    client.cookies["django_language"] = "zh-hans"
    page = posted(client, draft, new_text().replace("percent: 60", "percent: 160")).content.decode()
    assert "percent = 160 超过百分之百" in page
    assert "is above" not in page
    page = posted(client, draft, CITY.text, revision=2).content.decode()
    assert "version = 2022.1 已经发布" in page
    assert "valid.from = 2022-01-01 已经过去" in page


def test_a_floor_keeps_a_draft_from_being_published(draft, writer, signed_in):
    page = posted(signed_in(writer), draft, new_text(), floor="rare-disease-2022").content.decode()
    assert "Below the regulator" in page
    assert "60%" in page
    assert PlanDraft.objects.get().state == PlanDraft.State.WRITTEN


def test_an_older_tab_keeps_its_text_and_says_whose_is_newer(draft, writer, signed_in):
    client = signed_in(writer)
    posted(client, draft, new_text())
    page = posted(client, draft, new_text() + "# from the older tab\n", revision=1).content.decode()
    assert "Wu has saved this draft since you opened it" in page
    assert "# from the older tab" in page
    assert PlanDraft.objects.get().text == new_text()


def test_the_second_person_does_not_publish_what_changed_meanwhile(draft, writer, second, signed_in):
    draft = write(draft, writer, new_text())
    client = signed_in(second)
    address = draft_url(draft, "publish_draft")
    said = client.post(address, {"revision": draft.revision - 1}, follow=True).content.decode()
    assert "Wu has changed this draft since you read it" in said
    assert client.post(address, {"revision": ""}).status_code == 302
    assert not PlanVersion.objects.filter(version="2027.1").exists()


def test_a_refusal_to_publish_is_told(draft, writer, second, signed_in):
    said = signed_in(second).post(draft_url(draft, "publish_draft"), {"revision": 1}, follow=True).content.decode()
    assert "has to be mended" in said


def test_a_page_is_shown_only_of_good_terms(draft, writer, signed_in):
    write(draft, writer, "code: [")
    said = signed_in(writer).get(draft_url(draft, "preview"), follow=True).content.decode()
    assert "when the problems below are mended" in said


def test_a_draft_is_dropped_once(draft, writer, signed_in):
    client = signed_in(writer)
    assert "The draft is dropped" in client.post(draft_url(draft, "drop_draft"), follow=True).content.decode()
    assert "cannot change any more" in client.post(draft_url(draft, "drop_draft"), follow=True).content.decode()


@pytest.mark.parametrize("role", [Role.COUNCIL, Role.AUDITOR])
def test_council_and_auditors_read_and_cannot_write(draft, role, make_user, signed_in):
    client = signed_in(make_user("reader@example.com", role))
    page = client.get(draft_url(draft))
    assert page.status_code == 200
    assert "<textarea" not in page.content.decode()
    posted(client, draft, "changed")
    assert PlanDraft.objects.get().text == CITY.text
    for name in ("publish_draft", "drop_draft"):
        assert client.post(draft_url(draft, name)).status_code == 404


@pytest.mark.parametrize("role", [Role.MEMBER, Role.FAMILY_DOCTOR, Role.CLAIMS_OFFICER])
def test_others_see_no_drafts(draft, role, make_user, signed_in):
    client = signed_in(make_user("other@example.com", role))
    for address in (reverse("plans:terms"), draft_url(draft), reverse("plans:start_draft", args=[draft.based_on_id])):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("count", [3, 60])
def test_the_terms_need_the_same_queries_for_any_number(writer, signed_in, count, django_assert_num_queries):
    for number in range(count):
        version = plan_row(f"plan-{number}", "1", data=CITY.data)
        services.start_draft(actor=writer, based_on=version, key=uuid4(), now=NOW)
    client = signed_in(writer)
    client.get(reverse("plans:terms"))
    with django_assert_num_queries(6):  # session, user, unread messages, versions, their number, drafts
        client.get(reverse("plans:terms"))


def test_the_list_names_who_misses_the_floor(writer, signed_in):
    services.publish_catalogue(now=NOW)
    client = signed_in(writer)
    pages = "".join(client.get(reverse("plans:terms"), {"page": page}).content.decode() for page in (1, 2))
    assert pages.count("Below the floor") == 5
    assert pages.count("Meets the floor") == 11


def test_the_schema_is_public(client):
    answer = client.get(reverse("plans:schema"))
    assert answer.status_code == 200
    assert answer.json()["title"] == "TermsForm"


def test_the_command_checks_files_and_the_floor(tmp_path, capsys):
    call_command("check_plans")
    assert f"{len(catalogue_files())} files checked, 0 problems" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("check_plans", floor="rare-disease-2022")
    named = {line.split(":")[0] for line in capsys.readouterr().err.splitlines()}
    cities = ("dezhou", "jinan", "taian", "weifang", "weihai")
    assert named == {f"rare-city-{city}-2022.1.yaml" for city in cities}
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(SystemExit):
        call_command("check_plans", str(bad), str(CATALOGUE / f"{CITY.terms.code}-2022.1.yaml"))
    assert "bad.yaml: cannot be read (UnicodeDecodeError)" in capsys.readouterr().err
    with pytest.raises(CommandError, match="is none of"):
        call_command("check_plans", floor="nowhere")


def test_terms_that_are_published_or_begin_in_the_past_are_no_new_ones(draft, writer, signed_in):
    page = posted(signed_in(writer), draft, CITY.text).content.decode()
    assert "valid.from = 2022-01-01 is past" in page
    assert "version = 2022.1 is published already" in page
    assert PlanDraft.objects.get().state == PlanDraft.State.WRITTEN
