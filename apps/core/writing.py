"""Write rows of several models that name each other, and what goes with them, in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Model
from django.db.models.sql import InsertQuery

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


def insert_together(*rows: Model) -> None:
    """Insert rows in their order in one round trip; those that others point at have their ids already.

    Raises IntegrityError for the first row the database refuses.
    """
    run_together(*inserts(*rows))


def inserts(*rows: Model) -> list[Statement]:
    """The statements that insert rows in their order; from here on the rows count as stored."""
    statements: list[Statement] = []
    for (model, has_id), group in groupby(rows, key=lambda row: (type(row), row.pk is not None)):
        query = InsertQuery(model)
        fields = [field for field in model._meta.local_concrete_fields if has_id or not field.primary_key]
        query.insert_values(fields, list(group))
        statements += query.get_compiler(connection=connection).as_sql()
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return statements


def run_together(*statements: Statement) -> None:
    """Run statements in their order in one round trip, for what they do; what they answer is not read."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _ in statements), [value for _, values in statements for value in values])
