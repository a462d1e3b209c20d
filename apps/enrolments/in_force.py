"""The covers of a day as every claim asks for them, in one query: composing it took longer than answering it."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from apps.core.prepared import Prepared
from apps.enrolments.models import Application, Cover
from apps.enrolments.selectors import terms_of_cover
from apps.members.models import Person
from apps.plans.models import PlanVersion

QUERY = Prepared(
    "enrolments_covers_on",
    """
SELECT
    c.id, c.person_id, c.plan_version_id, c.plan_code, c.application_id, c.start, c."end" AS "end", c.state,
    c.renewed_years, c.claimed_date,
    p.name AS "person.name", p.birth_date AS "person.birth_date", p.sex AS "person.sex",
    v.content_hash AS "version.content_hash", a.facts_json AS "application.facts_json"
FROM enrolments_cover AS c
JOIN members_person AS p ON p.id = c.person_id
JOIN plans_planversion AS v ON v.id = c.plan_version_id
JOIN enrolments_application AS a ON a.id = c.application_id
WHERE c.person_id = %(person)s AND c.start <= %(day)s AND c."end" > %(day)s AND c.state IN ('active', 'lapsed', 'ended')
    AND NOT EXISTS (
        SELECT FROM enrolments_lapse
        WHERE cover_id = c.id AND start <= %(day)s AND ("end" IS NULL OR "end" > %(day)s)
    )
""",
    person="bigint",
    day="date",
)
"""``Cover.objects.paid().on(day)`` with person, terms and the facts given at joining."""
Part = TypeVar("Part", bound=Model)


def covers_on(person_id: int, day: date) -> list[Cover]:
    """The paid covers of a person that hold on a day, in the order in which their plans pay.

    They bring what deciding a claim needs; any other field is fetched when it is asked for.
    """
    with connection.cursor() as cursor:
        QUERY.ask(cursor, {"person": person_id, "day": day})
        names = [column.name for column in cursor.description or ()]
        covers = [_cover(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return sorted(covers, key=lambda cover: (terms_of_cover(cover).priority, cover.plan_code, cover.pk))


def _cover(row: dict[str, Any]) -> Cover:
    cover = _part_of(Cover, row)
    cover.person = _part_of(Person, _named("person", row, cover.person_id))
    cover.plan_version = _part_of(PlanVersion, _named("version", row, cover.plan_version_id))
    cover.application = _part_of(Application, _named("application", row, cover.application_id))
    return cover


def _named(table: str, row: dict[str, Any], row_id: int) -> dict[str, Any]:
    """The columns of one joined table, and its id."""
    return {"id": row_id} | {name.partition(".")[2]: row[name] for name in row if name.startswith(f"{table}.")}


def _part_of(model: type[Part], values: dict[str, Any]) -> Part:
    """A stored row of which some fields were read, each in the form its field gives it."""
    fields = [field for field in model._meta.concrete_fields if field.attname in values]
    read = [
        field.from_db_value(values[field.attname], None, connection)
        if hasattr(field, "from_db_value")
        else values[field.attname]
        for field in fields
    ]
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in fields], read)
