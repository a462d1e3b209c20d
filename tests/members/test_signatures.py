"""Publishing, signing and taking back of covenant and consents."""

import shutil
from datetime import date, timedelta

import pytest

from apps.core.errors import NotAllowed
from apps.members import errors
from apps.members.models import LegalText, Signature
from apps.members.selectors import has_consent, missing_by_person, missing_texts, texts_for, texts_in_force
from apps.members.services import publish_texts, publishing, sign_texts, withdraw_signature
from tests.members.factories import make_parent, make_person, sign_all

pytestmark = pytest.mark.django_db
KINDS = [
    "consent-guardian",
    "consent-represent",
    "consent-health-data",
    "consent-claims",
    "consent-sharing",
    "covenant",
]


@pytest.fixture(autouse=True)
def published(now):
    return publish_texts(now=now)


def kinds(texts):
    return [text.kind for text in texts]


def test_texts_are_published_once(published, now):
    assert kinds(published) == KINDS
    assert publish_texts(now=now) == []


def test_every_text_is_complete_in_both_languages(published):
    for text in published:
        for part in ("title", "summary", "body", "withdrawal"):
            assert len(getattr(text, f"{part}_zh")) > 3
            assert len(getattr(text, f"{part}_en")) > 3
        assert text.body_zh.count("\n\n") == text.body_en.count("\n\n"), text.kind


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(publishing.FOLDER, tmp_path / "texts")
    monkeypatch.setattr(publishing, "FOLDER", tmp_path / "texts")
    return tmp_path / "texts"


def test_an_edited_text_without_a_new_version_is_refused(folder, now):
    file = folder / "covenant.yaml"
    file.write_text(file.read_text().replace("not run for profit", "run for profit"))
    with pytest.raises(errors.TextChanged, match="covenant, version 1"):
        publish_texts(now=now)


def test_a_new_version_waits_for_its_day_and_is_then_to_be_signed_again(folder, now, today):
    child = make_person()
    file = folder / "covenant.yaml"
    first = file.read_text().split("versions:\n")[1]
    file.write_text(file.read_text() + first.replace("version: 1", "version: 2").replace("2024-01-01", "2026-12-01"))
    assert kinds(publish_texts(now=now)) == ["covenant"]
    assert missing_texts(child, on=today) == []
    missing = missing_texts(child, on=date(2026, 12, 1))
    assert [(text.kind, text.version) for text in missing] == [("covenant", 2)]


@pytest.mark.parametrize(
    ("born", "relation", "left_out"),
    [
        (date(2019, 5, 4), "mother", {"consent-represent"}),
        (date(1985, 3, 1), "self", {"consent-guardian", "consent-represent"}),
        (date(1950, 3, 1), "child", {"consent-guardian"}),
    ],
)
def test_who_signs_what(today, born, relation, left_out):
    person = make_person(birth_date=born, relation=relation, signed=False)
    assert kinds(texts_for(person, on=today)) == [kind for kind in KINDS if kind not in left_out]
    missing = missing_texts(person, on=today)
    assert kinds(missing) == [kind for kind in KINDS if kind not in left_out | {"consent-sharing"}]
    assert missing_by_person([person], on=today) == {person.pk: missing}
    sign_all(person)
    assert missing_texts(person, on=today) == []
    assert missing_by_person([person], on=today) == {}


def test_a_signature_keeps_version_hash_capacity_and_moment(now):
    child = make_person()
    signature = Signature.objects.get(person=child, text__kind="covenant")
    assert signature.text_hash == signature.text.content_hash
    assert (signature.capacity, signature.signed_by, signature.at) == ("guardian", child.registered_by, now)


def test_signing_twice_signs_once(now):
    child = make_person()
    before = Signature.objects.count()
    sign_all(child)
    assert Signature.objects.count() == before


def test_a_stranger_signs_nothing(now, today):
    child = make_person(signed=False)
    with pytest.raises(NotAllowed):
        sign_texts(actor=make_parent(), person=child, texts=texts_for(child, on=today), now=now)


def test_a_text_that_is_not_the_present_one_is_refused(now, today):
    child = make_person(signed=False)
    foreign = LegalText.objects.get(kind="consent-represent")
    with pytest.raises(errors.TextOutdated):
        sign_texts(actor=child.registered_by, person=child, texts=[foreign], now=now)


@pytest.mark.parametrize("typed", ["", "Somebody else"])
def test_from_14_on_the_child_agrees_too(now, today, typed):
    child = make_person(birth_date=date(2011, 1, 1), signed=False)
    texts = texts_for(child, on=today)
    with pytest.raises(errors.AssentMissing):
        sign_texts(actor=child.registered_by, person=child, texts=texts, now=now, assent_name=typed)
    sign_texts(actor=child.registered_by, person=child, texts=texts, now=now, assent_name=" Xiaoyu ")
    assert set(Signature.objects.values_list("assent_name", flat=True)) == {"Xiaoyu"}


@pytest.mark.parametrize(
    ("kind", "falls"),
    [
        ("covenant", {"covenant"}),
        ("consent-sharing", {"consent-sharing"}),
        ("consent-claims", {"consent-claims"}),
        ("consent-health-data", {"consent-health-data", "consent-claims", "consent-sharing"}),
        (
            "consent-guardian",
            {"consent-guardian", "consent-health-data", "consent-claims", "consent-sharing"},
        ),
    ],
)
def test_a_consent_taken_back_takes_those_that_stand_on_it(now, kind, falls):
    child = make_person()
    signature = Signature.objects.get(person=child, text__kind=kind)
    later = now + timedelta(hours=1)
    withdrawn = withdraw_signature(actor=child.registered_by, signature_id=signature.pk, now=later)
    assert {each.text.kind for each in withdrawn} == falls
    assert {text.kind for text in texts_in_force(now.date()) if has_consent(child.pk, text.kind)} == (
        set(KINDS) - falls - {"consent-represent"}
    )
    with pytest.raises(errors.AlreadyWithdrawn):
        withdraw_signature(actor=child.registered_by, signature_id=signature.pk, now=later)
    sign_all(child)
    assert has_consent(child.pk, kind)


def test_a_stranger_takes_nothing_back(now):
    signature = Signature.objects.get(person=make_person(), text__kind="covenant")
    for number in (signature.pk, 0):
        with pytest.raises(NotAllowed):
            withdraw_signature(actor=make_parent(), signature_id=number, now=now)
