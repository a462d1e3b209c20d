"""What beat rings every hour does its work with the real clock."""

from datetime import timedelta

import pytest

from apps.care.tasks import open_due_windows
from apps.core import clock
from apps.referrals.models import Referral
from apps.referrals.tasks import sweep
from tests.care.factories import follow_up_task, make_patient
from tests.enrolments.factories import make_cover
from tests.referrals.factories import bring_to, make_hospital, make_referral

pytestmark = pytest.mark.django_db


def test_a_cover_that_came_later_gets_its_follow_up():
    contract = make_patient(is_covered=False, now=clock.now())
    make_cover(contract.person, now=clock.now())
    assert open_due_windows() == 1
    assert follow_up_task(contract).programme == "asthma"


def test_a_missed_appointment_is_marked():
    hospital, earlier = make_hospital(), clock.now() - timedelta(days=60)
    referral = bring_to(make_referral(hospital, now=earlier), hospital, "book", earlier)
    assert sweep() == 1
    assert Referral.objects.get(pk=referral.pk).state == "no-show"
