from datetime import date

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import translation

from apps.reminders import texts
from apps.reminders.kinds import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_written_from_its_own_places(kind):
    samples = {"_date": "2026-11-23", "_at": "2026-11-23T10:00:00+08:00", "_fen": 123_456}
    parameters = {
        name: next((sample for ending, sample in samples.items() if name.endswith(ending)), "7")
        for name in texts.places_of(kind)
    }
    written = texts.subject_of(kind, parameters) + texts.body_of(kind, parameters)
    assert "%" not in written
    assert texts.label_of(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_leads_to_a_page_of_an_app_that_is_there(kind):
    words = KINDS[kind]
    if words.url_name.split(":")[0] not in get_resolver().namespace_dict:
        return
    for value in (7, "7"):
        try:
            assert reverse(words.url_name, args=[value] * len(words.url_args))
            return
        except NoReverseMatch:
            continue
    pytest.fail(f"{words.url_name} cannot be reversed")


def test_days_moments_and_amounts_are_written_in_the_readers_language():
    parameters = {"amount_fen": 49_950, "tail": "4321", "paid_date": "2026-11-23", "number": "C-1"}
    assert texts.body_of("claim-paid", parameters) == "¥499.50 went to the account ending in 4321 on 23 Nov 2026."
    with translation.override("zh-hans"):
        assert "2026年11月23日" in texts._filled("%(paid_date)s", parameters)


def test_a_name_in_two_languages_is_told_in_the_readers():
    name = {"zh": "儿童哮喘计划", "en": "Child asthma plan"}
    assert texts._filled("%(plan)s", {"plan": name}) == "Child asthma plan"
    with translation.override("zh-hans"):
        assert texts._filled("%(plan)s", {"plan": name}) == "儿童哮喘计划"


def test_a_day_is_stored_as_text():
    assert texts.stored(date(2026, 11, 23)) == "2026-11-23"
    assert texts.stored(7) == 7


def test_private_news_says_nothing_in_an_email():
    parameters = {"person": "林小雨", "department": "Respiratory", "referral_id": 3}
    subject, body = texts.email_of("return-letter", parameters, site="https://gongji.example")
    assert subject == "There is news in Gongji"
    assert "林小雨" not in subject + body
    assert "Respiratory" not in subject + body
    assert "https://gongji.example/messages/" in body
