"""Files as people hand them in: every encoding and form that can be read is, and every other is refused in words."""

import io
import struct
import zipfile
from datetime import date

import openpyxl
import pytest

from apps.enrolments.errors import EmptySheet, NotATable, OldWorkbook, SheetTooLarge
from apps.enrolments.group_pages import error_file, refusal_text
from apps.enrolments.models import RosterRow
from apps.enrolments.services import roster_checking
from apps.enrolments.services import rosters as rosters_service
from tests.conftest import NOW
from tests.enrolments.groups import BORN, as_csv, checked, make_agreement, number, people, upload

pytestmark = pytest.mark.django_db
ROW = ("王芳", number(1))


def as_xlsx(rows, change=lambda sheet: None) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(list(row))
    change(book.active)
    book.save(out)
    return out.getvalue()


def said(roster, language="en") -> dict[int, str]:
    """What the error file says, by row."""
    lines = "".join(error_file(roster, language, NOW.date())).splitlines()[1:]
    return {int(line.split(",")[0]): line.split(",", 2)[2] for line in lines}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_in_any_usual_encoding_is_read(encoding):
    roster = checked(make_agreement(), as_csv(people(3), encoding=encoding))
    assert (roster.rows, roster.fine) == (3, 3)


@pytest.mark.parametrize("mark", [",", "\t", ";", "，"])
def test_columns_may_be_parted_by_any_usual_mark(mark):
    content = f"姓名{mark}身份证号\n{ROW[0]}{mark}{ROW[1]}\n".encode()
    assert checked(make_agreement(), content).fine == 1


@pytest.mark.parametrize(
    "headings",
    [("ID number", "Name", "Remarks"), ("*身份证号码", "姓 名（必填）", "备注"), ("IDENTITY_NUMBER", "Full Name", "x")],
)
def test_headings_in_either_language_and_any_order_are_understood(headings):
    roster = checked(make_agreement(), as_csv([(ROW[1], ROW[0], "secret remark")], headings))
    assert roster.fine == 1
    assert roster.columns == ["name", "identity"]  # what is not needed is not kept


def test_a_title_above_and_blank_rows_between_do_no_harm():
    content = "名册 2026\n\n姓名,身份证号\n,\n".encode() + f"{ROW[0]},{ROW[1]}\n\n".encode()
    assert checked(make_agreement(), content).fine == 1


def test_a_hundred_columns_are_read_and_only_the_needed_kept():
    headings = [f"列{place}" for place in range(98)]
    roster = checked(make_agreement(), as_csv([(*["x"] * 98, *ROW)], [*headings, "姓名", "身份证号"]))
    assert roster.fine == 1
    assert roster.columns == ["name", "identity"]


def test_short_rows_are_read_as_far_as_they_go():
    roster = checked(make_agreement(), f"身份证号,姓名\n{ROW[1]},王芳\n{number(2)}\n".encode())
    assert said(roster) == {3: "'" + number(2) + ",The name is missing."}


REFUSED = {
    "no rows": (b"name,identity number\n", "has no rows of people"),
    "blank": (b"\n\n,,\n", "has no rows of people"),
    "other headings": ("城市,电话\n上海,123\n".encode(), "The first row says: 城市 · 电话"),
    "two names": ("姓名,名字,身份证号\na,b,1\n".encode(), "Two columns mean the same: “姓名” and “名字”"),
    "no encoding": ("姓名,身份证号\n".encode() + b"\xff\xff\x80,1\n", "in no encoding we know"),
    "a cell without end": (b'name,id\n"' + b"x" * 20_000, "cannot be read from row"),
    "a broken workbook": (b"PK\x03\x04" + b"junk" * 100, "is damaged"),
    "another zip": (None, "neither a CSV nor an Excel workbook"),
    "a zip bomb": (None, "far larger than a roster"),
}


def zipped(name: str, content: bytes, declared: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    raw = bytearray(out.getvalue())
    if declared is not None:
        at = raw.rindex(b"PK\x01\x02")
        raw[at + 24 : at + 28] = struct.pack("<I", declared)
    return bytes(raw)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_reason_and_its_rows_are_gone(case):
    content, words = REFUSED[case]
    if case == "another zip":
        content = zipped("readme.txt", b"hello")
    if case == "a zip bomb":
        content = zipped("xl/workbook.xml", b"x", declared=2_000_000_000)
    roster = checked(make_agreement(), content, name="roster.xlsx")
    assert roster.state == "refused"
    assert words in refusal_text(roster)
    assert not RosterRow.objects.exists()


def test_a_workbook_that_lies_about_its_size_is_stopped_by_its_limits():
    sheet = b"<worksheet><sheetData>" + b"<row><c><v>1</v></c></row>" * 3_000_000
    roster = checked(make_agreement(), zipped("xl/workbook.xml", sheet, declared=1000))
    assert roster.state == "refused"


@pytest.mark.parametrize(
    ("head", "error"),
    [
        (b"MZ\x90\x00\x03\x00\x00\x00", NotATable),
        (b"\x7fELF\x02\x01\x01\x00", NotATable),
        (b"%PDF-1.7\n", NotATable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OldWorkbook),
        (b"", EmptySheet),
    ],
)
def test_what_is_no_table_is_refused_at_once_whatever_its_name_says(head, error):
    with pytest.raises(error):
        upload(make_agreement(), head + b"\x00" * 100 if head else b"", name="roster.xlsx")


def test_a_file_too_large_and_a_roster_too_long_are_refused(monkeypatch):
    monkeypatch.setattr(rosters_service, "MAX_BYTES", 100)
    with pytest.raises(SheetTooLarge):
        upload(make_agreement(), as_csv(people(10)))
    monkeypatch.setattr(rosters_service, "MAX_BYTES", 10_000)
    monkeypatch.setattr(roster_checking, "MAX_ROWS", 4)
    monkeypatch.setattr(roster_checking, "BLOCK", 2)
    roster = checked(make_agreement(), as_csv(people(5)))
    assert "more than 4 rows" in refusal_text(roster)
    assert checked(make_agreement(), as_csv(people(4))).fine == 4


def test_a_workbook_is_read_with_its_dates_and_numbers():
    rows = [("姓名", "身份证号", "出生日期", "性别"), (*ROW, BORN, "女"), ("李强", number(2), "1990/3/31", "女")]
    roster = checked(make_agreement(), as_xlsx(rows), name="roster.xlsx")
    assert (roster.rows, roster.fine) == (2, 2)


def test_an_identity_number_that_excel_made_a_number_is_refused_at_its_row():
    rows = [("姓名", "身份证号"), ("王芳", int(number(1))), ("李强", float(number(2))), ("赵敏", number(3))]
    roster = checked(make_agreement(), as_xlsx(rows))
    assert roster.fine == 1
    assert all("lost its last digits" in text for text in said(roster).values())
    assert set(said(roster)) == {2, 3}


def test_merged_cells_are_refused_at_each_of_their_rows():
    rows = [("姓名", "身份证号"), ROW, ("李强", number(2)), ("赵敏", number(3))]
    roster = checked(make_agreement(), as_xlsx(rows, lambda sheet: sheet.merge_cells("A2:A3")))
    assert roster.fine == 1
    assert set(said(roster)) == {2, 3}
    assert all("merged" in text for text in said(roster).values())


def test_a_formula_is_read_as_what_excel_last_made_of_it_and_missing_otherwise():
    rows = [("姓名", "身份证号"), ("王芳", '="' + number(1) + '"')]
    roster = checked(make_agreement(), as_xlsx(rows))
    assert said(roster) == {2: ",The identity number is missing."}


def fault_lines():
    """What stands in a row, and what is said of it."""
    good = number(1)
    wrong_check = good[:-1] + ("1" if good[-1] != "1" else "2")
    return {
        "no name": (("", good), "The name is missing."),
        "a formula as name": (("=cmd|' /C calc'!A0", good), "not a name"),
        "digits as name": (("12345", good), "not a name"),
        "no number": (("王芳", ""), "The identity number is missing."),
        "short": (("王芳", "12345"), "has 18 characters; this one has 5"),
        "letters": (("王芳", "11000019900101ABCD"), "17 digits and then a digit or X"),
        "mistyped": (("王芳", wrong_check), "a digit is mistyped"),
        "no day": (("王芳", "110000199013310029"), "mistyped"),
        "scientific": (("王芳", "1.10000199001011E+17"), "lost its last digits"),
        "rounded": (("王芳", "110000199001011000"), "lost its last digits"),
        "a decimal": (("王芳", "110000199001011234.0"), "lost its last digits"),
    }


@pytest.mark.parametrize("case", fault_lines())
def test_what_is_wrong_with_a_row_is_said_at_the_row(case):
    row, words = fault_lines()[case]
    roster = checked(make_agreement(), as_csv([row, *people(1, 9)]))
    assert roster.fine == 1
    assert words in said(roster)[2]


def test_everything_wrong_with_a_row_is_said_at_once_and_in_the_readers_language():
    rows = [("", number(1), "31/03/1990", "x"), ("李强", number(2), "1991-03-31", "男")]
    roster = checked(make_agreement(), as_csv(rows, ("姓名", "身份证号", "出生日期", "性别")))
    first, second = said(roster)[2], said(roster)[3]
    assert all(word in first for word in ("name is missing", "date cannot be read", "male or female"))
    assert "identity number says 1990-03-31" in second
    assert "other sex" in second


@pytest.mark.parametrize(
    "text",
    [
        f"'{number(1)}",
        f'="{number(1)}"',
        f" {number(1)[:6]} {number(1)[6:14]} {number(1)[14:]} ",
        "".join(chr(ord(char) + 0xFEE0) for char in number(1)),
        f"`{number(1)}",
    ],
)
def test_numbers_kept_as_text_or_in_full_width_are_understood(text):
    assert checked(make_agreement(), as_csv([("王芳", text)])).fine == 1


@pytest.mark.parametrize(
    "text", ["1990-03-31", "1990/3/31", "1990.03.31", "19900331", "1990年3月31日", "１９９０-０３-３１"]
)
def test_dates_in_several_forms_are_understood(text):
    assert checked(make_agreement(), as_csv([(*ROW, text)], ("姓名", "身份证号", "生日"))).fine == 1


def test_the_error_file_opens_in_excel_runs_no_formula_and_can_be_mended_and_uploaded_again():
    agreement = make_agreement()
    rows = [("@SUM(A1)", number(1)), ("李强", number(2)[:-1]), ("赵敏", number(3))]
    roster = checked(agreement, as_csv(rows))
    text = "".join(error_file(roster, "en", NOW.date()))
    assert text.startswith("\ufeffRow,Name,Identity number,What is wrong")
    assert "'@SUM(A1)" in text
    mended = text.replace("'@SUM(A1)", "王芳").replace("'" + number(2)[:-1], "'" + number(2))
    again = checked(agreement, mended.encode())
    assert (again.rows, again.fine) == (2, 2)


def test_the_error_file_names_duplicates_block_by_block(monkeypatch):
    monkeypatch.setattr(roster_checking, "BLOCK", 2)
    rows = people(5)
    roster = checked(make_agreement(), as_csv([*rows, rows[0], rows[4], ("王芳", "1")]))
    told = said(roster)
    assert set(told) == {7, 8, 9}
    assert all("on this roster already" in told[row] for row in (7, 8))


def test_empty_rows_and_short_ones_keep_the_numbers_of_the_others(monkeypatch):
    monkeypatch.setattr(roster_checking, "BLOCK", 2)
    wide = ("姓名", "身份证号", "性别")
    rows = [*people(1), (), (), ("", "", ""), (), (), people(2)[1], ("王芳", "1"), ("李强",)]
    roster = checked(make_agreement(), as_csv(rows, wide))
    assert (roster.rows, roster.counts) == (4, {"fine": 2})
    assert set(roster.people.values_list("number", flat=True)) == {2, 8}
    assert set(said(roster)) == {9, 10}


def test_a_row_of_the_day_after_tomorrow_is_refused():
    born = date(2026, 12, 24)
    roster = checked(make_agreement(), as_csv([("新生", number(1, born=born))]))
    assert "This day has not come yet" in said(roster)[2]
