"""What money pages point at, by the names people know: claims, contributions, grants, closes, plans."""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.translation import override

from apps.accounts.models import Role
from apps.actuary.models import PeriodClose, Reopening
from apps.claims.models import Claim
from apps.claims.services import open_payments
from apps.enrolments.models import Refund
from apps.enrolments.services import leave_cover, pay_refunds
from apps.fund.models import Entry
from apps.fund.words import account_name, source_name, sources
from apps.governance.models import Line
from apps.payments.models import Order, StatementLine
from apps.payments.services import propose_for_line, propose_for_order, take_lines
from apps.portal.words import SOURCES
from tests.actuary.factories import closed_quarter, opened_again
from tests.claims.factories import make_bill
from tests.enrolments.factories import ASTHMA, make_account, make_cover
from tests.governance.factories import council, proposed
from tests.payments.factories import fact, order

pytestmark = pytest.mark.django_db
PLAN_NAME = "Road to Health for children with asthma"


@pytest.fixture
def treasurer(make_user):
    return make_user("treasurer@example.com", Role.TREASURER)


def text(client, name, *args):
    return " ".join(client.get(reverse(name, args=args)).content.decode().split())


def test_a_payment_says_which_claim_it_pays(signed_in, treasurer, now):
    bill = make_bill()
    open_payments(now=now)
    page = text(signed_in(treasurer), "payments:order", Order.objects.get().pk)
    assert f"Claim {bill.number}" in page
    assert "claims.claim" not in page


def test_a_proposal_says_which_claim_and_which_account_it_is_about(signed_in, treasurer, now):
    claim = Claim.objects.get(bill=make_bill())
    paid = order(6_000_000, source=("claims.claim", claim.pk))
    wanted = {"actor": treasurer, "reason": "compared", "now": now}
    made = propose_for_order(kind="release", order_id=paid.pk, key=uuid4(), **wanted)
    assert f"Claim {claim.bill.number}" in text(signed_in(treasurer), "payments:proposal", made.pk)
    take_lines(facts=[fact(1, paid, key="SERVICE FEE")], now=now)
    line = StatementLine.objects.get().pk
    booked_to = propose_for_line(kind="book", line_id=line, account="payable-operator", key=uuid4(), **wanted)
    assert "Owed to the operator" in text(signed_in(treasurer), "payments:proposal", booked_to.pk)


def test_contributions_and_what_is_given_back_name_the_plan(now, today):
    cover = make_cover()
    make_account(cover)
    contribution = cover.contributions.get()
    assert source_name(("enrolments.contribution", contribution.pk)) == f"Contribution for {PLAN_NAME}"
    leave_cover(cover_id=cover.pk, actor=cover.application.actor, seen_fen=180_00, now=now)
    pay_refunds(now=now)
    assert source_name(Order.objects.get().source).startswith("Refund of a contribution for Road to Health")
    assert Order.objects.get().source == ("enrolments.refund", Refund.objects.get().pk)


def test_grants_closes_and_corrections_have_their_names(treasurer, now):
    close = closed_quarter()
    name = PeriodClose.objects.get(pk=close.pk).name
    line = Line.objects.get(resolution=proposed(council(), close=close))
    assert source_name(("governance.line", line.pk)) == f"Granted by the council: Training, {line.payee}"
    assert account_name(line.account) == f"Granted by the council · {line.payee}, Training"
    assert source_name(("actuary.periodclose", close.pk)) == f"Close of {name}"
    again = Reopening.objects.get(pk=opened_again(close).pk)
    assert source_name(("actuary.reopening", again.pk)) == f"{name}, opened again"


def test_what_nobody_can_name_keeps_its_label():
    assert source_name(("tests.row", 3)) == "tests.row 3"
    assert source_name(("claims.claim", 0)) == "claims.claim 0"


def test_every_label_is_named_in_one_query_however_many_rows(django_assert_num_queries):
    for label in SOURCES:
        with django_assert_num_queries(0 if label == "payments.checkout" else 1):
            sources([(label, 10**9), (label, 10**9 + 1)])


def test_the_ledger_calls_plans_by_their_names_in_both_languages(signed_in, treasurer):
    make_cover()
    client = signed_in(treasurer)
    page = text(client, "fund:accounts")
    assert f"Contributions in advance · {PLAN_NAME}" in page
    assert f"· {ASTHMA}" not in page
    code = f"contributions-in-advance:{ASTHMA}"
    assert f"· {PLAN_NAME}" in text(client, "fund:account", code)
    entry = Entry.objects.filter(kind="contribution-received").get()
    shown = text(client, "fund:entry", entry.pk)
    assert f"Contributions in advance · {PLAN_NAME}" in shown
    assert f"Contribution for {PLAN_NAME}" in shown
    with override("zh-hans"):
        assert account_name(code).endswith(" · 哮喘儿童“健康之路”计划")
