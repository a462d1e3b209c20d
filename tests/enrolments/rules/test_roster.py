"""One row of a roster, by truth tables; and that the screen for many rows says the same as reading one by one."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.enrolments.errors import DateUnreadable, HeadingTwice
from apps.enrolments.rules.period import policy_year
from apps.enrolments.rules.roster import Entry, RowReader, Standard, read_day
from apps.enrolments.rules.roster_columns import HEADINGS, VALUES, fact_value, find_columns
from apps.enrolments.rules.roster_screen import Screen
from apps.enrolments.rules.shares import Shares, shares_of
from apps.members.rules.identity import fictional_number
from apps.plans.files import catalogue_terms

TODAY = date(2026, 11, 23)
BORN = date(1990, 3, 31)
NUMBER = fictional_number(birth_date=BORN, sex="female", serial=1)
TERMS = catalogue_terms("new-work-mutual", None, {})
COLUMNS = ("name", "identity", "birth_date", "sex", "occupation")
EXAMPLES = settings(max_examples=int(os.environ.get("PROPERTY_EXAMPLES", "200")), deadline=None)


def reader(columns=COLUMNS, **facts) -> RowReader:
    return RowReader(columns, Standard(TERMS, policy_year(TODAY), TODAY, facts))


def codes(*cells) -> set[str]:
    found = reader().read(cells)
    return set() if isinstance(found, Entry) else {fault.code for fault in found}


ROWS = [
    (("王芳", NUMBER, "", "", "courier"), set()),
    (("王芳", NUMBER, "1990-03-31", "女", "快递员"), set()),
    (("Anna-Maria O'Neil", NUMBER, "", "F", "Rider"), set()),
    (("迪丽热巴·迪力木拉提", NUMBER, "", "Ｆ", ""), set()),
    (("", "", "", "", ""), {"name-missing", "identity-missing"}),
    (("王" * 61, NUMBER, "", "", ""), {"name-unusable"}),
    (("王\x07芳", NUMBER, "", "", ""), {"name-unusable"}),
    (("-王芳", NUMBER, "", "", ""), {"name-unusable"}),
    (("王芳", NUMBER, "1990-02-30", "?", ""), {"date-unreadable", "sex-unreadable"}),
    (("王芳", NUMBER, "1990-04-01", "男", ""), {"birth-date-differs", "sex-differs"}),
    (("王芳", "12", "1990-03-31", "男", ""), {"identity-length"}),
    (("王芳", "1" * 18, "", "", ""), {"identity-checksum"}),
    (("王芳", "1.1E+17", "", "", ""), {"identity-rounded"}),
    (("王芳", NUMBER, "", "", "doctor"), {"terms"}),
    (("王芳", fictional_number(birth_date=date(1950, 1, 1), sex="female", serial=1), "", "", ""), {"terms"}),
    (
        ("王芳", fictional_number(birth_date=date(1850, 1, 1), sex="female", serial=1), "", "", ""),
        {"born-too-long-ago"},
    ),
    (("王芳", fictional_number(birth_date=date(2027, 1, 1), sex="female", serial=1), "", "", ""), {"born-in-future"}),
]


@pytest.mark.parametrize(("cells", "faults"), ROWS)
def test_a_row_names_a_person_or_says_everything_that_is_wrong(cells, faults):
    assert codes(*cells) == faults


def test_a_day_that_is_none_is_said_where_the_check_character_fits():
    body = "11000019901331002"
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
    assert codes("王芳", body + check, "", "", "") == {"identity-date"}


def test_what_the_group_vouches_for_holds_where_the_row_says_nothing():
    known = reader(occupation="doctor")
    assert [fault.code for fault in known.read(("王芳", NUMBER, "", "", ""))] == ["terms"]
    entry = known.read(("王芳", NUMBER, "", "", "骑手"))
    assert (entry.facts, entry.price_fen) == ((("occupation", "delivery"),), 72_00)


@pytest.mark.parametrize("text", ["31/03/1990", "1990", "1990-3", "yesterday", "1990-13-01", ""])
def test_a_date_that_could_mean_two_days_or_none_is_not_guessed(text):
    with pytest.raises(DateUnreadable):
        read_day(text)


@pytest.mark.parametrize(
    "text", ["1990-03-31", "1990/3/31", "1990.3.31", "19900331", "1990年3月31日", "1990-03-31 00:00:00"]
)
def test_the_year_comes_first_in_every_form_of_a_date(text):
    assert read_day(text) == BORN


@pytest.mark.parametrize(
    ("column", "heading"), [(column, text) for column, texts in HEADINGS.items() for text in texts]
)
def test_every_heading_is_understood_however_it_is_dressed(column, heading):
    needed = [text for name, text in (("name", "姓名"), ("identity", "身份证号")) if name != column]
    columns = find_columns(["x", f" *{heading.upper()}（必填）:", *needed])
    assert columns is not None
    assert columns.places[columns.names.index(column)] == 1


def test_headings_are_none_without_name_and_number_and_refused_when_one_is_there_twice():
    assert find_columns(["姓名", "电话"]) is None
    assert find_columns([]) is None
    with pytest.raises(HeadingTwice):
        find_columns(["姓名", "身份证", "ID"])


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in VALUES.items() for text in texts])
def test_values_are_taken_in_peoples_words_and_in_the_terms_own(name, text):
    value = fact_value(name, f" {text} ")
    assert value == VALUES[name][text]
    assert fact_value(name, value.upper()) == value


@pytest.mark.parametrize(
    ("price", "agreed", "shares"),
    [(72_00, 72_00, (72_00, 0)), (72_00, 50_00, (50_00, 22_00)), (72_00, 90_00, (72_00, 0)), (0, 33_00, (33_00, 0))],
)
def test_the_group_pays_what_was_agreed_and_the_member_the_rest(price, agreed, shares):
    assert shares_of(price, agreed) == Shares(*shares)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
@EXAMPLES
def test_the_shares_make_the_price_and_nobody_pays_less_than_nothing(price, agreed):
    shares = shares_of(price, agreed)
    assert sum(shares) == price
    assert min(shares) >= 0
    assert shares.group_fen <= agreed


def numbered(day: date, sex: str, serial: int) -> str:
    return fictional_number(birth_date=day, sex=sex, serial=serial)


days = st.dates(date(1900, 1, 1), date(2027, 12, 31))
numbers = st.one_of(
    st.builds(numbered, days, st.sampled_from(["male", "female"]), st.integers(0, 498)),
    st.text("0123456789X", min_size=17, max_size=19),
    st.text(max_size=20),
)
names = st.one_of(st.sampled_from(["王芳", "Li", "欧阳娜娜"]), st.text(max_size=8))
sexes = st.sampled_from(["", "男", "女", "F", " female", "?"])
births = st.one_of(st.just(""), days.map(str), st.text(max_size=8))
jobs = st.sampled_from(["", "courier", "骑手", "doctor"])


def by_columns(rows):
    return list(zip(*rows, strict=True))


@given(st.lists(st.tuples(names, numbers, births, sexes, jobs), min_size=1, max_size=12))
@example([("王芳", NUMBER, "", "女", "courier")])
@example([("王芳", "110000199002300029"[:17] + "X", "", "", "")])
@EXAMPLES
def test_the_screen_passes_nobody_whom_reading_refuses_and_knows_the_price(rows):
    one_by_one = reader()
    prices = Screen(COLUMNS, one_by_one).prices(by_columns(rows))
    for cells, price in zip(rows, prices.tolist(), strict=True):
        found = one_by_one.read(cells)
        if price >= 0:
            assert isinstance(found, Entry)
            assert (found.number, found.price_fen) == (cells[1], price)


def test_the_screen_passes_the_usual_row_so_that_it_is_worth_having():
    rows = [("王芳", fictional_number(birth_date=BORN + timedelta(days=i), sex="female", serial=i)) for i in range(50)]
    screen = Screen(("name", "identity"), reader(("name", "identity"), occupation="courier"))
    assert (screen.prices(by_columns(rows)) == 72_00).all()


def test_the_screen_asks_the_terms_once_for_each_different_person():
    asked = reader(("name", "identity"), occupation="courier")
    questions, judge = [], asked.judge

    def listening(holder, facts):
        questions.append((holder, facts))
        return judge(holder, facts)

    asked.judge = listening
    screen, cells = Screen(("name", "identity"), asked), by_columns([("王芳", NUMBER), ("李芳", NUMBER)])
    assert screen.prices(cells).tolist() == screen.prices(cells).tolist() == [72_00, 72_00]
    assert len(questions) == 1
