"""What came yesterday and waits: every desk of the demo has something on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from apps.care.models import DoctorContract
from apps.claims.rules.filing import FiledLine, Filing, Place
from apps.claims.services import submit_bill
from apps.claims.services.accounts import current_account
from apps.core.clock import business_day
from apps.enrolments.models import Cover
from apps.members.rules.family import is_minor
from apps.portal.demo.chapters.claiming import ISSUERS
from apps.portal.demo.chapters.referring import Referring
from apps.portal.demo.families import ASTHMA
from apps.portal.demo.story import Story
from apps.referrals.models import Referral

BILLS, REFERRALS = 3, 3


class Lately:
    def __init__(self, story: Story, referring: Referring) -> None:
        self.story, self.referring = story, referring

    def tell(self, now: datetime) -> None:
        self._file(now)
        self._refer(now)

    def _file(self, now: datetime) -> None:
        """Bills without a known illness on them: an officer looks."""
        today = business_day(now)
        day = today - timedelta(days=2)
        covers = Cover.objects.paid().on(day).filter(plan_code=ASTHMA).select_related("person__registered_by")
        accounts = ((cover, current_account(cover.person.registered_by)) for cover in covers.order_by("-pk"))
        ready = (
            (cover, account) for cover, account in accounts if account and is_minor(cover.person.birth_date, today)
        )
        for cover, account in islice(ready, BILLS):
            fen = self.story.random.randrange(8_000, 30_000)
            submit_bill(
                actor=cover.person.registered_by,
                person_id=cover.person_id,
                filing=Filing(
                    kind="pharmacy",
                    service_date=day,
                    place=Place(ISSUERS[0], "primary"),
                    issuer=ISSUERS[0],
                    receipt_number=f"{self.story.random.randrange(10**13):013d}",
                    diagnosis_words="咳嗽待查",
                    lines=(FiledLine("drug", "布地奈德混悬液", fen, code="R03BA02"),),
                    earlier={"basic": fen // 2},
                ),
                payee_account_id=account.pk,
                key=self.story.key(),
                now=now,
            )

    def _refer(self, now: datetime) -> None:
        """Children referred yesterday, whom nobody at the hospital has looked at."""
        busy = Referral.objects.open().values("person")
        contracts = DoctorContract.objects.filter(until=None).exclude(person__in=busy).select_related("doctor__user")
        for contract in contracts.order_by("-pk")[:REFERRALS]:
            self.referring.refer(contract.person_id, contract.doctor.user, now)
