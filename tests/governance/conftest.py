"""A full council, and a quarter closed with a surplus."""

import pytest

from apps.governance.views import accounts, acting, proposing, reading
from tests.actuary.factories import closed_quarter
from tests.conftest import NOW
from tests.enrolments.factories import make_cover
from tests.governance.factories import council


@pytest.fixture
def seats(db):
    return council()


@pytest.fixture
def close(db):
    return closed_quarter()


@pytest.fixture
def fixed_day(monkeypatch):
    """The pages' own clock stands still."""
    for module in (reading, proposing, acting, accounts):
        monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.fixture
def plan_version(db):
    return make_cover().plan_version
