"""The demo's story: told through the services it leaves balanced books, every kind of outcome, and pages that open."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.accounts.models import User
from apps.actuary.services.what_ifs import work_out
from apps.care.models import DoctorContract, FollowUp
from apps.claims.models import Claim, Decision
from apps.claims.selectors import replay
from apps.core.periods import Period
from apps.enrolments.models import Application, Cover
from apps.fund.selectors import ledger_is_balanced
from apps.payments.selectors import differences, limits_in_force
from apps.plans.models import PlanVersion
from apps.portal.demo.alliance import DOMAIN, SIGN_INS
from apps.portal.demo.families import families
from apps.portal.demo.names import Names
from apps.portal.demo.telling import first_day, is_loaded, load
from apps.referrals.models import Referral

pytestmark = pytest.mark.slow


@pytest.fixture
def story(db, now):
    days = []
    load(count=14, now=now, progress=lambda day, done, total: days.append((day, done, total)))
    return days


def test_the_story_is_whole_and_its_pages_open(story, now, client):
    assert is_loaded()
    assert story[-1][1] == story[-1][2]
    assert ledger_is_balanced()
    assert Cover.objects.filter(state="active").exists()
    assert FollowUp.objects.exists()
    assert DoctorContract.objects.exists()
    assert Claim.objects.filter(state="review").count() >= 3  # for the officer
    assert Referral.objects.filter(state="submitted").count() >= 3  # for the hospital's desk
    assert Application.objects.count() >= 14
    assert [line.kind for line in differences()] == ["paid"]  # the bank's fee, for the treasurer to explain
    assert limits_in_force().release_from_fen == 5_000_000
    for worker in SIGN_INS:
        client.force_login(User.objects.get(email=worker.email))
        page = client.get(reverse("portal:home"))
        assert page.status_code == 200
        assert worker.name in page.content.decode()
    years = Cover.objects.filter(person__user__email=f"member@{DOMAIN}").order_by("start")
    first, second = (cover.price_fen for cover in years)
    assert first == second + years[1].points_use.fen == 150_00
    assert years[1].tasks_done.exists()
    client.force_login(User.objects.get(email=f"parent@{DOMAIN}"))
    person = User.objects.get(email=f"parent@{DOMAIN}").guardianships.get().person_id
    assert client.get(reverse("portal:person", args=[person])).status_code == 200
    assert all(replay(decision) for decision in Decision.objects.all())
    for version in PlanVersion.objects.filter(covers__isnull=False).distinct():
        effect = work_out(version, Period(story[0][0], now.date()), {}, progress=lambda: None)
        assert (effect.differs, effect.paid.change, effect.gaining.people, effect.losing.people) == (0, 0, 0, 0)
    client.logout()
    assert "¥" in client.get(reverse("portal:fund")).content.decode()
    output = StringIO()
    call_command("load_demo", stdout=output)
    assert "loaded already" in output.getvalue()


def test_a_story_needs_a_family(db):
    with pytest.raises(CommandError, match="at least one family"):
        call_command("load_demo", families=0)


def test_everyone_who_can_sign_in_is_named():
    output = StringIO()
    call_command("demo_sign_ins", stdout=output)
    assert all(worker.email in output.getvalue() for worker in SIGN_INS)


def test_the_same_seed_makes_the_same_families(today):
    from random import Random

    since = first_day(today)
    assert today - since > timedelta(days=500)
    first, again = (list(families(40, since=since, until=today, names=Names(Random(7)))) for _ in range(2))
    assert first == again
    numbers = [family.identity for family in first]
    assert len(set(numbers)) == 40
    assert all(number.startswith("110000") for number in numbers)
