"""Both languages are complete: every text of the sources has a Chinese translation with the same places to fill."""

import re

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.core.translations import catalogue_path, extract_messages, read_catalogue, untranslated, update_catalogue

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
    assert read_catalogue(tmp_path).locale is not None


@pytest.fixture
def sources(tmp_path):
    for folder in ("apps", "config", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "apps" / "a.py").write_text('N_("One text")\nngettext("%(n)s thing", "%(n)s things", 2)\n_("")\n')
    return tmp_path


def test_the_catalogue_follows_the_sources_and_keeps_what_is_translated(sources):
    update_catalogue(sources)
    path = catalogue_path(sources)
    path.write_text(path.read_text().replace('msgid "One text"\nmsgstr ""', 'msgid "One text"\nmsgstr "一段文字"'))
    assert untranslated(sources) == ["%(n)s thing"]
    (sources / "apps" / "a.py").write_text('N_("One text")\n')
    update_catalogue(sources)
    assert untranslated(sources) == []
    assert "things" not in path.read_text()
    assert update_catalogue(sources).get("One text").string == "一段文字"


def test_the_command_collects_or_only_checks(sources, settings, capsys):
    settings.ROOT = sources
    with pytest.raises(CommandError, match="2 texts are untranslated"):
        call_command("update_translations", check=True)
    assert not catalogue_path(sources).exists()
    call_command("update_translations")
    assert "untranslated: One text" in capsys.readouterr().out
    assert catalogue_path(sources).exists()
