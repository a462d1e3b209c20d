"""Family doctors hold follow-ups; some children are referred to the hospital and come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.care.models import FollowUp, Task
from apps.care.services import log_follow_up
from apps.core.clock import business_day
from apps.portal.demo.chapters.joining import Household
from apps.portal.demo.chapters.referring import Referring
from apps.portal.demo.health import asthma_answers
from apps.portal.demo.story import Story

MISSED = 0.12  # visits that come late
FEES = (4_500, 6_000, 7_500, 9_000, 12_000)
NOTES = ("", "", "吸入技术已复习。", "雨季前复查峰流速。", "家长记录完整，继续当前方案。", "校医已知晓用药计划。")


class Visits:
    def __init__(self, story: Story, referring: Referring) -> None:
        self.story = story
        self.referring = referring

    def begin(self, home: Household, now: datetime) -> None:
        """Plan the next visit of a child by its open task."""
        task = (
            Task.objects.open()
            .filter(person=home.person, kind=Task.Kind.FOLLOW_UP)
            .select_related("assignee")
            .order_by("due")
            .first()
        )
        if task is None:
            return
        random = self.story.random
        spread = (task.due - task.opens).days
        late = random.randrange(5, 25) if random.random() < MISSED else random.randrange(-spread + 1, 5)
        day = max(task.due + timedelta(days=late), business_day(now) + timedelta(days=1))
        self.story.happens(day, lambda at: self._hold(home, task, at))

    def _hold(self, home: Household, task: Task, now: datetime) -> None:
        if not Task.objects.open().filter(pk=task.pk).exists():  # closed by another way in the meantime
            self.begin(home, now)
            return
        random, family = self.story.random, home.family
        answers = asthma_answers(
            burden=family.burden, visit=home.visits, born=family.born, day=business_day(now), random=random
        )
        visit = log_follow_up(
            actor=task.assignee,
            task_id=task.pk,
            answers=answers,
            key=self.story.key(),
            now=now,
            channel=random.choice((FollowUp.Channel.CLINIC, FollowUp.Channel.CLINIC, FollowUp.Channel.VIDEO)),
            note=random.choice(NOTES),
            fee_fen=random.choice(FEES),
        )
        home.visits += 1
        self.referring.consider(home, visit, task.assignee, now)
        self.begin(home, now)
