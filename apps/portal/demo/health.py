"""What a doctor finds at a child's follow-up in the demo (pure): worse for the very ill, better with each visit."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from apps.core.periods import completed_years

STEPS = ["prepared", "exhaled", "inhaled", "held", "rinsed"]


def asthma_answers(*, burden: float, visit: int, born: date, day: date, random: Random) -> dict[str, Any]:
    """The answers of one follow-up form."""
    age = completed_years(born, day)
    load = max(0.0, burden * (0.85**visit) + random.gauss(0, 0.12) + _season(day))
    best = 90 + 22 * max(age, 2)
    percent = max(0.42, min(1.0, 1.02 - 0.62 * load))
    morning = max(50, round(best * percent))
    answers: dict[str, Any] = {
        "danger_signs": [],
        "pef_morning": morning,
        "pef_evening": min(800, round(morning * (1.02 + 0.2 * load))),
        "pef_best": best,
        "spo2": max(93, min(99, round(99 - 5 * load))),
        "day_symptoms": str(min(7, round(6 * load))),
        "nights": min(20, round(7 * load * load)),
        "reliever": str(min(7, round(5.5 * load))),
        "activity": str(0 if load < 0.35 else 1 if load < 0.75 else 2),
        "steroid_courses": int(load > 0.8),
        "emergency_visits": int(load > 0.9),
        "admissions": 0,
        "school_days_lost": round(3 * load) if age >= 6 else 0,
        "step": str(2 if burden < 0.4 else 3 if burden < 0.7 else 4),
        "device": "spacer" if age < 7 else "dpi",
        "adherence": max(40, min(100, round(98 - 35 * load))),
        "technique": STEPS[: max(2, 5 - round(3 * load))],
    }
    if age >= 5:
        answers |= {"fev1": max(50, round(100 - 38 * load)), "ratio": max(65, round(88 - 18 * load))}
    if 4 <= age < 12:
        answers["c_act"] = max(4, min(27, round(26 - 13 * load)))
    if age >= 12:
        answers["act"] = max(6, min(25, round(25 - 13 * load)))
    return answers


def _season(day: date) -> float:
    """Autumn and winter are harder."""
    return 0.08 if day.month in (10, 11, 12, 1) else 0.0
