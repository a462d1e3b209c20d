"""A full council, and a quarter closed with a surplus."""

import pytest

from tests.actuary.factories import closed_quarter
from tests.governance.factories import council


@pytest.fixture
def seats(db):
    return council()


@pytest.fixture
def close(db):
    return closed_quarter()
