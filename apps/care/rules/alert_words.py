"""The words of each alert: what was seen, what the rule suggests, and the reason it fills into a referral."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.errors import N_


@dataclass(frozen=True, slots=True)
class Words:
    seen: str
    advice: str


CALL = N_(
    "Give the reliever as in the emergency plan and call 120 if it does not get better within minutes. "
    "Do not wait for the portal; write the referral down afterwards."
)
REFER = N_("A referral to the specialist is suggested. The reason is filled in for you.")

ALERTS: dict[str, Words] = {
    "danger-signs": Words(N_("Cannot speak in sentences, or lips are blue"), CALL),
    "red-zone": Words(N_("Peak flow is %(percent)s%% of the personal best, below %(limit)s%%"), CALL),
    "oxygen-low": Words(N_("Oxygen saturation is %(percent)s%%, below %(limit)s%%"), CALL),
    "yellow-days": Words(N_("Yellow zone %(days)s days in a row"), REFER),
    "very-poor-control": Words(N_("Asthma is very poorly controlled"), REFER),
    "exacerbations": Words(N_("%(count)s attacks within twelve months"), REFER),
    "technique-first": Words(
        N_("%(percent)s%% of the planned doses were taken, below %(limit)s%%"),
        N_("Check the inhaler technique before any step up."),
    ),
    "step-up-before-technique": Words(
        N_("The step was raised although only %(percent)s%% of the planned doses were taken"),
        N_("Check the inhaler technique first; the step up may not be needed."),
    ),
    "score-fell": Words(
        N_("The control score fell by %(points)s points"), N_("A change of this size matters: look for the cause.")
    ),
    "variability-high": Words(
        N_("Peak flow differs by %(percent)s%% between morning and evening, more than %(limit)s%%"),
        N_("Look at triggers, technique and doses taken."),
    ),
}

ITEM_WORDS: dict[str, str] = {
    "day_symptoms": N_("symptoms by day"),
    "nights": N_("waking at night"),
    "reliever": N_("use of the reliever"),
    "activity": N_("limits in daily life"),
    "score": N_("control score"),
    "pef": N_("peak flow"),
    "fev1": N_("FEV1"),
    "ratio": N_("FEV1/FVC"),
    "steroid_courses": N_("steroid courses in twelve months"),
}
