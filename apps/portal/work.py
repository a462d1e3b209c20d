"""What waits for someone at work: one card a role, with a figure and the page where it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Role, User
from apps.actuary.selectors import due_quarter
from apps.care.models import Task
from apps.claims.selectors import waiting_count
from apps.core.clock import business_day
from apps.core.display import quarter_text
from apps.core.errors import N_
from apps.enrolments.permissions import agreements_for
from apps.enrolments.selectors import rosters_waiting_for
from apps.governance.models import State
from apps.governance.selectors import decisions, seat_of, voted_by
from apps.payments.rules.states import State as OrderState
from apps.payments.selectors import counts_by_state, differences, open_proposals
from apps.plans.selectors import drafts_to_publish
from apps.referrals.permissions import departments_of
from apps.referrals.rules.words import State as ReferralState
from apps.referrals.selectors.desks import desk_counts


@dataclass(frozen=True)
class WorkCard:
    """``text`` says what waits; ``label`` names the page behind ``url``."""

    title: str
    text: str
    label: str
    url: str
    is_waiting: bool


def work_of(user: User, *, now: datetime) -> list[WorkCard]:
    """The cards of all roles of a user."""
    cards = dict.fromkeys(card for role, cards in CARDS.items() if role in user.roles for card in cards)
    return [card(user, now) for card in cards]


def _visits(user: User, now: datetime) -> WorkCard:
    count = Task.objects.on_the_list(business_day(now)).filter(assignee=user).count()
    text = ngettext("%(count)s thing to do today.", "%(count)s things to do today.", count) % {"count": count}
    return WorkCard(_("Your patients"), text, _("Open today's list"), reverse("care:today"), count > 0)


def _referrals(states: tuple[ReferralState, ...], url_name: str, title: str, label: str) -> Callable[..., WorkCard]:
    def card(user: User, now: datetime) -> WorkCard:
        departments = list(departments_of(user).values_list("pk", flat=True))
        count = desk_counts(departments, {"waiting": states})["waiting"]
        text = ngettext("%(count)s referral waits.", "%(count)s referrals wait.", count) % {"count": count}
        return WorkCard(_(title), text, _(label), reverse(url_name), count > 0)

    return card


def _claims(user: User, now: datetime) -> WorkCard:
    count = waiting_count()
    text = ngettext("%(count)s claim needs a look.", "%(count)s claims need a look.", count) % {"count": count}
    return WorkCard(_("Claims"), text, _("Open the queue"), reverse("claims:queue"), count > 0)


def _money(user: User, now: datetime) -> WorkCard:
    counts = counts_by_state()
    unclear = counts.get(OrderState.UNKNOWN, 0) + differences().count()
    held, quarter = counts.get(OrderState.HELD, 0), due_quarter()
    if unclear:
        text = ngettext("%(count)s payment is unclear.", "%(count)s payments are unclear.", unclear)
        return WorkCard(
            _("Money"), text % {"count": unclear}, _("Open the treasurer's desk"), reverse("payments:desk"), True
        )
    if held:
        text = ngettext("%(count)s payment waits for a release.", "%(count)s payments wait for a release.", held)
        return WorkCard(
            _("Money"), text % {"count": held}, _("Open the treasurer's desk"), reverse("payments:desk"), True
        )
    if quarter is not None and quarter.end <= business_day(now):
        text = _("%(quarter)s can be closed.") % {"quarter": quarter_text(quarter.start)}
        return WorkCard(_("Money"), text, _("Close the quarter"), reverse("actuary:closes"), True)
    return WorkCard(
        _("Money"), _("Everything is settled."), _("Open the treasurer's desk"), reverse("payments:desk"), False
    )


def _second_person(user: User, now: datetime) -> WorkCard:
    count = open_proposals().exclude(proposed_by=user).count()
    text = ngettext(
        "%(count)s proposal about money waits for you.", "%(count)s proposals about money wait for you.", count
    ) % {"count": count}
    return WorkCard(_("For a second person"), text, _("Open the proposals"), reverse("payments:proposals"), count > 0)


def _council(user: User, now: datetime) -> WorkCard:
    seat = seat_of(user, business_day(now))
    voted = voted_by(seat)
    waiting = [resolution for resolution in decisions().filter(state=State.OPEN) if resolution.pk not in voted]
    text = ngettext("%(count)s ballot waits for your vote.", "%(count)s ballots wait for your vote.", len(waiting)) % {
        "count": len(waiting)
    }
    return WorkCard(_("Council"), text, _("Open the council"), reverse("governance:council"), bool(waiting))


def _audit(user: User, now: datetime) -> WorkCard:
    text = _("Ledger, payments, decisions and every event, without medical detail.")
    return WorkCard(_("Audit"), text, _("Open the events"), reverse("portal:events"), False)


def _people(user: User, now: datetime) -> WorkCard:
    return WorkCard(
        _("People"), _("Who can sign in, in which roles."), _("Open the people"), reverse("accounts:users"), False
    )


def _terms(user: User, now: datetime) -> WorkCard:
    count = drafts_to_publish(user)
    text = ngettext("%(count)s draft can be published.", "%(count)s drafts can be published.", count)
    told = text % {"count": count} if count else _("Every version of every plan, and drafts of new ones.")
    return WorkCard(_("Terms"), told, _("Open the terms"), reverse("plans:terms"), count > 0)


def _groups(user: User, now: datetime) -> WorkCard:
    count = rosters_waiting_for(user, agreements_for(user)).count()
    text = ngettext("%(count)s roster waits for you to confirm.", "%(count)s rosters wait for you to confirm.", count)
    told = text % {"count": count} if count else _("Members, rosters, what is owed and paid.")
    return WorkCard(_("My groups"), told, _("Open my groups"), reverse("enrolments:groups"), count > 0)


def _agreements(user: User, now: datetime) -> WorkCard:
    text = _("Unions, charities and authorities that pay for their members.")
    return WorkCard(_("Agreements"), text, _("Open the agreements"), reverse("enrolments:agreements"), False)


S = ReferralState
_to_book = _referrals((S.SUBMITTED, S.ACCEPTED), "referrals:desk", N_("Referrals to the hospital"), N_("Open the desk"))
_to_see = _referrals(
    (S.SUBMITTED, S.ARRIVED, S.IN_CARE), "referrals:specialist", N_("Referred patients"), N_("Open my patients")
)
CARDS: dict[str, tuple[Callable[[User, datetime], WorkCard], ...]] = {
    Role.FAMILY_DOCTOR: (_visits,),
    Role.COORDINATOR: (_to_book,),
    Role.SPECIALIST: (_to_see,),
    Role.CLAIMS_OFFICER: (_claims,),
    Role.TREASURER: (_money, _second_person, _terms, _agreements),
    Role.SPONSOR: (_groups,),
    Role.COUNCIL: (_council, _second_person),
    Role.AUDITOR: (_audit,),
    Role.ADMINISTRATOR: (_people, _terms),
}
