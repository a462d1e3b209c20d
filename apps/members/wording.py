"""How ages, rules of access and purposes are said to a family."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.periods import completed_years
from apps.members.permissions import DENIED
from apps.members.rules.access import Rule

READER_WORDS: dict[str, str | Promise] = {
    Rule.SELF: _("the person themself"),
    Rule.GUARDIAN: _("your family"),
    Rule.AUTHORISED_FAMILY: _("authorised family"),
    Rule.FAMILY_DOCTOR: _("the family doctor you signed with"),
    Rule.REFERRAL: _("the hospital, because of a referral"),
    Rule.CLAIM_HANDLER: _("the fund, because of a claim"),
    DENIED: _("no right to it: nothing was shown"),
}

PURPOSE_WORDS: dict[str, str | Promise] = {
    "file": _("the health file"),
    "follow-up": _("a follow-up"),
    "referral": _("a referral"),
    "claim": _("the papers of a claim"),
}
OTHER_PURPOSE = _("personal data")


def purpose_text(purpose: str) -> str:
    return str(PURPOSE_WORDS.get(purpose, OTHER_PURPOSE))


def reader_text(rule: str) -> str:
    return str(READER_WORDS.get(rule, rule))


def age_text(birth_date: date, today: date) -> str:
    """Completed years; months below two years."""
    years = completed_years(birth_date, today)
    if years >= 2:
        return ngettext("%(count)d year old", "%(count)d years old", years) % {"count": years}
    months = (today.year - birth_date.year) * 12 + today.month - birth_date.month - (today.day < birth_date.day)
    return ngettext("%(count)d month old", "%(count)d months old", months) % {"count": months}
