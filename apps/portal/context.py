"""Navigation of every page, by role: at most five places, the most used first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Role
from apps.reminders.selectors import unread_count

if TYPE_CHECKING:
    from apps.accounts.models import User

Label = str | Promise


@dataclass(frozen=True)
class Place:
    label: Label
    url_name: str
    icon: str


HOME = Place(_("Home"), "portal:home", "house")
FAMILY = Place(_("Family"), "members:people", "users")
CLAIMS = Place(_("Claims"), "claims:mine", "receipt-text")
MONEY = Place(_("Money"), "portal:money", "wallet")
INBOX = Place(_("Messages"), "reminders:inbox", "bell")
FUND = Place(_("The fund"), "portal:fund", "landmark")
COUNCIL = Place(_("Council"), "governance:council", "vote")

BY_ROLE: dict[str, tuple[Place, ...]] = {
    Role.FAMILY_DOCTOR: (Place(_("Today"), "care:today", "list-checks"),),
    Role.COORDINATOR: (Place(_("Referrals"), "referrals:desk", "calendar-clock"),),
    Role.SPECIALIST: (Place(_("My patients"), "referrals:specialist", "stethoscope"),),
    Role.CLAIMS_OFFICER: (
        Place(_("Claims to decide"), "claims:queue", "inbox"),
        Place(_("Outbox"), "reminders:outbox", "send"),
    ),
    Role.TREASURER: (
        Place(_("Money"), "payments:desk", "banknote"),
        Place(_("Closes"), "actuary:closes", "calendar-check"),
        Place(_("Ledger"), "fund:accounts", "book-open"),
    ),
    Role.COUNCIL: (COUNCIL,),
    Role.SPONSOR: (Place(_("My groups"), "enrolments:groups", "users-round"),),
    Role.AUDITOR: (
        Place(_("Ledger"), "fund:accounts", "book-open"),
        Place(_("Events"), "portal:events", "history"),
        COUNCIL,
    ),
    Role.ADMINISTRATOR: (
        Place(_("People"), "accounts:users", "user-cog"),
        Place(_("Terms"), "plans:terms", "file-text"),
        Place(_("Events"), "portal:events", "history"),
    ),
}


def places_of(user: User) -> list[Place]:
    """Home, then what the roles bring, then the family's own places while there is room; messages always."""
    work = [place for role, places in BY_ROLE.items() if role in user.all_roles for place in places]
    own = [] if set(user.roles) - {Role.COUNCIL, Role.SPONSOR, Role.MEMBER} else [FAMILY, CLAIMS]
    places = list(dict.fromkeys([HOME, *own, *work, *([MONEY] if own else []), FUND]))[:4]
    return [*places, INBOX]


def navigation(request: HttpRequest) -> dict[str, object]:
    """``navigation`` (label, url, icon, current, badge) for whoever is signed in; nothing for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    return {"navigation": SimpleLazyObject(lambda: _items(request, user))}


def _items(request: HttpRequest, user: User) -> list[dict[str, object]]:
    items: list[dict[str, object]] = []
    for place in places_of(user):
        url = reverse(place.url_name)
        badge = unread_count(user) if place is INBOX else 0
        items.append(
            {
                "label": place.label,
                "url": url,
                "icon": place.icon,
                "current": request.path == url,
                "badge": badge,
            }
        )
    return items
