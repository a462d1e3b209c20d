"""Put a kind of news and its parameters into words, in the language that is active."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

from apps.core.display import day_text, is_chinese, moment_text, yuan_text
from apps.core.errors import N_
from apps.reminders.kinds import KINDS

NEUTRAL_SUBJECT = N_("There is news in Gongji")
NEUTRAL_BODY = N_("Please sign in to read it. For your privacy we do not write more in an e-mail.")
PLACE = re.compile(r"%\((\w+)\)s")

Parameters = Mapping[str, object]


@cache
def places_of(kind: str) -> frozenset[str]:
    """Every parameter the kind needs.  Raises KeyError for a kind nobody has written."""
    words = KINDS[kind]
    return frozenset([*PLACE.findall(words.subject), *PLACE.findall(words.body), *words.url_args])


def stored(value: object) -> object:
    """A parameter as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def _spoken(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return str(value["zh" if is_chinese() else "en"])
    if name.endswith("_date"):
        return day_text(date.fromisoformat(str(value)))
    if name.endswith("_at"):
        return moment_text(datetime.fromisoformat(str(value)))
    if name.endswith("_fen"):
        return yuan_text(int(str(value)))
    return str(value)


def _filled(msgid: str, parameters: Parameters) -> str:
    return gettext(msgid) % {name: _spoken(name, parameters[name]) for name in PLACE.findall(msgid)}


def label_of(kind: str) -> str:
    return gettext(KINDS[kind].label)


def subject_of(kind: str, parameters: Parameters) -> str:
    return _filled(KINDS[kind].subject, parameters)


def body_of(kind: str, parameters: Parameters) -> str:
    return _filled(KINDS[kind].body, parameters)


def url_of(kind: str, parameters: Parameters) -> str:
    """The page the news leads to, or nothing when that part of the portal is not there."""
    words = KINDS[kind]
    try:
        return reverse(words.url_name, args=[parameters[name] for name in words.url_args])
    except NoReverseMatch:
        return ""


def email_of(kind: str, parameters: Parameters, *, site: str) -> tuple[str, str]:
    """Subject and body of the e-mail: private kinds say only that there is news."""
    if KINDS[kind].is_private:
        subject, body, url = gettext(NEUTRAL_SUBJECT), gettext(NEUTRAL_BODY), reverse("reminders:inbox")
    else:
        subject, body = subject_of(kind, parameters), body_of(kind, parameters)
        url = url_of(kind, parameters)
    return subject, f"{body}\n\n{site}{url}\n" if site else f"{body}\n"
