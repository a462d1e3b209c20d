"""`manage.py demo`: the whole portal in one foreground command."""

import argparse
import os
import time
from http import HTTPStatus
from pathlib import Path

from config.embedded.cluster import ClusterFailed
from config.runner.environment import DEFAULT_PORT, demo_environment, home
from config.runner.lock import RunLock
from config.runner.prepare import NotPrepared, prepare
from config.runner.services import first_page_status, ports_taken, services
from config.runner.signals import StopRequested, StopSignals
from config.runner.storage import Storage, embedded_storage, external_storage
from config.runner.supervisor import Supervisor

STOP_SECONDS = 8
FIRST_PAGE_SECONDS = 90


def main(argv: list[str]) -> int:
    """Run the demo until Ctrl-C or SIGTERM."""
    options = parse(argv)
    began = time.monotonic()
    var = home(os.environ)
    lock = RunLock(var, "demo")
    if not lock.take():
        say(f"A demo of this clone is running already: {lock.read() or 'it is just starting'}")
        return 1
    taken = ports_taken([options.port, options.port + 1])
    if taken:
        say(f"Port {taken[0]} is in use by another program; choose another, as in  demo --port {options.port + 10}")
        return 1
    lock.write(f"http://localhost:{options.port}")
    signals = StopSignals()
    signals.listen()
    try:
        return Demo(options, var, signals, began).run()
    finally:
        lock.release()


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py demo", description="Run the whole portal with demo data.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("GONGJI_PORT", DEFAULT_PORT)))
    parser.add_argument("--fresh", action="store_true", help="throw the demo's data away and start over")
    parser.add_argument("--families", type=int, default=600, help="size of the story (default 600)")
    return parser.parse_args(argv)


class Demo:
    """One run: database, data, services, and their end."""

    def __init__(self, options: argparse.Namespace, var: Path, signals: StopSignals, began: float) -> None:
        self.options = options
        self.var = var
        self.signals = signals
        self.began = began
        self.environ = demo_environment(os.environ, port=options.port)

    def run(self) -> int:
        """Serve until asked to stop; the database stops last."""
        storage = self._storage()
        if storage is None:
            return 1
        try:
            storage.start(fresh=self.options.fresh)
            self.environ.update(storage.environment())
            prepare(storage, self.environ, self.signals, families=self.options.families, say=say)
            return self._serve(storage)
        except (ClusterFailed, NotPrepared) as problem:
            say(str(problem))
            return 1
        except StopRequested:
            say("Stopped.")
            return 0
        finally:
            storage.stop()

    def _storage(self) -> Storage | None:
        if "DATABASE_URL" not in os.environ:
            return embedded_storage(self.var)
        if self.options.fresh:
            say("--fresh empties only the embedded database; yours is named by DATABASE_URL: empty it yourself.")
            return None
        return external_storage(self.environ)

    def _serve(self, storage: Storage) -> int:
        supervisor = Supervisor(self.environ, say)
        for service in services(self.options.port, self.var):
            supervisor.start(service)
        try:
            if not self._wait_for_first_page(supervisor):
                return 1
            self._welcome()
            while not self.signals.asked:
                supervisor.watch()
                storage.keep_running()
                time.sleep(0.2)
            say("\nStopping ...")
            return 0
        finally:
            supervisor.stop(STOP_SECONDS, hurry=lambda: self.signals.insisted)
            say("Stopped.")

    def _wait_for_first_page(self, supervisor: Supervisor) -> bool:
        """Whether the first page came; if not, say why."""
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        while (status := first_page_status(self.options.port)) != HTTPStatus.OK:
            if self.signals.asked:
                raise StopRequested
            ended = [child.service for child in supervisor.children if child.has_ended]
            if ended or status is not None or time.monotonic() > deadline:
                failed = ended[0] if ended else supervisor.children[0].service
                trouble = f"answers {status}" if status and not ended else "did not start"
                say(f"{failed.name} {trouble}; the end of {failed.log}:\n{tail(failed.log)}")
                return False
            time.sleep(0.1)
        return True

    def _welcome(self) -> None:
        say(f"\nGongji is ready:  http://localhost:{self.options.port}   ({time.monotonic() - self.began:.0f} s)")
        sign_ins = self.var / "sign-ins.txt"
        if sign_ins.exists():
            say(sign_ins.read_text().rstrip())
        say(f"\nCtrl-C stops it and keeps the data.  Logs are in {self.var / 'log'}.")


def say(text: str) -> None:
    print(text, flush=True)


def tail(log: Path, count: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
