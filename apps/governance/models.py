"""The council and its resolutions.  What is open or decided is frozen by the database (migration 0002)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.core.display import is_chinese
from apps.core.fields import MoneyField
from apps.governance.rules import decision, states, words

NOT_FROZEN = [states.State.DRAFT, states.State.CANCELLED]


class Constituency(models.TextChoices):
    INSURER = words.Constituency.INSURER, _("Insurer")
    HOSPITAL = words.Constituency.HOSPITAL, _("Hospital")
    TECHNOLOGY = words.Constituency.TECHNOLOGY, _("Technology company")
    DOCTORS = words.Constituency.DOCTORS, _("Community doctors")
    PARENTS = words.Constituency.PARENTS, _("Parents")


class Purpose(models.TextChoices):
    HOSPITAL_CONDITIONS = words.Purpose.HOSPITAL_CONDITIONS, _("Better conditions in hospital")
    TRAINING = words.Purpose.TRAINING, _("Training")
    DOCTORS_REWARDS = words.Purpose.DOCTORS_REWARDS, _("Rewards for doctors")
    RESEARCH = words.Purpose.RESEARCH, _("Research")
    MORE_OUTPATIENT_COVER = words.Purpose.MORE_OUTPATIENT_COVER, _("More outpatient or critical cover")
    SICKNESS_ALLOWANCE = words.Purpose.SICKNESS_ALLOWANCE, _("Sickness allowance back to members")


class Choice(models.TextChoices):
    FOR = words.Choice.FOR, _("For")
    AGAINST = words.Choice.AGAINST, _("Against")
    ABSTAIN = words.Choice.ABSTAIN, _("Abstain")


class Interest(models.TextChoices):
    RECUSED = words.Interest.RECUSED, _("Does not vote")
    DECLARED = words.Interest.DECLARED, _("Declared")


class Outcome(models.TextChoices):
    PASSED = decision.Reason.PASSED, _("Passed")
    QUORUM_MISSED = decision.Reason.QUORUM_MISSED, _("Too few took part")
    THRESHOLD_MISSED = decision.Reason.THRESHOLD_MISSED, _("Majority missed")


class State(models.TextChoices):
    DRAFT = states.State.DRAFT, _("Draft")
    OPEN = states.State.OPEN, _("Ballot open")
    RATIFYING = states.State.RATIFYING, _("Waits for the assembly")
    PASSED = states.State.PASSED, _("Passed")
    REJECTED = states.State.REJECTED, _("Rejected")
    CANCELLED = states.State.CANCELLED, _("Cancelled")


class Seat(models.Model):
    """A person's seat on the council from ``since`` up to but not including ``until``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats")
    constituency = models.CharField(max_length=12, choices=Constituency)
    since = models.DateField()
    until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="seat_ends_after_it_starts", condition=Q(until__gt=F("since"))),
            ExclusionConstraint(
                name="one_seat_a_person_at_a_time",
                index_type="gist",
                expressions=[
                    (Func(F("user"), F("user"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func("since", "until", function="daterange", output_field=DateRangeField()), "&&"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} · {self.get_constituency_display()}"


class Control(models.Model):
    """An organisation owns or runs another one; whoever works for the owner has an interest in the owned."""

    owner = models.ForeignKey("directory.Organisation", models.PROTECT, related_name="+")
    owned = models.ForeignKey("directory.Organisation", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="control_once", fields=["owner", "owned"]),
            models.CheckConstraint(name="nobody_owns_itself", condition=~Q(owner=F("owned"))),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} owns {self.owned_id}"


class Resolution(models.Model):
    """A question put to the council: which uses a closed quarter's surplus is put to."""

    title_zh = models.CharField(max_length=120, blank=True)
    title_en = models.CharField(max_length=160, blank=True)
    text = models.TextField(max_length=4000)
    period_close = models.ForeignKey("actuary.PeriodClose", models.PROTECT, related_name="resolutions")
    what_if = models.ForeignKey(
        "actuary.WhatIf",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="resolutions",
        help_text="what it rests on",
    )
    rule_name = models.CharField(max_length=60)
    first_call = models.OneToOneField("self", models.PROTECT, null=True, related_name="second_call")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    proposed_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    opened_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    manifest = models.TextField(blank=True)
    manifest_hash = models.CharField(max_length=64, blank=True)
    key = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="resolution_has_a_title", condition=~Q(title_zh="", title_en="")),
            models.CheckConstraint(
                name="open_means_frozen",
                condition=Q(state__in=NOT_FROZEN)
                | Q(opened_by__isnull=False, opened_at__isnull=False, closes_at__gt=F("opened_at"))
                & ~Q(manifest_hash=""),
            ),
            models.CheckConstraint(
                name="opened_by_a_second_person", condition=Q(opened_by=None) | ~Q(opened_by=F("proposed_by"))
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language where there is one, else in the other."""
        own, other = self.title_en, self.title_zh
        if is_chinese():
            own, other = other, own
        return own or other


class Line(models.Model):
    """One use of money within a resolution; ``key`` names its appropriation account."""

    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40, unique=True)
    purpose = models.CharField(max_length=24, choices=Purpose)
    payee = models.ForeignKey("directory.Organisation", models.PROTECT, related_name="+")
    payee_account = models.ForeignKey("payments.PayeeAccount", models.PROTECT, related_name="+")
    amount_fen = MoneyField()
    owner = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    milestones = models.TextField(max_length=2000)
    report_due = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="line_position_once", fields=["resolution", "position"]),
            models.CheckConstraint(name="line_amount_above_zero", condition=Q(amount_fen__gt=0)),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def account(self) -> str:
        """The ledger account its appropriation stands on."""
        return f"appropriation:{self.key}"


class RollSeat(models.Model):
    """A seat entitled to take part, as frozen when the ballot opened."""

    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="roll")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    constituency = models.CharField(max_length=12, choices=Constituency)

    class Meta:
        constraints = [models.UniqueConstraint(name="seat_once_on_a_roll", fields=["resolution", "seat"])]

    def __str__(self) -> str:
        return self.name


class Recusal(models.Model):
    """An interest of a seat in a line, found by a rule when the ballot opened."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="recusals")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    interest = models.CharField(max_length=8, choices=Interest)
    rule = models.CharField(max_length=20)
    via = models.ForeignKey("directory.Organisation", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_interest_a_line_and_seat", fields=["line", "seat"])]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.interest} on {self.line_id}"


class Vote(models.Model):
    """The one, final vote of a seat on a line."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="votes")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice)
    at = models.DateTimeField()
    key = models.UUIDField(help_text="of the form that cast it")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_vote_a_line_and_seat", fields=["line", "seat"]),
            models.CheckConstraint(name="vote_choice_known", condition=Q(choice__in=Choice.values)),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.choice} on {self.line_id}"


class LineResult(models.Model):
    """How a line ended: the numbers all four bases are made of."""

    line = models.OneToOneField(Line, models.PROTECT, related_name="result")
    outcome = models.CharField(max_length=16, choices=Outcome)
    seats = models.PositiveSmallIntegerField()
    recused = models.PositiveSmallIntegerField()
    yes = models.PositiveSmallIntegerField()
    no = models.PositiveSmallIntegerField()
    abstain = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.outcome} {self.line_id}"

    @property
    def tally(self) -> decision.Tally:
        return decision.Tally(self.seats, self.recused, self.yes, self.no, self.abstain)

    @property
    def is_passed(self) -> bool:
        return self.outcome == Outcome.PASSED


class ResolutionEvent(models.Model):
    """One step in the life of a resolution; without a seat the portal itself did it."""

    class Kind(models.TextChoices):
        PROPOSED = states.Event.PROPOSED, _("Proposed")
        OPENED = states.Event.OPENED, _("Ballot opened")
        PASSED = states.Event.PASSED, _("Passed")
        REJECTED = states.Event.REJECTED, _("Rejected")
        SENT_TO_RATIFICATION = states.Event.SENT_TO_RATIFICATION, _("Sent to the members' assembly")
        RATIFIED = states.Event.RATIFIED, _("Ratified")
        RATIFICATION_REFUSED = states.Event.RATIFICATION_REFUSED, _("Ratification refused")
        CANCELLED = states.Event.CANCELLED, _("Cancelled")
        PAID_AGAIN = states.Event.PAID_AGAIN, _("Asked the bank to pay a line again")
        LAPSED = states.Event.LAPSED, _("Grant lapsed: the money is part of the surplus again")

    resolution = models.ForeignKey(Resolution, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24, choices=Kind)
    at = models.DateTimeField()
    seat = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=400, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.resolution_id}"

    @property
    def is_about_a_line(self) -> bool:
        """Whether ``reason`` is the number of the line it happened to."""
        return self.kind in (states.Event.PAID_AGAIN, states.Event.LAPSED)
