"""One spelling of data and its fingerprint: what was locked or opened can be proved unchanged by anyone."""

from __future__ import annotations

import hashlib
import json


def canonical(data: object) -> str:
    """JSON with sorted keys, no spaces, no floats.  Raises TypeError on a float."""
    _refuse_floats(data)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def fingerprint(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_floats(data: object) -> None:
    if isinstance(data, float):
        raise TypeError(f"A float has no one spelling: {data!r}")
    if isinstance(data, dict):
        for value in data.values():
            _refuse_floats(value)
    elif isinstance(data, list | tuple):
        for value in data:
            _refuse_floats(value)
