"""Write new and changed rows of several models, and what goes with them, in one round trip."""

from __future__ import annotations

import re
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


def updates(names: Sequence[str], *rows: Model) -> list[Statement]:
    """The statement that stores the named fields of rows of one model, each found by its id; none for no rows.

    Raises ValueError for a row without an id, two of one id, rows of two models, or a row that names an unsaved one.
    """
    if not rows:
        return []
    ids = {(type(row), row.pk) for row in rows if row.pk is not None}
    if len(ids) < len(rows) or len({model for model, _ in ids}) > 1:
        raise ValueError("rows of one model are wanted, each once and stored already")
    fields, opening, places, closing = _update(type(rows[0]), tuple(names))
    for row in rows:
        row._prepare_related_fields_for_save("updates", fields[1:])  # type: ignore[attr-defined]  # as bulk_update does
    wrapper = connections[DEFAULT_DB_ALIAS]
    values = [field.get_db_prep_save(field.pre_save(row, False), wrapper) for row in rows for field in fields]
    return [(opening + ", ".join([places] * len(rows)) + closing, values)]


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[Sequence[Any], str, str, str]:
    """The id and the fields to be stored, and the statement before, for and after each row's values."""
    fields = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in fields]  # type: ignore[union-attr]
    stored = ", ".join(f"{column} = new.{column}" for column in columns[1:])
    opening = f"UPDATE {quote(model._meta.db_table)} AS old SET {stored} FROM (VALUES "  # noqa: S608 - our own names
    closing = f") AS new ({', '.join(columns)}) WHERE old.{columns[0]} = new.{columns[0]}"
    return fields, opening, f"({', '.join(map(_typed, fields))})", closing


def _typed(field: Any) -> str:
    """A value of the field's type but without its length: a cast to ``varchar(8)`` would cut off what is too long."""
    return "%s::" + re.sub(r"\(.*?\)", "", field.db_type(connection))


def _place(field: Any) -> str:
    """Where a value stands: an array names its type."""
    return str(field.get_placeholder(None, None, connection)) if hasattr(field, "get_placeholder") else "%s"


def run_together(*statements: Statement) -> None:
    """Run statements in their order in one round trip, for what they do; what they answer is not read.

    Raises IntegrityError for the first row the database refuses.
    """
    if not statements:
        return
    with connection.cursor() as cursor:
        cursor.execute("; ".join(cursor.mogrify(sql, values) for sql, values in statements))
