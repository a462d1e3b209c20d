"""The runner's parts: secrets, locks, ports, storage, preparation, and the surroundings of a Django command."""

import json
import os
import runpy
import socket
import stat
import subprocess
import sys

import pytest

from config.bootstrap import ROOT
from config.embedded import layout as layout_module
from config.embedded.cluster import ClusterFailed
from config.embedded.provision import APP, OWNER
from config.runner import command, several
from config.runner import prepare as prepare_module
from config.runner.command import surroundings
from config.runner.environment import as_owner, demo_environment, demo_secrets
from config.runner.lock import RunLock
from config.runner.prepare import NotPrepared, fingerprint, prepare
from config.runner.services import binds, first_page_status, ports_taken, services
from config.runner.signals import StopSignals
from config.runner.storage import Embedded, External, embedded_storage, external_storage, forget_files
from tests.config.conftest import as_root


def test_secrets_are_made_once_for_their_owner_alone(tmp_path):
    made = demo_secrets(tmp_path / "var")
    assert demo_secrets(tmp_path / "var") == made
    assert set(made) == {"DJANGO_SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"}
    assert stat.S_IMODE((tmp_path / "var" / "secrets.json").stat().st_mode) == 0o600
    assert demo_secrets(tmp_path / "other") != made


def test_what_the_operator_names_wins_over_the_demos_own_values(tmp_path):
    environ = demo_environment({"GONGJI_HOME": str(tmp_path), "FIELD_KEYS": "mine:abc"}, port=8123)
    assert environ["FIELD_KEYS"] == "mine:abc"
    assert environ["SANDBOX_URL"] == "http://localhost:8124"
    assert environ["GONGJI_PORT"] == "8123"


def test_tables_are_changed_by_the_owner_where_one_is_named():
    assert as_owner({"DATABASE_URL": "app", "DATABASE_MIGRATION_URL": "owner"})["DATABASE_URL"] == "owner"
    assert as_owner({"DATABASE_URL": "app"})["DATABASE_URL"] == "app"


def test_one_holder_at_a_time_and_a_note_for_the_others(tmp_path):
    first, second = RunLock(tmp_path / "var", "demo"), RunLock(tmp_path / "var", "demo")
    assert second.read() == ""
    assert first.take()
    first.write("http://localhost:1")
    first.write("http://localhost:2")
    assert not second.take()
    assert second.is_held_elsewhere()
    assert second.read() == "http://localhost:2"
    first.release()
    first.release()
    assert not second.is_held_elsewhere()
    second.write("nothing, since it is not held")
    assert second.read() == "http://localhost:2"


def test_a_taken_port_is_noticed_and_nobody_answers_on_a_free_one():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert ports_taken([port]) == [port]
    assert ports_taken([port]) == []
    assert first_page_status(port) is None


def test_every_service_stays_on_this_machine(tmp_path):
    found = services(8200, tmp_path)
    assert [service.name for service in found] == ["web", "sandbox", "worker", "beat"]
    assert all(part.startswith(("--bind", "127.0.0.1:", "[::1]:")) for part in binds(8200))


class Memory:
    """Notes kept for one test."""

    def __init__(self, **notes):
        self.kept = notes

    def notes(self):
        return dict(self.kept)

    def write_notes(self, **changes):
        self.kept |= changes


@pytest.fixture
def commands(monkeypatch, tmp_path):
    """Stand-ins that write down what was run, each as a real process."""
    log = tmp_path / "run.log"

    def stand_in(*words):
        line = f"echo {' '.join(words)} $DATABASE_URL >> {log}"
        return ["sh", "-c", line]

    monkeypatch.setattr(prepare_module, "management", stand_in)
    monkeypatch.setattr(prepare_module, "several", lambda names: stand_in("several", *names))
    monkeypatch.setattr(prepare_module, "has_command", lambda name: name != "publish_texts")
    return lambda: log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def surrounding(tmp_path):
    home = tmp_path / "var"
    (home / "log").mkdir(parents=True)
    return {
        **os.environ,
        "GONGJI_HOME": str(home),
        "DATABASE_URL": "app",
        "DATABASE_MIGRATION_URL": "owner",
    }


def run_prepare(storage, environ, families=5):
    said: list[str] = []
    prepare(storage, environ, StopSignals(), families=families, say=said.append)
    return "\n".join(said)


def test_the_first_start_prepares_all_and_the_second_nothing(commands, surrounding):
    storage = Memory()
    run_prepare(storage, surrounding)
    assert commands()[:3] == [
        "migrate --no-input owner",
        "several publish_plans collectstatic --no-input --clear app",
        "load_demo --families 5 app",
    ]
    assert storage.kept["families"] == 5
    assert storage.kept["loading"] is False
    (surrounding_home(surrounding) / "static").mkdir()
    done = len(commands())
    said = run_prepare(storage, surrounding)
    assert not any("migrate" in line or "load" in line for line in commands()[done:])
    assert said == ""


def surrounding_home(environ):
    from config.runner.environment import home

    return home(environ)


def test_another_number_of_families_is_not_loaded_over_the_first(commands, surrounding):
    storage = Memory(tables=fingerprint(prepare_module.MADE_FROM), families=600)
    assert "--fresh --families 7 loads another" in run_prepare(storage, surrounding, families=7)


def test_a_step_that_fails_shows_its_output(monkeypatch, surrounding):
    failing = [sys.executable, "-c", "print('no such column'); raise SystemExit(1)"]
    monkeypatch.setattr(prepare_module, "management", lambda *words: failing)
    with pytest.raises(NotPrepared, match="no such column"):
        run_prepare(Memory(), surrounding)


def test_a_story_that_fails_is_remembered_as_half_loaded(monkeypatch, commands, surrounding):
    failing = [sys.executable, "-c", "raise SystemExit(1)"]
    story = prepare_module.management
    monkeypatch.setattr(prepare_module, "management", lambda *w: failing if w[0] == "load_demo" else story(*w))
    storage = Memory()
    with pytest.raises(NotPrepared, match="begins with an empty database"):
        run_prepare(storage, surrounding)
    assert storage.kept["loading"] is True


def test_fingerprints_follow_content(tmp_path, monkeypatch):
    monkeypatch.setattr(prepare_module, "ROOT", tmp_path)
    (tmp_path / "static").mkdir()
    empty = fingerprint(("static/**/*",))
    (tmp_path / "static" / "a.css").write_text("a")
    first = fingerprint(("static/**/*",))
    (tmp_path / "static" / "a.css").write_text("b")
    assert len({empty, first, fingerprint(("static/**/*",))}) == 3


def test_what_the_sign_in_command_says_is_kept(monkeypatch, surrounding):
    monkeypatch.setattr(prepare_module, "has_command", lambda name: True)
    monkeypatch.setattr(prepare_module, "management", lambda *w: [sys.executable, "-c", "print('parent@example.com')"])
    prepare_module.write_sign_ins(surrounding)
    prepare_module.write_sign_ins(surrounding)
    assert (surrounding_home(surrounding) / "sign-ins.txt").read_text() == "parent@example.com\n"


@pytest.mark.slow
def test_a_fresh_start_and_a_load_cut_off_begin_with_an_empty_database(tmp_path, system_home):
    storage = embedded_storage(tmp_path / "var")
    storage.start(fresh=False)
    try:
        storage.write_notes(families=600, loading=False)
        storage.keep_running()
        storage.stop()
        storage.keep_running()
        assert storage.cluster.is_running()
        storage.start(fresh=False)
        assert storage.notes()["families"] == 600
        storage.write_notes(loading=True)
        (tmp_path / "var" / "mail").mkdir()
        storage.start(fresh=False)
        assert storage.notes() == {}
        assert not (tmp_path / "var" / "mail").exists()
        assert storage.environment()["CELERY_BROKER_URL"] == "pgmq://"
    finally:
        storage.stop()


@as_root
def test_without_an_account_for_the_server_the_reason_is_given(tmp_path, system_home, monkeypatch):
    monkeypatch.setattr(layout_module, "_exists", lambda name: False)
    with pytest.raises(ClusterFailed, match="useradd"):
        embedded_storage(tmp_path / "var")


def test_thrown_away_data_takes_its_files_along_but_not_keys_and_logs(tmp_path):
    for name in ("private", "log"):
        (tmp_path / name).mkdir()
    (tmp_path / "secrets.json").write_text(json.dumps({}))
    (tmp_path / "sandbox.sqlite3").touch()
    forget_files(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"log", "secrets.json"}


def test_a_server_of_others_is_used_as_it_is():
    given = {"DATABASE_URL": "postgres://a:b@db.example:6543/portal"}
    storage = external_storage(given)
    environ = storage.environment()
    assert environ["CELERY_BROKER_URL"] == "pgmq://"
    assert set(environ["PGMQ_CONNINFO"].split()) == {
        "host=db.example",
        "port=6543",
        "user=a",
        "password=b",
        "dbname=portal",
    }
    assert storage.notes() == {}
    storage.write_notes(families=1)
    storage.keep_running()
    storage.stop()
    redis = External({**given, "CELERY_BROKER_URL": "redis://there"})
    redis.start(fresh=False)  # asks nothing of the database
    assert redis.environment()["CELERY_BROKER_URL"] == "redis://there"


@pytest.mark.slow
def test_a_server_of_others_gets_the_queue(tmp_path, system_home):
    ours = embedded_storage(tmp_path / "var")
    assert isinstance(ours, Embedded)
    ours.start(fresh=False)
    try:
        from config.embedded.provision import addresses_of

        External({"DATABASE_URL": addresses_of(ours.cluster.layout).url("postgres")}).start(fresh=False)
        with pytest.raises(ClusterFailed, match="CELERY_BROKER_URL"):
            External({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}).start(fresh=False)
    finally:
        ours.stop()


def test_the_web_server_reads_its_width_from_the_environment_and_logs_no_query(monkeypatch):
    monkeypatch.setenv("GONGJI_BIND", "0.0.0.0:80 [::]:80")
    monkeypatch.setenv("GONGJI_WEB_WORKERS", "3")
    said = runpy.run_path(str(ROOT / "config" / "gunicorn.py"))
    assert said["bind"] == ["0.0.0.0:80", "[::]:80"]
    assert said["workers"] == 3
    assert said["control_socket_disable"] is True
    assert "%(q)s" not in said["access_log_format"]
    assert "%(r)s" not in said["access_log_format"]


def test_several_commands_run_in_one_process(capsys):
    assert several.main(["check --tag translation --fail-level ERROR", "check --tag translation"]) == 0
    assert capsys.readouterr().out.count("no issues") == 2


@pytest.mark.django_db(transaction=True)
def test_migrate_comes_as_the_owner_and_protects_the_ledger_afterwards(monkeypatch):
    protected = []
    monkeypatch.setattr("config.rights.protect_append_only", lambda: protected.append(os.environ["DATABASE_URL"]))
    monkeypatch.setenv("DATABASE_URL", "app")
    monkeypatch.setenv("DATABASE_MIGRATION_URL", "owner")
    assert command.main(["manage.py", "migrate", "--no-input", "--verbosity", "0"]) == 0
    assert command.main(["manage.py", "version"]) == 0
    assert protected == ["owner"]


def test_a_django_command_keeps_the_settings_that_are_named():
    environ = {"DJANGO_SETTINGS_MODULE": "config.settings.production"}
    with surroundings("migrate", environ):
        assert environ == {"DJANGO_SETTINGS_MODULE": "config.settings.production"}


def test_a_django_command_keeps_the_database_that_is_named(tmp_path):
    environ = {"DATABASE_URL": "postgres://there/it", "GONGJI_HOME": str(tmp_path)}
    with surroundings("migrate", environ):
        assert environ["DATABASE_URL"] == "postgres://there/it"
        assert environ["DJANGO_SETTINGS_MODULE"] == "config.settings.demo"


@pytest.mark.slow
def test_a_django_command_starts_the_demos_database_for_its_own_time(tmp_path, system_home):
    environ = {"GONGJI_HOME": str(tmp_path / "var")}
    with surroundings("help", environ):
        assert OWNER in environ["DATABASE_MIGRATION_URL"]
    storage = embedded_storage(tmp_path / "var")
    assert not storage.cluster.layout.data.exists()
    environ = {"GONGJI_HOME": str(tmp_path / "var")}
    with surroundings("shell", environ):
        assert APP in environ["DATABASE_URL"]
        assert storage.cluster.is_running()
    assert not storage.cluster.is_running()
    storage.start(fresh=False)
    with surroundings("shell", {"GONGJI_HOME": str(tmp_path / "var")}):
        assert storage.cluster.is_running()
    assert storage.cluster.is_running()  # it was there before the command, and stays
    storage.stop()


@pytest.mark.slow
def test_the_one_way_in_runs_django_commands(bare_environment, tmp_path):
    environ = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/x", "GONGJI_HOME": str(tmp_path)}
    command = [sys.executable, "manage.py", "version"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.startswith("5.2"), done.stderr
