"""A union and an authority agree with the fund on covers for their people, and hand in their first rosters."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.clock import business_day
from apps.core.periods import add_years
from apps.enrolments.models import Agreement
from apps.enrolments.services import check_rosters, conclude_agreement, confirm_roster, enrol_rosters, upload_roster
from apps.portal.demo.names import MEN, SECOND, SURNAMES, WOMEN
from apps.portal.demo.story import Story

UNION, AUTHORITY = "new-work-mutual", "county-assist"


@dataclass(frozen=True)
class Group:
    """Who pays how much for whom; ``people`` is how many are on the first roster."""

    code: str
    login: str
    plan: str
    group_fen: int
    members_confirm: bool
    facts: dict[str, str]
    ages: tuple[int, int]
    people: int


GROUPS = (
    Group("couriers", "union", UNION, 72_00, True, {"occupation": "courier"}, (21, 50), 24),
    Group("civil-affairs", "civil", AUTHORITY, 33_00, False, {"roster": "rural-subsistence"}, (30, 85), 40),
)


class Grouping:
    """Two agreements; the authority's people are covered, the union's are asked."""

    def __init__(self, story: Story) -> None:
        self.story = story

    def tell(self, now: datetime) -> None:
        for group in GROUPS:
            self._hand_in(group, self._agree(group, now), now)

    def _agree(self, group: Group, now: datetime) -> Agreement:
        cast, today = self.story.cast, business_day(now)
        return conclude_agreement(
            actor=cast.workers["treasurer"],
            organisation_id=cast.organisations[group.code].pk,
            plan_code=group.plan,
            group_fen=group.group_fen,
            members_confirm=group.members_confirm,
            facts=group.facts,
            since=today - timedelta(days=30),
            until=add_years(today, 3),
            key=self.story.key(),
            now=now,
        )

    def _hand_in(self, group: Group, agreement: Agreement, now: datetime) -> None:
        workers = self.story.cast.workers
        content = self._file(group, now)
        roster = upload_roster(
            actor=workers[group.login],
            agreement_id=agreement.pk,
            name=f"{group.code}-1.csv",
            size=len(content),
            pieces=[content],
            start=business_day(now),
            key=self.story.key(),
            now=now,
        )
        check_rosters(now=now)
        confirm_roster(roster_id=roster.pk, actor=workers[f"{group.login}2"], now=now)
        enrol_rosters(now=now)

    def _file(self, group: Group, now: datetime) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows([("姓名", "身份证号"), *(self._person(group, i, now) for i in range(group.people))])
        return text.getvalue().encode()

    def _person(self, group: Group, number: int, now: datetime) -> tuple[str, str]:
        """Without the story's dice, so that the rest of the story stays as it is."""
        youngest, oldest = group.ages
        sex = "female" if number % 3 == 0 else "male"
        age = youngest + number * 7 % (oldest - youngest)
        born = add_years(business_day(now), -age) - timedelta(days=40 + number * 5)
        last = WOMEN if sex == "female" else MEN
        name = SURNAMES[number * 11 % len(SURNAMES)] + SECOND[number % len(SECOND)] + last[number * 5 % len(last)]
        return name, self.story.cast.names.identity(born, sex)
