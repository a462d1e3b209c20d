"""What the sandbox bank answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    status: str
    body: bytes = b""
    kind: str = "application/json"
    location: str = ""
    policy: str = "default-src 'none'; frame-ancestors 'none'"

    def headers(self) -> list[tuple[str, str]]:
        headers = [
            ("Content-Type", self.kind),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Content-Security-Policy", self.policy),
        ]
        return [*headers, ("Location", self.location)] if self.location else headers


def as_json(status: str, said: object) -> Reply:
    return Reply(status, json.dumps(said).encode())


def not_found() -> Reply:
    return as_json("404 Not Found", {"error": "not known here"})


def unreadable() -> Reply:
    return as_json("400 Bad Request", {"error": "the request cannot be read"})
