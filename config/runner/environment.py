"""The environment variables of the demo, and the secrets it makes once."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.bootstrap import ROOT

DEFAULT_PORT = 8000


def home(environ: Mapping[str, str]) -> Path:
    """The folder of everything a running portal writes."""
    return Path(environ.get("GONGJI_HOME") or ROOT / "var").absolute()


def demo_environment(environ: Mapping[str, str], *, port: int) -> dict[str, str]:
    """What every process of the demo gets on top of `environ`, whose own values win; the database comes apart."""
    var = home(environ)
    ours = {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "GONGJI_HOME": str(var),
        "GONGJI_PORT": str(port),
        "SANDBOX_URL": f"http://localhost:{port + 1}",
        "PYTHONUNBUFFERED": "1",
        **demo_secrets(var),
    }
    return {**ours, **environ}


def demo_secrets(var: Path) -> dict[str, str]:
    """The demo's own keys, made at the first start and readable by their owner alone."""
    store = var / "secrets.json"
    if not store.exists():
        var.mkdir(parents=True, exist_ok=True)
        made = {
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": f"d1:{_random_key()}",
            "BLIND_INDEX_KEY": _random_key(),
        }
        write_private(store, json.dumps(made, indent=1))
    kept: dict[str, str] = json.loads(store.read_text())
    return kept


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, complete or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
        target.write(text)
    part.replace(path)


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def as_owner(environ: Mapping[str, str]) -> dict[str, str]:
    """The same environment for a command that changes tables."""
    return {**environ, "DATABASE_URL": environ.get("DATABASE_MIGRATION_URL") or environ["DATABASE_URL"]}
