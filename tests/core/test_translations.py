"""Both languages are complete: every text of the sources has a Chinese translation with the same places to fill."""

import re

import pytest
from django.conf import settings

from apps.core.translations import extract_messages, read_catalogue, untranslated

PLACES = re.compile(r"%\((\w+)\)[sd]|%[sd%]")


def test_no_text_is_without_a_chinese_translation():
    assert untranslated(settings.ROOT) == []


def test_translations_fill_the_same_places():
    wrong = []
    for message in read_catalogue(settings.ROOT):
        if not message.id:
            continue
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(PLACES.findall(texts[-1]))
        wrong += [string for string in strings if set(PLACES.findall(string)) != wanted]
    assert wrong == []


@pytest.mark.parametrize("source", ["apps/core/errors.py", "templates/portal/front.html"])
def test_texts_are_found_in_python_and_in_templates(source):
    places = {place for message in extract_messages(settings.ROOT) for place, _ in message.locations}
    assert source in places


def test_a_new_text_shows_up_as_untranslated(tmp_path):
    for folder in ("apps", "config", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "apps" / "a.py").write_text('from x import N_\nN_("Entirely new")\n')
    (tmp_path / "templates" / "b.html").write_text('{% load i18n %}{% translate "Also new" %}')
    assert sorted(untranslated(tmp_path)) == ["Also new", "Entirely new"]
