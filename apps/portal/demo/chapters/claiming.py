"""Families file their bills; the officer looks at those that are held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from apps.claims.models import Bill, Claim
from apps.claims.rules.filing import FiledLine, Filing, Place
from apps.claims.rules.states import Outcome, State
from apps.claims.services.accounts import current_account, name_account
from apps.claims.services.filing import submit_bill
from apps.claims.services.review import review_claim, take_claim
from apps.core.clock import business_day
from apps.core.money import Money
from apps.portal.demo.chapters.joining import Household
from apps.portal.demo.families import ASTHMA, BRAIN, HER, PARKINSON
from apps.portal.demo.story import Story

ISSUERS = ("仁和大药房", "康民药店", "百草堂药房")
DRUGS = {
    ASTHMA: (
        ("R03BA02", "布地奈德"),
        ("R03AK07", "布地奈德福莫特罗"),
        ("R03AC02", "沙丁胺醇"),
        ("R03DC03", "孟鲁司特"),
    ),
    PARKINSON: (("N04BA02", "多巴丝肼"), ("N04BC05", "普拉克索")),
    BRAIN: (("N06DA02", "多奈哌齐"),),
    HER: (("L02BG04", "来曲唑"),),
}
DIAGNOSIS = {ASTHMA: "J45.9", PARKINSON: "G20", BRAIN: "G30.9", HER: "C50.9"}
A_YEAR = {ASTHMA: 1.6, PARKINSON: 2.2, BRAIN: 0.3, HER: 0.12}  # bills a family files, times burden
REASONS = {
    Outcome.APPROVE: "票据与病历一致。",
    Outcome.REDUCE: "其中一笔与病历不符，已扣除。",
    Outcome.DECLINE: "票据与病历不符，请补充原始票据后重新申请。",
}


class Claiming:
    def __init__(self, story: Story) -> None:
        self.story = story
        self._serial = 0

    def begin(self, home: Household, now: datetime) -> None:
        """Plan the bills of a year of cover."""
        random = self.story.random
        expected = A_YEAR[home.family.plan] * (0.4 + home.family.burden)
        bills, is_lead = min(6, int(random.expovariate(1 / expected) + 0.5)), home.family.is_lead
        for _ in range(max(bills, 3) if is_lead else bills):  # whoever signs in as the parent finds some
            self.story.later(now, random.randrange(8, 355), lambda at: self._file(home, at))
        if home.family.plan == ASTHMA and (random.random() < 0.02 + 0.04 * home.family.burden or is_lead):
            self.story.later(now, random.randrange(30, 340), lambda at: self._file_admission(home, at))

    def _file(self, home: Household, now: datetime) -> None:
        random, plan = self.story.random, home.family.plan
        code, words = random.choice(DRUGS[plan])
        billed = Money(random.randrange(6_000, 42_000) if plan != HER else random.randrange(90_000, 240_000))
        other, shop = random.random(), random.choice(ISSUERS)
        filing = Filing(
            kind="pharmacy",
            service_date=self._service_day(now, far=other > 0.97),
            place=Place(shop, "primary"),
            issuer=shop,
            receipt_number=self._receipt(),
            diagnosis=DIAGNOSIS[plan],
            severity="severe" if plan == BRAIN and random.random() < 0.5 else "",
            lines=(FiledLine("drug", words, billed.fen, code=code),),
            earlier={"basic": billed.ratio(random.choice((40, 50, 60)), 100).fen},
        )
        if other < 0.05:  # a bill the plan has nothing to do with
            line = FiledLine("exam", "腕部X光片", billed.fen)
            filing = replace(filing, kind="outpatient", diagnosis="S52.5", lines=(line,))
        self._submit(home, filing, now)

    def _file_admission(self, home: Household, now: datetime) -> None:
        random = self.story.random
        nights, most = (3, 90_000) if home.family.is_lead else (random.randrange(3, 9), 300_000)
        bed, drugs, exams = nights * 12_000, random.randrange(80_000, most), random.randrange(60_000, 160_000)
        total = Money(bed + drugs + exams)
        day = business_day(now) - timedelta(days=nights + 1)
        filing = Filing(
            kind="inpatient",
            service_date=day,
            discharged=day + timedelta(days=nights),
            place=Place("共济妇女儿童专科医院", "tertiary"),
            issuer="共济妇女儿童专科医院",
            receipt_number=self._receipt(),
            diagnosis="J45.9",
            lines=(
                FiledLine("bed", "床位费", bed),
                FiledLine("drug", "布地奈德混悬液", drugs, code="R03BA02"),
                FiledLine("exam", "检查费", exams),
            ),
            earlier={"basic": total.ratio(68, 100).fen},
        )
        self._submit(home, filing, now)

    def _submit(self, home: Household, filing: Filing, now: datetime) -> None:
        if not home.may_act(now) or not home.person.covers.paid().on(filing.service_date).exists():
            return
        account = current_account(home.user) or name_account(
            actor=home.user,
            holder_name=home.user.name,
            bank="示范银行",
            number=f"6200{self.story.random.randrange(10**12):012d}",
            key=self.story.key(),
            now=now,
        )
        bill = submit_bill(
            actor=home.user,
            person_id=home.person.pk,
            filing=filing,
            payee_account_id=account.pk,
            key=self.story.key(),
            now=now,
        )
        if bill.claims.filter(state=State.REVIEW).exists() and self.story.random.random() < 0.93:
            self.story.later(now, self.story.random.randrange(1, 6), lambda at: self._review(bill, at))

    def _review(self, bill: Bill, now: datetime) -> None:
        officer = self.story.cast.workers["officer"]
        for claim in Claim.objects.filter(bill=bill, state=State.REVIEW).order_by("rank"):
            outcome = self.story.random.choices(list(REASONS), (70, 14, 16))[0]
            take_claim(claim_id=claim.pk, actor=officer, now=now)
            review_claim(
                claim_id=claim.pk,
                actor=officer,
                outcome=outcome,
                reason=REASONS[outcome],
                reductions={1: 2_000} if outcome == Outcome.REDUCE else None,
                now=now,
            )

    def _service_day(self, now: datetime, *, far: bool) -> date:
        back = self.story.random.randrange(190, 230) if far else self.story.random.randrange(1, 7)
        return business_day(now) - timedelta(days=back)

    def _receipt(self) -> str:
        """A number of a row of its own, as the tax office would give it."""
        self._serial += 1
        return f"{self.story.random.randrange(10**7, 10**8)}{self._serial:06d}"
