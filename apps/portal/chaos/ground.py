"""Where a run lives: an embedded database of its own, or one made for it on a real server; and its queue."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import psycopg
from kombu import Connection
from psycopg import sql

from config.bootstrap import ROOT
from config.embedded.cluster import SUPERUSER, Cluster, server_pid
from config.embedded.layout import layout_for
from config.embedded.provision import addresses_of, conninfo_of, install_queue_at, provision

QUEUE = "celery"
UNHURRIED_DISK = {"PGOPTIONS": "-c synchronous_commit=off"}  # tables cut off in the making are made again


class Ground(Protocol):
    restart_is: str

    def start(self) -> None: ...
    def conninfo(self) -> str: ...
    def environment(self) -> dict[str, str]: ...
    def crash(self) -> None: ...
    def stop(self) -> None: ...
    def remove(self) -> None: ...


@dataclass
class Embedded:
    """The database that ``demo`` uses, with fsync on; a restart is a crash (``-m immediate``) and recovery."""

    home: Path
    restart_is: str = "immediate shutdown and recovery of the server"
    cluster: Cluster = field(init=False)

    def __post_init__(self) -> None:
        self.cluster = Cluster(layout_for(self.home, "chaos"))

    def start(self) -> None:
        self.cluster.start()
        addresses = addresses_of(self.cluster.layout)
        provision(addresses)
        _migrate(addresses.environment() | {"DATABASE_URL": addresses.environment()["DATABASE_MIGRATION_URL"]})

    def conninfo(self) -> str:
        return addresses_of(self.cluster.layout).conninfo(SUPERUSER)

    def environment(self) -> dict[str, str]:
        return addresses_of(self.cluster.layout).environment()

    def crash(self) -> None:
        pid = server_pid(self.cluster.layout.data)
        if pid is not None:
            os.kill(pid, signal.SIGQUIT)
            _wait_for_end(pid)
        self.cluster.start()

    def stop(self) -> None:
        self.cluster.stop()

    def remove(self) -> None:
        """With the folder that root's databases have elsewhere: nobody comes back to it."""
        self.cluster.remove()
        folder = self.cluster.layout.home.parent
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(f"{folder.name}.path").unlink(missing_ok=True)


@dataclass
class Server:
    """A database made for the run on a server that others use too: instead of a restart its backends are ended."""

    url: str
    broker_url: str
    name: str
    restart_is: str = "all backends of the database terminated (pg_terminate_backend): the server is not ours to stop"

    def start(self) -> None:
        with psycopg.connect(conninfo_of(self.url), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        if self.broker_url.startswith("pgmq"):
            install_queue_at(self.conninfo())
        _migrate(self.environment())

    def conninfo(self) -> str:
        return conninfo_of(self._own_url)

    @property
    def _own_url(self) -> str:
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{self.name}"))

    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self._own_url,
            "DATABASE_MIGRATION_URL": self._own_url,
            "CELERY_BROKER_URL": self.broker_url,
            "PGMQ_CONNINFO": self.conninfo(),
        }

    def crash(self) -> None:
        with psycopg.connect(conninfo_of(self.url), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [self.name],
            )

    def stop(self) -> None:
        """Nothing: the server is not ours."""

    def remove(self) -> None:
        with psycopg.connect(conninfo_of(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))


def ground_for(home: Path, database_url: str, broker_url: str) -> Ground:
    if not database_url:
        return Embedded(home)
    return Server(database_url, broker_url or "pgmq://", f"gongji_chaos_{home.name.replace('-', '_')}")


def _migrate(environment: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--no-input", "--verbosity", "0"],
        env={**os.environ, **environment, **UNHURRIED_DISK},
        cwd=ROOT,
        check=True,
    )


def _wait_for_end(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.02)


def wipe(environment: dict[str, str]) -> None:
    """Empty the queue, and forget what workers have taken and not finished."""
    url, options = environment["CELERY_BROKER_URL"], {}
    if url.startswith("pgmq"):
        options = {"conn_string": environment["PGMQ_CONNINFO"], "init_extension": False, "pool_timeout": 2}
        url = "pgmq://localhost"
    with Connection(url, transport_options=options) as connection:
        channel: Any = connection.channel()
        channel.queue_purge(QUEUE)
        if url.startswith("redis"):
            channel.client.delete("unacked", "unacked_index")
