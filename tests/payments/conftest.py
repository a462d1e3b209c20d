import pytest

from apps.accounts.models import Role
from tests.payments.fixtures import dead_bank, sandbox

__all__ = ["dead_bank", "sandbox"]


@pytest.fixture
def treasurer(make_user):
    return make_user("treasurer@example.com", Role.TREASURER)


@pytest.fixture
def council(make_user):
    return make_user("council@example.com", Role.COUNCIL)
