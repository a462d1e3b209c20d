"""Tables, plans, demo data and static files: made ready before the services start, skipped when nothing has changed."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping

from config.bootstrap import ROOT
from config.runner.environment import as_owner, home
from config.runner.signals import StopSignals
from config.runner.storage import Storage
from config.runner.supervisor import run_step

MADE_FROM = ("config/requirements/base.txt", "apps/*/migrations/*.py", "apps/plans/catalogue/*.yaml")
SHOWN_FROM = ("static/**/*", "apps/*/static/**/*", "config/requirements/base.txt")


UNHURRIED_DISK = {"PGOPTIONS": "-c synchronous_commit=off"}  # a story cut off is told again from the start


class NotPrepared(Exception):
    """A step of the preparation failed; the message says which and why."""


def prepare(
    storage: Storage, environ: Mapping[str, str], signals: StopSignals, *, families: int, say: Callable[[str], None]
) -> None:
    """Bring database and static files up to date, loading the story once.  Raises NotPrepared, StopRequested."""
    step = Steps(environ, signals, say)
    notes = storage.notes()
    tables, statics = fingerprint(MADE_FROM), fingerprint(SHOWN_FROM)
    due = []
    if notes.get("tables") != tables:
        step.quietly("Preparing the tables", management("migrate", "--no-input"), owner=True)
        due += [name for name in ("publish_plans", "publish_texts") if has_command(name)]
    if notes.get("statics") != statics or not (home(environ) / "static").exists():
        due.append("collectstatic --no-input --clear")
    if due:
        step.quietly("Publishing plans, texts and static files", several(due))
        storage.write_notes(tables=tables, statics=statics)
    if "families" not in notes and has_command("load_demo"):
        storage.write_notes(loading=True)
        step.openly(f"Loading the story of {families} families", management("load_demo", "--families", str(families)))
        storage.write_notes(loading=False, families=families)
    elif notes.get("families", families) != families:
        say(f"The story of {notes['families']} families is kept; --fresh --families {families} loads another.")
    write_sign_ins(environ)


class Steps:
    """Runs management commands one after the other, each in a process of its own."""

    def __init__(self, environ: Mapping[str, str], signals: StopSignals, say: Callable[[str], None]) -> None:
        self._environ = environ
        self._signals = signals
        self._say = say
        self._log = home(environ) / "log" / "prepare.log"

    def quietly(self, title: str, command: list[str], *, owner: bool = False) -> None:
        """Run with the output in a log, shown only when it fails."""
        began = time.monotonic()
        self._log.write_bytes(b"")
        environ = as_owner(self._environ) if owner else self._environ
        if run_step(command, environ, self._signals, self._log):
            raise NotPrepared(f"{title}: failed.\n{self._log.read_text(errors='replace')[-3000:]}")
        self._say(f"{title}: {time.monotonic() - began:.1f} s")

    def openly(self, title: str, command: list[str]) -> None:
        """Run with the output, a progress bar, in the terminal."""
        self._say(f"{title} (once) ...")
        if run_step(command, {**self._environ, **UNHURRIED_DISK}, self._signals):
            raise NotPrepared(f"{title}: failed, see the lines above. Starting again begins with an empty database.")


def management(*command: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *command]


def several(commands: list[str]) -> list[str]:
    return [sys.executable, "-m", "config.runner.several", *commands]


def has_command(name: str) -> bool:
    """Whether an app of ours has this command."""
    return any(ROOT.glob(f"apps/*/management/commands/{name}.py"))


def fingerprint(patterns: Iterable[str]) -> str:
    """Changes with any file's content under the patterns."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def write_sign_ins(environ: Mapping[str, str]) -> None:
    """Keep what `demo_sign_ins` says for the welcome."""
    target = home(environ) / "sign-ins.txt"
    if target.exists() or not has_command("demo_sign_ins"):
        return
    done = subprocess.run(management("demo_sign_ins"), env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode == 0:
        target.write_text(done.stdout)
