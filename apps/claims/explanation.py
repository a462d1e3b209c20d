"""A bill and what became of it in the reader's words: each cover's decision, each step, who paid which part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, gettext

from apps.claims.models import Bill, BillLine, Claim, ClaimDraft, Decision
from apps.claims.rules import texts
from apps.claims.rules.choices import diagnosis_choice
from apps.claims.rules.filing import Filing
from apps.claims.rules.states import Outcome, State
from apps.claims.rules.waterfall import Layer, waterfall
from apps.claims.selectors import PaidState, contents, decision_of, paid_state, terms_of_claim
from apps.core.display import day_text, is_chinese, yuan_text
from apps.plans.rules import Decision as Answer
from apps.plans.rules import Step, decision_from_json, reason_text, sentence

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of a decision in words."""

    title: str
    sentence: str
    before_fen: int
    after_fen: int
    clause: str


@dataclass(frozen=True, slots=True)
class ShownBenefit:
    """What one benefit paid and the steps that led there."""

    name: str
    paid_fen: int
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class ShownRefusal:
    """A line (or the event) that was not paid, and why."""

    what: str
    billed_fen: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """One cover's answer to the bill."""

    claim: Claim
    plan: str
    decision: Decision | None
    paid: PaidState
    benefits: tuple[ShownBenefit, ...] = ()
    refused: tuple[ShownRefusal, ...] = ()
    reduced: tuple[tuple[str, int], ...] = ()

    @property
    def tone(self) -> str:
        if self.claim.state == State.REVIEW:
            return "wait"
        if self.claim.state == State.DECLINED:
            return "stop"
        return {"paid": "ok", "failed": "warn", "stopped": "stop"}.get(self.paid.code, "wait")

    @property
    def state(self) -> str:
        """Where the claim and its money are, in a few words."""
        if self.claim.state == State.REVIEW:
            return gettext("A person is looking at it")
        if self.claim.state == State.DECLINED:
            return gettext("Not paid")
        words = {
            "owed": gettext("Decided, payment is being prepared"),
            "held": gettext("Decided, waiting for the new account"),
            "on-the-way": gettext("On the way"),
            "failed": gettext("The bank could not pay it"),
            "stopped": gettext("Two people of the fund stopped the payment"),
        }
        if self.paid.code == "paid":
            return gettext("Paid on %(day)s") % {"day": day_text(self.paid.on)}
        return words[self.paid.code]

    @property
    def is_declined_by_person(self) -> bool:
        return self.decision is not None and self.decision.outcome == Outcome.DECLINE


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """One payer's part of the bill, with its place in a picture 1000 wide."""

    name: str
    paid_fen: int
    x: int
    width: int
    tone: int


def shown_claims(bill: Bill, *, now: datetime) -> list[ShownClaim]:
    """Each cover's answer, in the order in which they were asked."""
    return [_shown(claim, bill, now) for claim in sorted(bill.claims.all(), key=lambda claim: claim.rank)]


def _shown(claim: Claim, bill: Bill, now: datetime) -> ShownClaim:
    decision, plan, paid = decision_of(claim), plan_name(claim), paid_state(claim, now=now)
    if decision is None:
        return ShownClaim(claim, plan, None, paid)
    answer = decision_from_json(decision.answer)
    lines = {line.number: line for line in bill.lines.all()}
    reductions = decision.inputs["reductions"].items()
    return ShownClaim(
        claim,
        plan,
        decision,
        paid,
        benefits=tuple(_benefits(claim, answer, is_reduced=bool(reductions))),
        refused=tuple(_refused(answer, lines)),
        reduced=tuple((lines[int(number)].description, fen) for number, fen in reductions),
    )


def plan_name(claim: Claim) -> str:
    name = terms_of_claim(claim).name
    return name.zh if is_chinese() else name.en


def shown_steps(claim: Claim, steps: Sequence[Step], *, is_reduced: bool) -> tuple[ShownStep, ...]:
    """Steps of the engine with their sentence in the reader's language; ``is_reduced``: by an officer."""
    terms, language = terms_of_claim(claim), get_language() or "en"
    return tuple(
        _reduced(step)
        if is_reduced and step.step == "paid-before"
        else ShownStep(
            gettext(texts.BENEFIT_STEPS[step.step]),
            sentence(step, terms, language),
            step.before_fen,
            step.after_fen,
            step.clause,
        )
        for step in steps
    )


def _reduced(step: Step) -> ShownStep:
    """What an officer takes off goes the way of what others paid, and is named besides it."""
    amounts = {"less": yuan_text(step.before_fen - step.after_fen), "after": yuan_text(step.after_fen)}
    told = gettext("%(less)s of it was paid by others or taken off by the officer, so %(after)s is left.") % amounts
    title = gettext("What others paid or the officer took off")
    return ShownStep(title, told, step.before_fen, step.after_fen, step.clause)


def _benefits(claim: Claim, answer: Answer, *, is_reduced: bool = False) -> Iterator[ShownBenefit]:
    terms = terms_of_claim(claim)
    for code in dict.fromkeys([*(step.benefit for step in answer.steps), *answer.benefits]):
        name = terms.benefit(code).name
        steps = shown_steps(claim, [step for step in answer.steps if step.benefit == code], is_reduced=is_reduced)
        yield ShownBenefit(name.zh if is_chinese() else name.en, answer.benefits.get(code, 0), steps)


def _refused(answer: Answer, lines: dict[int, BillLine]) -> Iterator[ShownRefusal]:
    language = get_language() or "en"
    for refused in answer.refused:
        reason = reason_text(refused.reason, language)
        if refused.line is None:
            yield ShownRefusal(gettext("The event"), None, reason)
        else:
            line = lines[refused.line]
            yield ShownRefusal(line.description, line.billed_fen, reason)


def preview_benefits(claim: Claim, answer: Answer) -> tuple[ShownBenefit, ...]:
    """The same steps for an answer not yet given, for the officer."""
    return tuple(_benefits(claim, answer))


def preview_refused(claim: Claim, answer: Answer) -> tuple[ShownRefusal, ...]:
    return tuple(_refused(answer, {line.number: line for line in claim.bill.lines.all()}))


def shown_waterfall(bill: Bill, claims: Sequence[ShownClaim]) -> list[ShownLayer]:
    """Who pays which part of the bill; empty for an event, and while a cover is still undecided its part is open."""
    if not bill.billed_fen:
        return []
    names = {shown.claim.plan_code: shown.plan for shown in claims}
    covers = [
        (shown.claim.plan_code, sum(shown.decision.answer["line_paid_fen"])) for shown in claims if shown.decision
    ]
    earlier = {payer.payer: payer.amount_fen for payer in bill.earlier_payers.all()}
    layers = waterfall(bill.billed_fen, earlier, covers)
    return [_shown_layer(layer, bill.billed_fen, names, tone) for tone, layer in enumerate(layers, start=1)]


def _shown_layer(layer: Layer, billed_fen: int, names: dict[str, str], tone: int) -> ShownLayer:
    start = layer.start_fen * WIDTH // billed_fen
    end = (layer.start_fen + layer.paid_fen) * WIDTH // billed_fen
    name = names[layer.payer] if layer.is_cover else gettext(texts.PAYERS[layer.payer])
    return ShownLayer(name, layer.paid_fen, start, max(end - start, 1) if layer.paid_fen else 0, (tone - 1) % 6 + 1)


def beside_the_bill(claims: Sequence[ShownClaim]) -> int:
    """Fixed sums and allowances: paid besides the bill, so no part of its waterfall (fen)."""
    return sum(c.decision.paid_fen - sum(c.decision.answer["line_paid_fen"]) for c in claims if c.decision)


def hold_texts(claim: Claim) -> list[str]:
    """Why a claim is held, in words."""
    return [
        gettext(texts.HOLDS[reason["code"]]) % {name: _figure(name, value) for name, value in reason["params"].items()}
        for reason in claim.hold_reasons
    ]


def hold_label(code: str) -> str:
    """A reason in two or three words, for the filters of the queue."""
    return gettext(texts.HOLD_LABELS[code])


def drafts_shown(drafts: Iterable[ClaimDraft], people: Mapping[int, str]) -> list[tuple[ClaimDraft, str, str]]:
    """Begun forms with the name of the person and the kind of care."""
    shown = []
    for draft in drafts:
        data = contents(draft)
        if data["person"] in people:
            shown.append((draft, people[data["person"]], gettext(texts.KINDS[data["kind"]])))
    return shown


def _figure(name: str, value: object) -> str:
    return yuan_text(int(str(value))) if name.endswith("_fen") else str(value)


def diagnosis_text(code: str, words: str) -> str:
    """The diagnosis in words with its code, or the family's own words."""
    if not code:
        return words
    known = diagnosis_choice(code)
    return f"{known.name(is_chinese=is_chinese())} ({code})" if known else code


def filing_words(filing: Filing) -> dict[str, object]:
    """The codes of a bill about to be sent, in words."""
    return {
        "kind": gettext(texts.KINDS[filing.kind]),
        "event": gettext(texts.EVENTS[filing.event]) if filing.event else "",
        "diagnosis": diagnosis_text(filing.diagnosis, filing.diagnosis_words),
        "earlier": [(gettext(texts.PAYERS[payer]), fen) for payer, fen in filing.earlier.items()],
    }
