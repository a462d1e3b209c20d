"""Alerts and findings in the reader's words: what was seen, which rule fired, who set it, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.care.models import FollowUp
from apps.care.programmes import Programme, programme, said
from apps.care.rules.alert_words import ALERTS, ITEM_WORDS
from apps.care.rules.assessment import Level

TONES = {Level.EMERGENCY: "stop", Level.REFER: "warn", Level.REVIEW: "info"}
LEVELS = {Level.EMERGENCY: _("Emergency"), Level.REFER: _("Referral suggested"), Level.REVIEW: _("Please look")}
ZONE_TONES = {"green": "ok", "yellow": "warn", "red": "stop", "unknown": ""}
CONTROL_TONES = {"well": "ok", "not-well": "warn", "very-poor": "stop", "unknown": ""}


@dataclass(frozen=True, slots=True)
class AlertCard:
    tone: str
    level: str
    seen: str
    advice: str
    rule: str
    set_by: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an alert fills into a referral."""

    reason: str
    department_code: str
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Finding:
    label: str
    value: str


def _form_of(visit: FollowUp) -> Programme:
    return programme(visit.programme, visit.form_version)


def _seen(alert: dict[str, object]) -> str:
    values = alert["values"] if isinstance(alert["values"], dict) else {}
    return gettext(ALERTS[str(alert["code"])].seen) % values


def alert_cards(visit: FollowUp) -> list[AlertCard]:
    """The alerts of a visit, most urgent first, each with its rule and who set it."""
    form = _form_of(visit)
    return [
        AlertCard(
            tone=TONES[Level(alert["level"])],
            level=str(LEVELS[Level(alert["level"])]),
            seen=_seen(alert),
            advice=gettext(ALERTS[alert["code"]].advice),
            rule=said(form.parameters[alert["rule"]].source),
            set_by=said(form.set_by),
        )
        for alert in visit.alerts
    ]


def decided_by(visit: FollowUp) -> str:
    """The items that set the state of control, in words."""
    return ", ".join(gettext(ITEM_WORDS[item]) for item in visit.decided_by)


def referral_suggestion(visit: FollowUp) -> Suggestion | None:
    """The referral that the alerts of a visit suggest, if they do."""
    strong = [alert for alert in visit.alerts if alert["level"] != Level.REVIEW]
    if not strong:
        return None
    return Suggestion(
        reason=". ".join(_seen(alert) for alert in strong) + ".",
        department_code=_form_of(visit).referral_department,
        is_urgent=any(alert["level"] == Level.EMERGENCY for alert in strong) or visit.control == "very-poor",
    )


def findings(visit: FollowUp, answers: dict[str, object]) -> list[Finding]:
    """Every answered question of a visit, as it was asked then."""
    found = []
    for field in _form_of(visit).fields:
        value = answers.get(field.code)
        if value in (None, "", []):
            continue
        chosen = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        words = [said(option.words) for option in field.options if option.value in chosen]
        text = ", ".join(words) if words else str(value)
        found.append(Finding(said(field.label), f"{text} {field.unit}".strip() if not words else text))
    return found
