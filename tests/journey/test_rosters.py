"""A union's way with its members: a roster with faults, mended, confirmed by a second person, answered by members."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from apps.core.periods import add_years
from apps.members.rules.identity import fictional_number
from apps.portal.demo.alliance import PASSWORD
from tests.journey.people import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Courier:
    """A member of the union as the roster should name them."""

    name: str
    born: date
    number: str


@dataclass
class World:
    """The union's people, and the couriers on its roster."""

    chromium: object
    base: str
    language: str
    width: int
    has_scripts: bool = True
    couriers: list[Courier] = field(init=False)

    def __post_init__(self) -> None:
        dice = uuid.uuid4().int
        born = [add_years(date.today(), -30) - timedelta(days=dice % 3000 + 3001 * i) for i in range(3)]  # noqa: DTZ011
        self.couriers = [
            Courier("骑手" + chr(0x4E00 + dice % 9999 + i), day, fictional_number(birth_date=day, sex="male", serial=i))
            for i, day in enumerate(born, start=dice % 300)
        ]

    def visitor(self, login: str = "") -> Visitor:
        visitor = Visitor(self.chromium, self.base, self.language, self.width, self.has_scripts)
        return visitor.sign_in(login) if login else visitor

    def roster(self) -> bytes:
        """As Excel in China saves it: one right, one number that Excel has rounded, one mistyped."""
        right, rounded, mistyped = self.couriers
        text = io.StringIO()
        rows = [
            ("姓名", "身份证号", "备注"),
            (right.name, right.number, ""),
            (rounded.name, f"{int(rounded.number[:17]) * 10:.14E}", ""),
            (mistyped.name, mistyped.number[:-1] + ("0" if mistyped.number[-1] != "0" else "1"), ""),
        ]
        csv.writer(text).writerows(rows)
        return text.getvalue().encode("gb18030")


def upload(union: Visitor, content: bytes) -> str:
    """From the union's pages to a roster that is checked; its address."""
    union.go("/cover/groups/")
    union.page.locator("main table a").first.click()
    union.check()
    union.follow("/upload/")
    file = {"name": "roster.csv", "mimeType": "text/csv", "buffer": content}
    union.page.set_input_files("main [name=file]", file)
    union.press()
    assert "/cover/rosters/" in union.path, union.text
    union.until("main .chip.is-warn, main .notice")
    union.check()
    return union.path


def union_uploads_and_mends(world: World) -> list[str]:
    union = world.visitor("union")
    first = upload(union, world.roster())
    assert union.page.locator(f"main a[href='{first}errors.csv']").count() == 1
    answer = union.page.request.get(f"{world.base}{first}errors.csv")
    text = answer.body().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 3, text
    for row, courier in zip(rows[1:], world.couriers[1:], strict=True):
        assert row[1] == courier.name
        assert row[3]
        row[2] = f"'{courier.number}"
    mended = io.StringIO()
    csv.writer(mended).writerows(rows)
    return [first, upload(union, ("\ufeff" + mended.getvalue()).encode())]


def second_person_confirms(world: World, rosters: list[str]) -> None:
    second = world.visitor("union2")
    second.go("/home/")
    second.follow("/cover/groups/")
    for roster in rosters:
        second.go(roster)
        second.press()  # look once more
        assert "/confirm/" in second.path, second.text
        second.press()
    for roster in rosters:
        second.go(roster)
        second.until("main .chip.is-ok")


def courier_says(world: World, courier: Courier, answer: str) -> Visitor:
    """Registers, finds the offer at home, reads and signs the papers, answers."""
    member = world.visitor()
    member.go("/account/signup/")
    member.fill(name=courier.name, email=f"courier-{uuid.uuid4().hex[:10]}@example.com", password1=PASSWORD)
    member.press()
    member.go("/family/add/?for=self")
    member.fill(name=courier.name, birth_date=courier.born.isoformat(), identity_number=courier.number)
    member.choose(sex="male")
    member.press()
    assert "/consents/" in member.path, member.text
    if answer == "yes":
        member.tick_all()
        member.press()
    member.go("/home/")
    member.follow("/cover/places/")
    member.press(f"main form button[value={answer}]")
    return member


def group_pays(world: World) -> None:
    union = world.visitor("union")
    union.go("/cover/groups/")
    union.page.locator("main table a").first.click()
    union.check()
    union.follow("/pay/")
    union.press()
    union.page.locator("button.primary").click()
    union.page.wait_for_load_state()
    union.go("/cover/groups/")
    union.page.locator("main table a").first.click()
    union.until("main table .chip.is-ok")
    union.until("main :text-is('¥0.00')")


@pytest.mark.parametrize(
    ("language", "width", "has_scripts"),
    [("zh-hans", 375, True), ("en", 1280, False)],
    ids=["zh at 375 px", "without JavaScript"],
)
def test_from_a_roster_with_faults_to_covered_members(portal, chromium, language, width, has_scripts):
    world = World(chromium, portal, language, width, has_scripts)
    rosters = union_uploads_and_mends(world)
    second_person_confirms(world, rosters)
    covered = courier_says(world, world.couriers[1], "yes")
    assert covered.page.locator("main .chip.is-ok").count() >= 1, covered.text
    refused = courier_says(world, world.couriers[2], "no")
    assert "/home/" in refused.path, refused.text
    refused.go("/cover/")
    assert refused.page.locator("main table").count() == 0
    group_pays(world)
