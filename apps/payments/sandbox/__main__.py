"""Run the sandbox bank: ``python -m apps.payments.sandbox --port 8001 --store var/sandbox.sqlite3``."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from apps.payments.sandbox.service import Service
from apps.payments.sandbox.store import Store


class Server(ThreadingMixIn, WSGIServer):
    """A thread a request: one that is answered late does not hold up the others."""

    daemon_threads = True
    request_queue_size = 128


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Account numbers and keys stay out of logs."""

    def address_string(self) -> str:
        return str(self.client_address[0])


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="sandbox bank", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one, printed on the first line")
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with make_server(options.host, options.port, Service(Store(options.store)), Server, Quiet) as server:
        print(f"http://{options.host}:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
