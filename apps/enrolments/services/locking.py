"""The rows of covers, locked from the person down, as everywhere in this app."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import QuerySet

from apps.enrolments.models import Contribution, Cover, Lapse
from apps.members.models import Person

UNREAD = (
    "cover__plan_version__terms",
    "cover__application__answers_json",
    "cover__application__facts_json",
    "cover__place__facts_json",
)


@dataclass(frozen=True, slots=True)
class Locked:
    """Covers with all their contributions, each cover one object however many rows point at it."""

    covers: dict[int, Cover]
    contributions: dict[int, Contribution]
    open_lapses: dict[int, Lapse] = field(default_factory=dict)

    def of(self, cover: Cover) -> list[Contribution]:
        """The contributions of a cover, in the order in which they are due."""
        rows = [row for row in self.contributions.values() if row.cover_id == cover.pk]
        return sorted(rows, key=lambda row: (row.due_date, row.pk))


def lock_covers(covers: QuerySet[Cover] | Collection[int]) -> Locked:
    """Lock persons, covers and contributions, each in the order of their ids: four statements for any number."""
    ids = list(covers.values_list("pk", flat=True)) if isinstance(covers, QuerySet) else list(covers)
    people = Person.objects.filter(pk__in=Cover.objects.filter(pk__in=ids).values("person"))
    list(people.select_for_update().order_by("pk").values_list("pk", flat=True))
    cover_rows = (
        Cover.objects.filter(pk__in=ids)
        .select_for_update(of=("self",))
        .select_related("person", "application", "plan_version", "place__agreement")
        .defer(*(name.removeprefix("cover__") for name in UNREAD))
    )
    found = {cover.pk: cover for cover in cover_rows.order_by("pk")}
    contributions = {
        row.pk: row for row in Contribution.objects.filter(cover__in=ids).select_for_update().order_by("pk")
    }
    for row in contributions.values():
        row.cover = found[row.cover_id]
    lapsed = [cover.pk for cover in found.values() if cover.state == Cover.State.LAPSED]
    lapses = Lapse.objects.filter(cover__in=lapsed, end=None).select_for_update() if lapsed else ()
    return Locked(found, contributions, {lapse.cover_id: lapse for lapse in lapses})
