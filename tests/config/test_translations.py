"""Catalogues are compiled when they are new or changed, and only then."""

import gettext
import os

from config.translations import compile_changed

CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Claim"\nmsgstr "{}"\n'


def write(path, text, at):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CATALOGUE.format(text))
    os.utime(path, (at, at))


def translated(po):
    with po.with_suffix(".mo").open("rb") as source:
        return gettext.GNUTranslations(source).gettext("Claim")


def test_a_catalogue_is_compiled_once_and_again_after_a_change(tmp_path):
    po = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    write(po, "理赔", at=1_000_000)
    assert compile_changed(tmp_path) == [po]
    assert translated(po) == "理赔"
    assert compile_changed(tmp_path) == []
    write(po, "申请", at=4_000_000_000)
    assert compile_changed(tmp_path) == [po]
    assert translated(po) == "申请"


def test_no_catalogue_is_no_work(tmp_path):
    assert compile_changed(tmp_path / "nothing") == []
