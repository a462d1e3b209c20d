"""The sandbox bank for whoever pays a contribution here, and a place of each test's own for rosters."""

import pytest

from tests.payments.fixtures import sandbox

__all__ = ["sandbox"]


@pytest.fixture(autouse=True)
def own_vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
