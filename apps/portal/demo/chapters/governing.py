"""Quarters are closed, and the council decides what becomes of their surplus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from apps.accounts.models import User
from apps.actuary.models import PeriodClose
from apps.actuary.services import finish_close, start_close
from apps.core.clock import business_day
from apps.core.money import Money
from apps.core.periods import Period, add_years
from apps.governance.models import Line, Recusal, Resolution
from apps.governance.rules.words import Choice, Constituency, Interest, Purpose
from apps.governance.selectors import available_fen, seat_of
from apps.governance.services import LineDraft, cast_vote, close_ballot, open_ballot, propose, seat_member
from apps.payments.services import name_payee_account
from apps.portal.demo.alliance import STAFF
from apps.portal.demo.story import Story

CLOSED_AFTER = 20  # days after the quarter's end


@dataclass(frozen=True)
class Motion:
    """What is asked of the council: title, reasons, and (purpose, payee, percent of what is left, plan of work)."""

    title_zh: str
    title_en: str
    text: str
    lines: tuple[tuple[Purpose, str, int, str], ...]
    is_liked: bool = True


FIRST = Motion(
    "为家庭医生举办哮喘吸入技术培训",
    "Train family doctors in inhaler technique",
    "随访显示，三分之一的孩子吸入技术有误。培训后各中心统一教具与记录。",
    (
        (Purpose.TRAINING, "children", 35, "四场培训，每中心至少两名医生；结业后抽查记录。"),
        (Purpose.DOCTORS_REWARDS, "riverside", 15, "按随访完成率奖励签约团队。"),
    ),
)
SECOND = Motion(
    "购买新的宣传屏幕",
    "Buy new screens for announcements",
    "在十二家中心设置电子屏，播放基金的消息。",
    ((Purpose.HOSPITAL_CONDITIONS, "technology", 60, "三个月内安装完毕。"),),
    is_liked=False,
)
OPEN_NOW = Motion(
    "改善儿童呼吸科候诊条件，并资助峰流速研究",
    "Better waiting rooms for child respiratory care, and a peak flow study",
    "候诊时间集中在傍晚，孩子需要安静的雾化区；研究用本基金随访数据比较两种提醒方式。",
    (
        (Purpose.HOSPITAL_CONDITIONS, "children", 40, "隔出雾化区，添置四台雾化机；完工照片与发票。"),
        (Purpose.RESEARCH, "maple", 20, "半年研究，结果向全体会员公开。"),
    ),
)


class Governing:
    def __init__(self, story: Story) -> None:
        self.story = story
        self.asked: list[Motion] = [FIRST, SECOND]

    def begin(self, now: datetime) -> None:
        """Seat the council, name the accounts that may be paid, put the quarters' ends into the calendar."""
        cast = self.story.cast
        for worker in STAFF:
            if worker.seat:
                seat_member(
                    user=cast.workers[worker.login],
                    constituency=Constituency(worker.seat),
                    since=self.story.since,
                    until=add_years(self.story.since, 3),
                    actor=cast.workers["admin"],
                    now=now,
                )
        for number, organisation in enumerate(cast.organisations.values()):
            name_payee_account(
                owner=("directory.organisation", organisation.pk),
                holder_name=organisation.name_zh,
                bank="示范银行",
                number=f"62009900{number:08d}",
                actor=cast.workers["treasurer"],
                key=self.story.key(),
                now=now,
            )
        self._plan_closes()

    def _plan_closes(self) -> None:
        """Every ended quarter is closed but the last."""
        quarter = Period.quarter_of(self.story.since)
        while Period.quarter_of(quarter.end).end <= self.story.until:
            self.story.happens(quarter.end + timedelta(days=CLOSED_AFTER), partial(self._close, quarter.start))
            quarter = Period.quarter_of(quarter.end)
        self.story.happens(self.story.until - timedelta(days=3), partial(self._ask, OPEN_NOW, ends=False))

    def _close(self, quarter_start: date, now: datetime) -> None:
        treasurer = self.story.cast.workers["treasurer"]
        close = start_close(actor=treasurer, start=quarter_start, key=self.story.key(), now=now)
        finish_close(close_id=close.pk, now=now)
        close.refresh_from_db()
        if self.asked and available_fen(close) > 100_000:
            motion = self.asked.pop(0)
            self.story.later(now, 9, partial(self._ask, motion))

    def _ask(self, motion: Motion, now: datetime, *, ends: bool = True) -> None:
        close = max(PeriodClose.objects.filter(state="closed"), key=available_fen, default=None)
        if close is None or available_fen(close) < 20_000:
            return
        resolution = propose(
            actor=self._member("council.parent1"),
            title_zh=motion.title_zh,
            title_en=motion.title_en,
            text=motion.text,
            close_id=close.pk,
            lines=self._lines(motion, available_fen(close), now),
            key=self.story.key(),
            now=now,
        )
        term = timedelta(days=7 if ends else 14)
        open_ballot(resolution_id=resolution.pk, actor=self._member("chair"), closes_at=now + term, now=now)
        seats = [worker.login for worker in STAFF if worker.seat]
        voters: Sequence[str] = seats if ends else seats[:3]
        for day, login in enumerate(voters):
            vote = partial(self._vote, resolution, self._member(login), motion.is_liked)
            self.story.later(now, 1 + day % 3, vote)
        if ends:
            self.story.later(now, 8, partial(self._end, resolution))

    def _lines(self, motion: Motion, left_fen: int, now: datetime) -> list[LineDraft]:
        cast, today = self.story.cast, business_day(now)
        owner = seat_of(self._member("council.parent2"), today)
        assert owner is not None  # noqa: S101 - seated on the first day
        return [
            LineDraft(
                purpose=purpose,
                payee=cast.organisations[payee],
                amount_fen=Money(left_fen).ratio(percent, 100).fen // 10_000 * 10_000 or 10_000,
                owner=owner,
                milestones=milestones,
                report_due=today + timedelta(days=180),
            )
            for purpose, payee, percent, milestones in motion.lines
        ]

    def _vote(self, resolution: Resolution, member: User, is_liked: bool, now: datetime) -> None:
        recused = Recusal.objects.filter(seat__user=member, interest=Interest.RECUSED).values("line_id")
        lines = Line.objects.filter(resolution=resolution).exclude(pk__in=recused)
        odds = (8, 1, 1) if is_liked else (2, 7, 1)
        choices = {
            line.pk: self.story.random.choices((Choice.FOR, Choice.AGAINST, Choice.ABSTAIN), odds)[0] for line in lines
        }
        if choices:
            cast_vote(resolution_id=resolution.pk, actor=member, choices=choices, key=self.story.key(), now=now)

    def _end(self, resolution: Resolution, now: datetime) -> None:
        close_ballot(resolution_id=resolution.pk, now=now)

    def _member(self, login: str) -> User:
        return self.story.cast.workers[login]
