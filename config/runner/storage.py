"""The demo's database: the embedded one, or a real server named by DATABASE_URL."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg

from config.embedded.cluster import Cluster, ClusterFailed
from config.embedded.layout import NoAccount, layout_for
from config.embedded.provision import addresses_of, conninfo_of, install_queue_at, provision
from config.runner.environment import write_private

LEFT_BY_A_RUN = ("private", "mail", "sandbox.sqlite3", "sandbox.sqlite3-wal", "sandbox.sqlite3-shm", "sign-ins.txt")


NO_QUEUE = (
    "The message queue could not be made in the database you named: {problem}\n"
    "Name another broker by CELERY_BROKER_URL, or a role that may create the schema `pgmq` by PGMQ_CONNINFO."
)


class Storage(Protocol):
    """What the demo needs of a database, whichever it is."""

    def start(self, *, fresh: bool) -> None: ...
    def environment(self) -> dict[str, str]: ...
    def keep_running(self) -> None: ...
    def stop(self) -> None: ...
    def notes(self) -> dict[str, Any]: ...
    def write_notes(self, **changes: Any) -> None: ...


@dataclass
class Embedded:
    """Our own server, with notes about what has been loaded beside its data: both go together."""

    cluster: Cluster
    var: Path

    def start(self, *, fresh: bool) -> None:
        """Start or adopt; `fresh`, or a load that was cut off, begins with an empty one."""
        if fresh or self.notes().get("loading"):
            self.cluster.remove()
            self._notes_file.unlink(missing_ok=True)
            forget_files(self.var)
        self.cluster.start()
        provision(addresses_of(self.cluster.layout))

    def environment(self) -> dict[str, str]:
        return addresses_of(self.cluster.layout).environment()

    def keep_running(self) -> None:
        """Start the server again if it has died."""
        if not self.cluster.is_running():
            self.cluster.start()

    def stop(self) -> None:
        self.cluster.stop()

    @property
    def _notes_file(self) -> Path:
        return self.cluster.layout.home / "notes.json"

    def notes(self) -> dict[str, Any]:
        return json.loads(self._notes_file.read_text()) if self._notes_file.exists() else {}

    def write_notes(self, **changes: Any) -> None:
        write_private(self._notes_file, json.dumps({**self.notes(), **changes}))


@dataclass
class External:
    """A server that others run: we only make sure that the message queue has its tables."""

    given: dict[str, str]

    def start(self, *, fresh: bool) -> None:
        if self.given.get("CELERY_BROKER_URL", "pgmq://").startswith("pgmq"):
            try:
                install_queue_at(self.environment()["PGMQ_CONNINFO"])
            except psycopg.Error as problem:
                raise ClusterFailed(NO_QUEUE.format(problem=problem)) from None

    def environment(self) -> dict[str, str]:
        """The broker lives in the same database unless one is named."""
        conninfo = self.given.get("PGMQ_CONNINFO") or conninfo_of(self.given["DATABASE_URL"])
        return {"CELERY_BROKER_URL": self.given.get("CELERY_BROKER_URL", "pgmq://"), "PGMQ_CONNINFO": conninfo}

    def keep_running(self) -> None:
        """Nothing: not ours."""

    def stop(self) -> None:
        """Nothing: not ours."""

    def notes(self) -> dict[str, Any]:
        return {}

    def write_notes(self, **changes: Any) -> None:
        """Nothing is noted: the loading command looks into the database."""


def embedded_storage(var: Path) -> Embedded:
    """Raises ClusterFailed when no account can run the server."""
    try:
        return Embedded(Cluster(layout_for(var, "demo")), var)
    except (NoAccount, PermissionError) as problem:
        raise ClusterFailed(str(problem)) from None


def external_storage(environ: dict[str, str]) -> External:
    return External(dict(environ))


def forget_files(var: Path) -> None:
    """Remove what belongs to the data that is thrown away; keys and logs stay."""
    for name in LEFT_BY_A_RUN:
        path = var / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
