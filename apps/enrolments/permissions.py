"""Who may see and act for a group: whoever has the role and works there."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.accounts.models import Role, User
from apps.core.errors import NotAllowed
from apps.directory.models import Organisation, Post
from apps.enrolments.errors import OwnRoster
from apps.enrolments.models import Agreement, Invoice, Roster

GROUP_KINDS = (Organisation.Kind.UNION, Organisation.Kind.CHARITY, Organisation.Kind.AUTHORITY)


def agreements_for(user: User) -> QuerySet[Agreement]:
    """The agreements of the groups the user works for; none without the role."""
    if not user.has_role(Role.SPONSOR):
        return Agreement.objects.none()
    places = Post.objects.filter(user=user, until=None).values("organisation")
    return Agreement.objects.filter(organisation__in=places).select_related("organisation")


def check_group(user: User, agreement_id: int) -> Agreement:
    """The agreement.  Raises NotAllowed unless the user works for its group."""
    agreement = agreements_for(user).filter(pk=agreement_id).first()
    if agreement is None:
        raise NotAllowed
    return agreement


def check_roster(user: User, roster_id: int) -> Roster:
    """The roster.  Raises NotAllowed unless the user works for its group."""
    rosters = Roster.objects.filter(agreement__in=agreements_for(user), pk=roster_id)
    roster = rosters.select_related("agreement__organisation", "uploaded_by", "confirmed_by").first()
    if roster is None:
        raise NotAllowed
    return roster


def check_invoice(user: User, invoice_id: int) -> Invoice:
    """The invoice.  Raises NotAllowed unless the user works for its group."""
    invoices = Invoice.objects.filter(agreement__in=agreements_for(user), pk=invoice_id)
    invoice = invoices.select_related("agreement__organisation", "made_by").first()
    if invoice is None:
        raise NotAllowed
    return invoice


def check_is_second(user: User, roster: Roster) -> None:
    """Raises OwnRoster for whoever uploaded it."""
    if roster.uploaded_by_id == user.pk:
        raise OwnRoster


def is_second(user: User, roster: Roster) -> bool:
    """Whether the user may confirm the roster as the second person."""
    return roster.uploaded_by_id != user.pk
