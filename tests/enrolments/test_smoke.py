import pytest

from tests.enrolments.factories import make_cover


@pytest.mark.django_db
def test_it(now):
    c = make_cover()
    assert c.state == "active"
