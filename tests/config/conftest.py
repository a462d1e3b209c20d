"""What the tests of the runner share: a home of their own and an embedded server in it."""

import os
import shutil

import pytest

from config.embedded import layout as layout_module
from config.embedded.cluster import Cluster
from config.embedded.layout import layout_for

NAMES = (
    *("DATABASE_URL", "DATABASE_MIGRATION_URL", "CELERY_BROKER_URL", "PGMQ_CONNINFO", "DJANGO_SETTINGS_MODULE"),
    *("DJANGO_SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "GONGJI_HOME", "GONGJI_PORT", "SANDBOX_URL"),
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account for the server")


@pytest.fixture
def bare_environment(monkeypatch, tmp_path):
    """An environment that names nothing of Gongji's but a home in the test's own folder."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GONGJI_HOME", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def system_home(monkeypatch):
    """Where root's servers keep data, for this test only: short, and open to the account that runs them."""
    home = layout_module.SYSTEM_HOME.with_name(f"gongji-test-{os.getpid()}")
    monkeypatch.setattr(layout_module, "SYSTEM_HOME", home)
    yield home
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def cluster(tmp_path, system_home):
    """A server that is not started yet."""
    cluster = Cluster(layout_for(tmp_path / "var", "t"), durable=False)
    yield cluster
    cluster.stop()
