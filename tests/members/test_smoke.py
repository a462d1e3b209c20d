import pytest

from apps.members.permissions import check_may_read
from tests.members.factories import make_person


@pytest.mark.django_db
def test_it(now):
    p = make_person()
    assert check_may_read(user=p.registered_by, person_id=p.pk, purpose="file", now=now) == "guardian"
