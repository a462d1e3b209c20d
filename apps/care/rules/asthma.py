"""What an asthma follow-up says: PEF zone, EPR-3 control, and alerts with the rule that fired (care.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from apps.care.rules.assessment import Alert, Assessment, Control, Level, Zone, worst_control
from apps.care.rules.asthma_terms import AsthmaTerms

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class AsthmaAnswers:
    """One visit; None is "not asked" or "not measured".  Nights and symptoms are of the last four weeks."""

    age: int
    day: date
    cannot_speak: bool = False
    blue_lips: bool = False
    pef_morning: int | None = None
    pef_evening: int | None = None
    pef_best: int | None = None
    day_symptoms: int | None = None
    symptoms_all_day: bool = False
    nights: int | None = None
    reliever: int | None = None
    activity: int | None = None
    score: int | None = None
    steroid_courses: int = 0
    emergency_visits: int = 0
    admissions: int = 0
    fev1: int | None = None
    ratio: int | None = None
    step: int | None = None
    adherence: int | None = None
    technique_complete: bool = False
    spo2: int | None = None

    @property
    def exacerbations(self) -> int:
        """Attacks since the last visit: one attack may lead to a steroid course, the emergency room and a ward."""
        return max(self.steroid_courses, self.emergency_visits, self.admissions)


@dataclass(frozen=True, slots=True)
class AsthmaHistory:
    """Earlier visits: totals of the twelve months before this one, the last score and step, and zones by day."""

    steroid_courses: int = 0
    exacerbations: int = 0
    last_score: int | None = None
    last_step: int | None = None
    zones: tuple[tuple[date, Zone], ...] = ()


def percent_of_best(pef: int, best: int) -> int:
    """Whole percent, rounded down, so that 79.9 % is not called 80."""
    return pef * 100 // best


def pef_zone(pef: int | None, best: int | None, terms: AsthmaTerms) -> Zone:
    """The traffic light of one peak flow against the personal best."""
    if not pef or not best:
        return Zone.UNKNOWN
    if pef * 100 < best * terms.pef_red_below:
        return Zone.RED
    return Zone.GREEN if pef * 100 >= best * terms.pef_green_from else Zone.YELLOW


def lower_pef(answers: AsthmaAnswers) -> int | None:
    """The lower of morning and evening decides."""
    return min((pef for pef in (answers.pef_morning, answers.pef_evening) if pef), default=None)


def variability(answers: AsthmaAnswers) -> int | None:
    """Difference between morning and evening in percent of their mean, rounded down; None unless both are known."""
    morning, evening = answers.pef_morning, answers.pef_evening
    if not morning or not evening:
        return None
    return abs(morning - evening) * 200 // (morning + evening)


def variability_is_above(answers: AsthmaAnswers, percent: int) -> bool:
    """Compared exactly, not by the rounded figure."""
    morning, evening = answers.pef_morning or 0, answers.pef_evening or 0
    return abs(morning - evening) * 200 > percent * (morning + evening)


def control_items(answers: AsthmaAnswers, history: AsthmaHistory, terms: AsthmaTerms) -> dict[str, Control]:
    """The control table, item by item, for the child's age."""
    band, pef = terms.band(answers.age), lower_pef(answers)
    flow = percent_of_best(pef, answers.pef_best) if pef and answers.pef_best else None
    items = {
        "day_symptoms": Control.VERY_POOR
        if answers.symptoms_all_day
        else band.day_symptoms.state(answers.day_symptoms),
        "nights": band.nights.state(answers.nights),
        "reliever": band.reliever.state(answers.reliever),
        "activity": band.activity.state(answers.activity),
        "score": band.score.state(answers.score) if band.score else Control.UNKNOWN,
        "pef": band.pef.state(flow) if band.pef else Control.UNKNOWN,
        "fev1": band.fev1.state(answers.fev1) if band.fev1 else Control.UNKNOWN,
        "ratio": band.ratio.state(answers.ratio) if band.ratio else Control.UNKNOWN,
    }
    if history.steroid_courses + answers.steroid_courses >= terms.steroid_courses_not_well:
        items["steroid_courses"] = Control.NOT_WELL
    return items


def yellow_days(answers: AsthmaAnswers, zone: Zone, history: AsthmaHistory) -> int:
    """How many days in a row, today included, the worst peak flow was in the yellow zone."""
    by_day = {**dict(history.zones), answers.day: zone}
    count, day = 0, answers.day
    while by_day.get(day) is Zone.YELLOW:
        count, day = count + 1, day - timedelta(days=1)
    return count


def _emergencies(answers: AsthmaAnswers, zone: Zone, terms: AsthmaTerms) -> Iterator[Alert]:
    if answers.cannot_speak or answers.blue_lips:
        yield Alert("danger-signs", Level.EMERGENCY, "danger_signs")
    pef = lower_pef(answers)
    if zone is Zone.RED and pef and answers.pef_best:
        percent = percent_of_best(pef, answers.pef_best)
        yield Alert("red-zone", Level.EMERGENCY, "pef_red_below", {"percent": percent, "limit": terms.pef_red_below})
    if answers.spo2 is not None and answers.spo2 < terms.spo2_red_below:
        values = {"percent": answers.spo2, "limit": terms.spo2_red_below}
        yield Alert("oxygen-low", Level.EMERGENCY, "spo2_red_below", values)


def _referrals(
    answers: AsthmaAnswers, zone: Zone, control: Control, history: AsthmaHistory, terms: AsthmaTerms
) -> Iterator[Alert]:
    days = yellow_days(answers, zone, history)
    if days >= terms.yellow_days_refer:
        yield Alert("yellow-days", Level.REFER, "yellow_days_refer", {"days": days})
    if control is Control.VERY_POOR:
        yield Alert("very-poor-control", Level.REFER, "control")
    attacks = history.exacerbations + answers.exacerbations
    if attacks >= terms.exacerbations_refer:
        yield Alert("exacerbations", Level.REFER, "exacerbations_refer", {"count": attacks})


def _reviews(answers: AsthmaAnswers, history: AsthmaHistory, terms: AsthmaTerms) -> Iterator[Alert]:
    if answers.adherence is not None and answers.adherence < terms.adherence_low_below:
        stepped_up = answers.step is not None and history.last_step is not None and answers.step > history.last_step
        if not answers.technique_complete:
            code = "step-up-before-technique" if stepped_up else "technique-first"
            values = {"percent": answers.adherence, "limit": terms.adherence_low_below}
            yield Alert(code, Level.REVIEW, "adherence_low_below", values)
    change = terms.band(answers.age).score_change
    if change and answers.score is not None and history.last_score is not None:
        fall = history.last_score - answers.score
        if fall >= change:
            yield Alert("score-fell", Level.REVIEW, "score_change", {"points": fall})
    swing = variability(answers)
    if swing is not None and variability_is_above(answers, terms.variability_high_above):
        values = {"percent": swing, "limit": terms.variability_high_above}
        yield Alert("variability-high", Level.REVIEW, "variability_high_above", values)


def assess(answers: AsthmaAnswers, history: AsthmaHistory, terms: AsthmaTerms) -> Assessment:
    """Zone by the lower peak flow, control by the worst item, alerts most urgent first."""
    zone = pef_zone(lower_pef(answers), answers.pef_best, terms)
    control, decided_by = worst_control(control_items(answers, history, terms))
    alerts = (
        *_emergencies(answers, zone, terms),
        *_referrals(answers, zone, control, history, terms),
        *_reviews(answers, history, terms),
    )
    return Assessment(zone=zone, control=control, decided_by=decided_by, alerts=alerts)
