"""Sheets of paper: lines end where they may, tables keep their columns, long ones go on."""

import itertools
import os
from io import BytesIO

import pytest
from pypdf import PdfReader

from apps.core import paper

IS_MISSING = paper.find_font() is None and "CI" not in os.environ
pytestmark = pytest.mark.skipif(IS_MISSING, reason="no Chinese font on this machine")
SENTENCE = "其中 237.52 元已由其他支付方支付，余下 158.35 元（第2.2条）。"


def lines_of(made):
    reader = PdfReader(BytesIO(made.bytes()))
    return [line.replace("\x00", "") for sheet in reader.pages for line in sheet.extract_text().splitlines()]


def sheet(*, is_chinese=True):
    return paper.Paper("标题 Title", is_chinese=is_chinese, foot="foot")


@pytest.mark.parametrize("times", range(1, 9))
def test_no_amount_is_cut_and_no_mark_begins_a_line(times):
    made = sheet()
    made.text(SENTENCE * times)
    made.table(("步骤", "¥金额"), [(SENTENCE * times, "¥158.35")], (1, 1))
    lines = lines_of(made)
    assert len(lines) > 2
    for before, after in itertools.pairwise(lines):
        assert not (before[-1:].isdigit() or before.endswith(".")) or not after[:1].isdigit()
        assert after.strip()[:1] not in "，。）"


def test_places_to_break_are_between_characters_only():
    shown = paper._breakable("共（第2条）158.35 元。A")
    assert shown.split(paper.BREAK) == ["共", "（第", "2条）", "158.35 元。", "A"]


def test_english_is_not_touched():
    assert paper._breakable("The plan pays 65%.") == "The plan pays 65%."


def test_a_bar_leaves_no_colour_behind():
    made = sheet(is_chinese=False)
    before = made.pdf.fill_color
    made.bar([1, 0, 2])
    made.bar([])
    assert made.pdf.fill_color == before


def test_a_part_does_not_begin_at_the_foot_of_a_page():
    made = sheet(is_chinese=False)
    while not made.pdf.will_page_break(25):
        made.text("line")
    made.heading("Part")
    assert made.pdf.page == 2
    made.facts([("name", "value")])
    assert [line for line in lines_of(made) if "2 / 2" in line]


def test_characters_the_font_does_not_have_are_named_in_no_log(caplog):
    made = sheet()
    made.text("名字𰻝😀")
    made.bytes()
    assert "😀" not in caplog.text
    assert "1F600" not in caplog.text.upper()
