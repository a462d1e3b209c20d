"""Entering the project: which interpreter, and when something must be installed."""

import os
import subprocess
import sys
import threading
import time

import pytest

from config import bootstrap
from config.bootstrap import (
    fingerprint,
    interrupted,
    is_ready,
    make_venv,
    marker,
    missing_venv_message,
    only_one,
    prepare,
    python_of,
    sets_for,
    stays_here,
    works,
)


@pytest.fixture
def locks(monkeypatch, tmp_path):
    """Lock files of our own that require nothing, so that pip really runs and needs no network."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name in ("base", "dev", "installer"):
        (folder / f"{name}.txt").write_text(f"# {name}\n")
    monkeypatch.setattr(bootstrap, "lock_file", lambda name: folder / f"{name}.txt")
    return folder


@pytest.fixture
def ready(locks, tmp_path):
    """A virtual environment that looks completely installed."""
    venv = tmp_path / ".venv"
    python_of(venv).parent.mkdir(parents=True)
    python_of(venv).symlink_to(sys.executable)
    for name in ("base", "dev"):
        marker(venv, name).write_text(fingerprint(name))
    return venv


@pytest.mark.parametrize(
    ("command", "prefix", "environ", "stays"),
    [
        ("demo", "/usr", {}, False),
        ("demo", "/elsewhere", {}, False),
        ("verify", "/elsewhere", {}, False),
        ("shell", "/usr", {}, False),
        ("shell", "/elsewhere", {}, True),
        ("shell", "/usr", {"GONGJI_OWN_ENVIRONMENT": "1"}, True),
        ("demo", "/usr", {"GONGJI_OWN_ENVIRONMENT": "1"}, True),
    ],
)
def test_only_a_django_command_in_a_virtualenv_or_the_operators_word_keeps_the_interpreter(
    command, prefix, environ, stays
):
    assert stays_here(command, prefix=prefix, base_prefix="/usr", environ=environ) is stays


@pytest.mark.parametrize(
    ("command", "sets"), [("demo", ("base",)), ("migrate", ("base",)), ("verify", ("base", "dev"))]
)
def test_only_verify_needs_the_development_set(command, sets):
    assert sets_for(command) == sets


def test_a_complete_environment_needs_nothing(ready):
    assert is_ready(ready, ("base", "dev"))


def test_a_changed_lock_file_asks_for_an_installation(ready, locks):
    (locks / "dev.txt").write_text("# another\n")
    assert is_ready(ready, ("base",))
    assert not is_ready(ready, ("base", "dev"))


def test_an_installation_cut_off_is_not_trusted(ready):
    interrupted(ready).touch()
    assert not is_ready(ready, ("base",))


def test_an_interpreter_that_is_gone_is_noticed(ready):
    python_of(ready).unlink()
    python_of(ready).symlink_to("/nowhere/python3")
    assert not is_ready(ready, ("base",))
    assert not works(ready)


def test_nothing_runs_where_everything_is_ready(ready):
    before = sorted(ready.rglob("*"))
    prepare(ready, ("base",))
    assert sorted(ready.rglob("*")) == before


@pytest.mark.slow
def test_a_half_made_environment_is_made_again_and_filled(locks, tmp_path):
    venv = tmp_path / ".venv"
    python_of(venv).parent.mkdir(parents=True)
    python_of(venv).write_text("half a file")
    (venv / "rest").touch()
    interrupted(venv).touch()
    prepare(venv, ("base",))
    assert is_ready(venv, ("base",))
    assert works(venv)
    assert not (venv / "rest").exists()
    assert not interrupted(venv).exists()
    prepare(venv, ("base", "dev"))
    assert is_ready(venv, ("dev",))


@pytest.mark.slow
def test_requirements_that_cannot_be_had_end_with_a_sentence_and_are_tried_again(locks, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    (locks / "base.txt").write_text("no-such-thing==1 --hash=sha256:" + "0" * 64 + "\n")
    venv = tmp_path / ".venv"
    with pytest.raises(SystemExit, match="could not be installed"):
        prepare(venv, ("base",))
    assert interrupted(venv).exists()
    assert not is_ready(venv, ("base",))


def test_the_missing_part_of_debians_python_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt-get install -y python3\.\d+-venv"):
        make_venv(tmp_path / ".venv")
    assert "python3.11-venv" in missing_venv_message((3, 11))


def test_a_file_in_the_place_of_the_environment_is_not_deleted(tmp_path):
    (tmp_path / ".venv").write_text("mine")
    with pytest.raises(SystemExit, match="not a directory"):
        make_venv(tmp_path / ".venv")
    assert (tmp_path / ".venv").read_text() == "mine"


def test_two_commands_install_one_after_the_other(tmp_path, capsys):
    seen = []

    def second():
        with only_one(tmp_path / "lock"):
            seen.append("second")

    with only_one(tmp_path / "lock"):
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.3)
        seen.append("first")
    other.join()
    assert seen == ["first", "second"]
    assert "waiting" in capsys.readouterr().out


def test_a_clone_that_is_not_ours_says_so(tmp_path):
    with pytest.raises(SystemExit, match="as the owner of the clone"), only_one(tmp_path / "missing" / "lock"):
        pytest.fail("must not come here")


def test_an_old_python_is_told_which_one_is_needed(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"Python 3\.11"):
        bootstrap.enter(["manage.py", "demo"])


def test_a_bare_interpreter_goes_on_inside_the_environment(monkeypatch, ready, tmp_path):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    started = []
    monkeypatch.setattr(os, "execv", lambda path, arguments: started.append((path, arguments)))
    monkeypatch.delenv(bootstrap.OWN_ENVIRONMENT, raising=False)
    bootstrap.enter(["manage.py", "demo", "--fresh"])
    assert started == [(str(python_of(ready)), [str(python_of(ready)), "manage.py", "demo", "--fresh"])]


def test_the_first_start_prepares_the_environment(monkeypatch, locks, tmp_path):
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    prepared = []
    monkeypatch.setattr(bootstrap, "prepare", lambda venv, sets: prepared.append(sets))
    monkeypatch.setattr(os, "execv", lambda path, arguments: None)
    monkeypatch.delenv(bootstrap.OWN_ENVIRONMENT, raising=False)
    bootstrap.enter(["manage.py", "verify"])
    assert prepared == [("base", "dev")]


def test_the_bootstrap_needs_only_the_standard_library():
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, '.'); import config.bootstrap"],
        cwd=bootstrap.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
