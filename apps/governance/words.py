"""Rules, interests and states of the council in the reader's words."""

from __future__ import annotations

from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.governance.models import Recusal, State
from apps.governance.rules.decision import Base, Comparator, DecisionRule

BASES: dict[Base, Promise] = {
    Base.CAST: _("votes cast (for and against)"),
    Base.PRESENT: _("seats that took part (with abstentions)"),
    Base.ENTITLED: _("seats that may vote on the line"),
    Base.SEATS: _("all seats"),
}
REASONS: dict[str, Promise] = {
    "employed-by-payee": _("Works for %(via)s, which is to be paid."),
    "employed-by-owner": _("Works for %(via)s, which runs the organisation to be paid."),
    "signed-doctor": _("Is a family doctor of the fund; all of them benefit."),
    "enrolled-child": _("Has a family member in the fund; all families benefit."),
}
TONES = {
    State.DRAFT: "",
    State.OPEN: "wait",
    State.RATIFYING: "wait",
    State.PASSED: "ok",
    State.REJECTED: "stop",
    State.CANCELLED: "",
}


def quorum_text(rule: DecisionRule) -> str:
    values = {"share": str(rule.quorum), "of": BASES[rule.quorum_of]}
    return gettext("At least %(share)s of %(of)s must take part.") % values


def threshold_text(rule: DecisionRule) -> str:
    """``>=`` or ``>`` in words and signs, settled before the vote."""
    values = {"share": str(rule.threshold), "of": BASES[rule.base]}
    if rule.comparator is Comparator.MORE_THAN:
        return gettext("More than (>) %(share)s of %(of)s must be for it.") % values
    return gettext("At least (≥) %(share)s of %(of)s must be for it.") % values


def reason_text(recusal: Recusal) -> str:
    """Why a seat has an interest in a line."""
    return str(REASONS[recusal.rule]) % {"via": recusal.via}


def share_of(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
