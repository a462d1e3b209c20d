"""Which column of a roster means what: headings in either language, in any order, with any others in between."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.core.errors import N_
from apps.enrolments.errors import HeadingTwice

NAME, IDENTITY, BIRTH_DATE, SEX = "name", "identity", "birth_date", "sex"
LABELS: Mapping[str, str] = {
    NAME: N_("Name"),
    IDENTITY: N_("Identity number"),
    BIRTH_DATE: N_("Birth date"),
    SEX: N_("Sex"),
    "occupation": N_("Occupation"),
    "roster": N_("Category"),
}
"""The columns that are read, in the order in which they are kept; the last ones are facts of the plans' terms."""
NEEDED = frozenset({NAME, IDENTITY})
FACTS = ("occupation", "roster")
HEADINGS: Mapping[str, Sequence[str]] = {
    NAME: ("name", "full name", "member", "member name", "姓名", "名字", "成员姓名", "会员姓名", "职工姓名"),
    IDENTITY: (
        *("identity number", "id number", "id no", "id", "identity card", "identity card number", "resident id"),
        *("身份证", "身份证号", "身份证号码", "公民身份号码", "居民身份证号", "居民身份证号码", "证件号", "证件号码"),
    ),
    BIRTH_DATE: ("birth date", "date of birth", "birthday", "born", "出生日期", "出生年月日", "生日"),
    SEX: ("sex", "gender", "性别"),
    "occupation": ("occupation", "job", "work", "trade", "职业", "工种", "岗位", "职业类别"),
    "roster": (
        "category",
        "roster",
        "list",
        "kind of aid",
        "类别",
        "名册",
        "名册类别",
        "救助类别",
        "对象类别",
        "人员类别",
    ),
}
VALUES: Mapping[str, Mapping[str, str]] = {
    "occupation": {
        **dict.fromkeys(("快递员", "快递", "快递小哥"), "courier"),
        **dict.fromkeys(("送餐员", "外卖员", "外卖骑手", "骑手", "rider"), "delivery"),
        **dict.fromkeys(("司机", "网约车司机", "货车司机", "驾驶员"), "driver"),
        **dict.fromkeys(("护理员", "护工", "养老护理员"), "carer"),
        **dict.fromkeys(("家政", "家政人员", "家政服务员", "保姆"), "domestic"),
    },
    "roster": {
        **dict.fromkeys(("农村低保", "农村低保对象"), "rural-subsistence"),
        **dict.fromkeys(("城市低保", "城镇低保", "城市低保对象"), "urban-subsistence"),
        **dict.fromkeys(("五保", "五保户", "五保对象", "特困", "特困人员"), "five-guarantee"),
        **dict.fromkeys(("慢性病低收入", "低收入慢性病"), "low-income-chronic"),
    },
}
"""What people write for a value of a fact; a value of the terms themselves is taken as it is."""
NOISE = re.compile(r"\(.*?\)|[\s*:_\-/.#]+")
MEANINGS = {NOISE.sub("", heading): column for column, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns that are read and their places in a row."""

    names: tuple[str, ...]
    places: tuple[int, ...]


def find_columns(cells: Sequence[str]) -> Columns | None:
    """The columns by a row of headings, or None when the row is none.  Raises HeadingTwice."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = MEANINGS.get(_plain(cell))
        if column in found:
            raise HeadingTwice(first=cells[found[column]].strip(), second=cell.strip())
        if column:
            found[column] = place
    if not found.keys() >= NEEDED:
        return None
    names = tuple(name for name in LABELS if name in found)
    return Columns(names, tuple(found[name] for name in names))


def _plain(heading: str) -> str:
    return NOISE.sub("", unicodedata.normalize("NFKC", heading).lower())


def fact_value(column: str, text: str) -> str:
    """What a cell says in the words of the plans' terms."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return VALUES[column].get(plain, plain)
