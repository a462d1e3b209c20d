"""Queries that a connection plans once: for those asked so often that planning them costs more than answering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.backends.utils import CursorWrapper

_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""The names of what each open connection has planned."""


class Prepared:
    """A query under a name of its own, with places ``%(place)s`` and the SQL type of each."""

    def __init__(self, name: str, text: str, **types: str) -> None:
        numbered = {place: f"${number}" for number, place in enumerate(types, start=1)}
        self._name = name
        self._plan = f"PREPARE {name} ({', '.join(types.values())}) AS {text % numbered}"
        self._execute = f"EXECUTE {name} ({', '.join(f'%({place})s' for place in types)})"

    def ask(self, cursor: CursorWrapper, values: Mapping[str, Any]) -> None:
        """Run it; the cursor then has its rows."""
        planned = _known.setdefault(connection.connection, set())
        if self._name not in planned:
            with connection.wrap_database_errors:
                connection.connection.execute(self._plan)  # outlives a rollback
            planned.add(self._name)
        cursor.execute(self._execute, values)
