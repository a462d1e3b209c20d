"""The cut points of the asthma programme, as the hospital sets them; every number comes from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from apps.care.rules.assessment import Control


@dataclass(frozen=True, slots=True)
class Limit:
    """More is worse: well up to ``well_at_most``, very poor from ``poor_from`` (never, when empty)."""

    well_at_most: int
    poor_from: int | None = None

    def state(self, value: int | None) -> Control:
        if value is None:
            return Control.UNKNOWN
        if self.poor_from is not None and value >= self.poor_from:
            return Control.VERY_POOR
        return Control.WELL if value <= self.well_at_most else Control.NOT_WELL


@dataclass(frozen=True, slots=True)
class Floor:
    """Less is worse: well above ``well_above``, very poor below ``poor_below``."""

    well_above: int
    poor_below: int

    def state(self, value: int | None) -> Control:
        if value is None:
            return Control.UNKNOWN
        if value < self.poor_below:
            return Control.VERY_POOR
        return Control.WELL if value > self.well_above else Control.NOT_WELL


@dataclass(frozen=True, slots=True)
class ControlBand:
    """One column of the control table, for ages from ``from_age`` up to but not including ``until_age``."""

    from_age: int
    until_age: int
    day_symptoms: Limit
    nights: Limit
    reliever: Limit
    activity: Limit
    pef: Floor | None = None
    fev1: Floor | None = None
    ratio: Floor | None = None
    score: Floor | None = None
    score_change: int | None = None


@dataclass(frozen=True, slots=True)
class AsthmaTerms:
    """PEF in percent of the personal best; counts over twelve months; oxygen and adherence in percent."""

    pef_green_from: int
    pef_red_below: int
    variability_raised_from: int
    variability_high_above: int
    spo2_red_below: int
    steroid_courses_not_well: int
    exacerbations_refer: int
    yellow_days_refer: int
    adherence_low_below: int
    bands: tuple[ControlBand, ...]

    def band(self, age: int) -> ControlBand:
        """The column of the control table for an age in completed years."""
        return next(band for band in self.bands if band.from_age <= age < band.until_age)
