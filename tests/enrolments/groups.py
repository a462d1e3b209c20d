"""Groups, agreements and roster files for the tests of any app, made by the real services."""

import csv
import io
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

from apps.accounts.models import Role, User
from apps.directory.models import Organisation, Post
from apps.enrolments.models import Agreement, Invoice, Roster
from apps.enrolments.services import (
    check_rosters,
    conclude_agreement,
    confirm_roster,
    enrol_rosters,
    make_invoice,
    settle_invoices,
    start_invoice_payment,
    upload_roster,
)
from apps.members.rules.identity import fictional_number
from apps.payments.models import Checkout
from apps.plans.services import publish_catalogue
from tests.conftest import NOW
from tests.members.factories import make_parent

NEW_WORK, COUNTY = "new-work-mutual", "county-assist"
HEADINGS = ("姓名", "身份证号")
BORN = date(1990, 3, 31)
_serial = count(1)


def make_group(kind: str = "union", *, code: str = "") -> Organisation:
    code = code or f"group-{next(_serial)}"
    return Organisation.objects.create(code=code, kind=kind, name_zh="骑手工会", name_en="Riders' Union")


def make_worker(group: Organisation) -> User:
    """Somebody who works for the group and may act for it."""
    worker = make_parent("", Role.SPONSOR, name="Group Worker")
    Post.objects.create(user=worker, organisation=group, since=NOW.date())
    return worker


def make_agreement(
    group: Organisation | None = None,
    *,
    plan_code: str = NEW_WORK,
    group_fen: int = 72_00,
    members_confirm: bool = True,
    facts: dict[str, str] | None = None,
) -> Agreement:
    """A union pays all of the price of new-work mutual for its couriers, who are asked first."""
    publish_catalogue(now=NOW)
    return conclude_agreement(
        actor=make_parent("", Role.TREASURER),
        organisation_id=(group or make_group()).pk,
        plan_code=plan_code,
        group_fen=group_fen,
        members_confirm=members_confirm,
        since=NOW.date(),
        until=NOW.date() + timedelta(days=300),
        key=uuid4(),
        now=NOW,
        facts={"occupation": "courier"} if facts is None else facts,
    )


def county(**options) -> Agreement:
    """A civil-affairs authority covers those on its list: 33 yuan each, nobody is asked."""
    options = {"group_fen": 33_00, "members_confirm": False, "facts": {"roster": "rural-subsistence"}, **options}
    return make_agreement(make_group("authority"), plan_code=COUNTY, **options)


def number(serial: int, born: date = BORN, sex: str = "female") -> str:
    return fictional_number(birth_date=born + timedelta(days=serial // 400), sex=sex, serial=serial % 400)


def people(size: int, first: int = 0) -> list[tuple[str, str]]:
    """Rows of name and identity number."""
    return [(f"成员{chr(0x4E00 + serial)}", number(serial)) for serial in range(first, first + size)]


def as_csv(rows, headings=HEADINGS, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode(encoding)


def upload(agreement: Agreement, content: bytes, *, actor: User | None = None, **options) -> Roster:
    return upload_roster(
        actor=actor or make_worker(agreement.organisation),
        agreement_id=agreement.pk,
        name=options.pop("name", "roster.csv"),
        size=len(content),
        pieces=[content[at : at + 65536] for at in range(0, len(content), 65536)],
        start=options.pop("start", NOW.date()),
        key=uuid4(),
        now=NOW,
    )


def checked(agreement: Agreement, content: bytes, **options) -> Roster:
    roster = upload(agreement, content, **options)
    check_rosters(now=NOW)
    roster.refresh_from_db()
    return roster


def enrolled(agreement: Agreement, content: bytes, **options) -> Roster:
    """Uploaded by one, confirmed by another, enrolled."""
    roster = checked(agreement, content, **options)
    confirm_roster(roster_id=roster.pk, actor=make_worker(agreement.organisation), now=NOW)
    enrol_rosters(now=NOW)
    roster.refresh_from_db()
    return roster


def paid(agreement: Agreement) -> Invoice:
    """The group has paid what it owes, and the bank has said so."""
    worker = make_worker(agreement.organisation)
    invoice = make_invoice(agreement_id=agreement.pk, actor=worker, now=NOW)
    checkout = start_invoice_payment(invoice_id=invoice.pk, actor=worker, return_url="/", now=NOW)
    Checkout.objects.filter(pk=checkout.pk).update(state="paid", paid_at=NOW)
    assert settle_invoices(now=NOW) == 1
    invoice.refresh_from_db()
    return invoice
