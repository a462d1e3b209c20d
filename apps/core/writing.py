"""Write rows of several models that name each other, and what goes with them, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model

Statement = tuple[str, Sequence[Any]]
"""SQL with places, and what fills them."""


def id_sequence(model: type[Model]) -> str:
    """The sequence that numbers a model's rows."""
    return f"{model._meta.db_table}_id_seq"


def next_values(*sequences: str) -> list[int]:
    """The next value of each sequence, one named twice answering two, in one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(["nextval(%s)"] * len(sequences)), sequences)
        return [int(value) for value in cursor.fetchone()]


def inserts(*rows: Model) -> list[Statement]:
    """The statements that insert rows in their order; from here on the rows count as stored.

    Rows that others point at have their ids already.  Values are values: no expressions, no defaults of the database.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]  # not the proxy, which looks it up anew for each value
    statements: list[Statement] = []
    for (model, has_id), group in groupby(rows, key=lambda row: (type(row), row.pk is not None)):
        fields, opening, places = _insert(model, has_id)
        values = [[field.get_db_prep_save(field.pre_save(row, True), wrapper) for field in fields] for row in group]
        statements.append((opening + ", ".join([places] * len(values)), list(chain.from_iterable(values))))
    for row in rows:
        row._state.adding, row._state.db = False, wrapper.alias
    return statements


@cache
def _insert(model: type[Model], has_id: bool) -> tuple[Sequence[Any], str, str]:
    """The fields of a new row, the statement up to its values, and the places of one row's: written out once."""
    fields = [field for field in model._meta.local_concrete_fields if has_id or not field.primary_key]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(map(_place, fields))
    opening = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608 - names of our own models
    return fields, opening, f"({places})"


def _place(field: Any) -> str:
    """Where a value stands: an array names its type."""
    return str(field.get_placeholder(None, None, connection)) if hasattr(field, "get_placeholder") else "%s"


def run_together(*statements: Statement) -> None:
    """Run statements in their order in one round trip, for what they do; what they answer is not read.

    Raises IntegrityError for the first row the database refuses.
    """
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in statements), [value for _, values in statements for value in values])
