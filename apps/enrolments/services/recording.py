"""What a piece of work on many covers has changed, stored together: a handful of statements, however many covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Model

from apps.audit.models import Event
from apps.audit.services import new_event, record_events
from apps.core.writing import run_together, updates
from apps.enrolments.models import Contribution, Cover, Lapse, Receipt, Refund
from apps.enrolments.selectors import addressees, terms_of_cover
from apps.fund.services import Draft, post_entries
from apps.reminders.services import News, remind

COVER_FIELDS = ("start", "end", "renewed_years", "state", "ending")
CONTRIBUTION_FIELDS = (
    *("amount_fen", "received_fen", "state", "paid_date", "period_start", "period_end", "due_date", "grace_until"),
)
LAPSE_FIELDS = ("end", "reinstated_at")


@dataclass(slots=True)
class Changes:
    """Rows changed in memory and what follows from it; ``record`` stores all of it in the caller's transaction."""

    now: datetime
    actor_id: int | None = None
    receipts: list[Receipt] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    new_lapses: list[Lapse] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    told: list[tuple[Cover, str, dict[str, object], str]] = field(default_factory=list)
    _changed: dict[tuple[type[Model], int], Model] = field(default_factory=dict)

    def change(self, *rows: Cover | Contribution | Lapse) -> None:
        """Remember rows to be stored, each once."""
        for row in rows:
            self._changed[type(row), row.pk] = row

    def note(self, action: str, cover: Cover, **detail: object) -> None:
        """An event of a cover."""
        target = ("enrolments.cover", cover.pk)
        self.events.append(new_event(actor_id=self.actor_id, action=action, target=target, now=self.now, detail=detail))

    def tell(self, cover: Cover, kind: str, *, key: str, **parameters: object) -> None:
        """News for the family of the cover."""
        self.told.append((cover, kind, {**words(cover), **parameters}, key))

    def record(self) -> None:
        """Store everything."""
        _insert(Receipt, self.receipts)
        _insert(Refund, self.refunds)
        _insert(Lapse, self.new_lapses)
        _update(Contribution, CONTRIBUTION_FIELDS, self._changed)
        _update(Cover, COVER_FIELDS, self._changed)
        _update(Lapse, LAPSE_FIELDS, self._changed)
        post_entries(*self.drafts, now=self.now)
        if self.events:
            record_events(*self.events)
        if self.told:
            readers = addressees(cover for cover, *_ in self.told)
            told = [one for one in self.told if readers[one[0].pk]]
            remind(*(News(readers[cover.pk], kind, said, key=key) for cover, kind, said, key in told), now=self.now)


def _insert(model: type[Model], rows: Iterable[Model]) -> None:
    if rows:
        model._default_manager.bulk_create(rows)


def _update(model: type[Model], names: tuple[str, ...], changed: Mapping[tuple[type[Model], int], Model]) -> None:
    rows = [row for (kind, _pk), row in changed.items() if kind is model]
    if rows:
        run_together(*updates(names, *rows))


def words(cover: Cover) -> dict[str, object]:
    """Person and plan, as news name them."""
    name = terms_of_cover(cover).name
    return {"person": cover.person.name, "plan": {"zh": name.zh, "en": name.en}}
