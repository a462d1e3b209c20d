"""From a bare `python3` to the project's own environment; standard library only, since nothing is installed yet.

Answers: which interpreter runs this command, and are the locked requirements it needs in place?
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
OWN_ENVIRONMENT = "GONGJI_OWN_ENVIRONMENT"  # set it where an operator installs the requirements in another way


class SetupFailed(SystemExit):
    """Ends the command with a sentence that says what to do now."""


def enter(argv: Sequence[str]) -> None:
    """Return inside an environment that can run the command, making `.venv` the first time."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetupFailed("Gongji needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    command = argv[1] if len(argv) > 1 else "help"
    venv = ROOT / ".venv"
    if not stays_here(command, prefix=sys.prefix, base_prefix=sys.base_prefix, environ=os.environ):
        sets = sets_for(command)
        if not is_ready(venv, sets):
            with only_one(ROOT / ".venv.lock"):
                prepare(venv, sets)
        if Path(sys.prefix).resolve() != venv.resolve():
            python = str(python_of(venv))
            os.execv(python, [python, *argv])  # noqa: S606 - the interpreter just made, the arguments given to us
    from config.translations import compile_changed

    compile_changed(ROOT / "config" / "locale")


def stays_here(command: str, *, prefix: str, base_prefix: str, environ: Mapping[str, str]) -> bool:
    """Whether to keep this interpreter: the operator said so, or a Django command was started in a virtualenv."""
    if environ.get(OWN_ENVIRONMENT):
        return True
    return prefix != base_prefix and command not in {"demo", "verify"}


def sets_for(command: str) -> tuple[str, ...]:
    """The lock files a command needs."""
    return ("base", "dev") if command == "verify" else ("base",)


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def lock_file(name: str) -> Path:
    return ROOT / "config" / "requirements" / f"{name}.txt"


def fingerprint(name: str) -> str:
    """Changes whenever the lock file or the interpreter does."""
    digest = hashlib.sha256(lock_file(name).read_bytes())
    digest.update(repr((sys.version_info[:2], sys.implementation.name)).encode())
    return digest.hexdigest()


def marker(venv: Path, name: str) -> Path:
    return venv / f"installed-{name}.sha256"


def is_ready(venv: Path, sets: Sequence[str]) -> bool:
    """Whether every set was installed completely from the lock files of today."""
    if interrupted(venv).exists() or not python_of(venv).exists():
        return False
    return all(
        marker(venv, name).exists() and marker(venv, name).read_text().strip() == fingerprint(name) for name in sets
    )


def interrupted(venv: Path) -> Path:
    """Present only while something is being installed; found at a start, it means the last one was cut off."""
    return venv / "installing"


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Two commands started at once install once; the second waits."""
    try:
        handle = lock.open("w")
    except OSError as error:
        raise SetupFailed(
            f"Cannot write in {lock.parent} ({error.strerror}): run this as the owner of the clone."
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is preparing the environment; waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(venv: Path, sets: Sequence[str]) -> None:
    """Bring `.venv` to what the lock files say; a half-made one is made again."""
    if is_ready(venv, sets):
        return
    if interrupted(venv).exists() or not works(venv):
        make_venv(venv)
    wanted = [name for name in sets if not is_ready(venv, [name])]
    interrupted(venv).touch()
    install(venv, wanted)
    for name in wanted:
        marker(venv, name).write_text(fingerprint(name))
    interrupted(venv).unlink()


def works(venv: Path) -> bool:
    """Whether the interpreter of `.venv` starts, is of this version and has pip."""
    if not python_of(venv).exists():
        return False
    ask = "import sys, pip; print(sys.version_info[:2])"
    answer = subprocess.run([python_of(venv), "-c", ask], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == str(sys.version_info[:2])


def make_venv(venv: Path) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupFailed(missing_venv_message(sys.version_info[:2]))
    say(f"Making {venv.name} (once) ...")
    if venv.is_symlink() or venv.is_file():
        raise SetupFailed(f"{venv} is not a directory: remove it and start again.")
    shutil.rmtree(venv, ignore_errors=True)
    venv.mkdir(exist_ok=True)
    interrupted(venv).touch()
    run(
        [getattr(sys, "_base_executable", sys.executable), "-m", "venv", str(venv)],
        "Python could not make a virtual environment",
    )


def missing_venv_message(version: tuple[int, ...]) -> str:
    package = "python{}.{}-venv".format(*version)
    return (
        "This Python cannot make virtual environments, because Debian ships that part apart.\n"
        f"Install it, then start again:  apt-get install -y {package}"
    )


def install(venv: Path, names: Sequence[str]) -> None:
    """Install locked sets by uv (itself locked), three times as fast; by pip where uv cannot reach the index."""
    files = [argument for name in names for argument in ("-r", str(lock_file(name)))]
    say(f"Installing the locked requirements ({', '.join(names)}) ...")
    pip = [str(python_of(venv)), "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes"]
    quiet = ["--quiet", "--no-warn-script-location"]
    uv = venv / "bin" / "uv"
    if not uv.exists():
        subprocess.run([*pip, *quiet, "-r", str(lock_file("installer"))], check=False)
    fast = [
        str(uv),
        "pip",
        "install",
        "--python",
        str(python_of(venv)),
        "--require-hashes",
        *files,
    ]
    environ = {"UV_SYSTEM_CERTS": "1", "UV_HTTP_RETRIES": "2", **os.environ}
    if uv.exists() and subprocess.run(fast, env=environ, check=False).returncode == 0:
        return
    say("Going on with pip ...")
    run([*pip, "--no-warn-script-location", *files], "The requirements could not be installed (is PyPI reachable?)")


def run(command: Sequence[str], failure: str) -> None:
    """Run a step of the set-up with its output shown."""
    status = subprocess.run(command, check=False).returncode
    if status:
        raise SetupFailed(
            f"{failure}: the lines above say why (exit status {status}). Starting again repairs what is half done."
        )


def say(text: str) -> None:
    print(text, flush=True)
