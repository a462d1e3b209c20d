"""What other terms would have paid: ask, and answer in the background, from the real claims of the period."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import F, Q

from apps.accounts.models import User
from apps.actuary.changing import changed_terms, check_codes
from apps.actuary.errors import NotAPeriod
from apps.actuary.models import WhatIf
from apps.actuary.reading import Extract, Progress, Whole, read
from apps.actuary.rules.effects import Asked, Effect, Side, earned_fen, effect_of
from apps.actuary.rules.snapshot import canonical, fingerprint
from apps.actuary.rules.telling import told_data
from apps.audit.services import record_event
from apps.core.clock import DATABASE_CLOCK, business_day
from apps.core.jobs import ring
from apps.core.periods import Period
from apps.plans.models import PlanVersion
from apps.plans.rules import Terms, load_terms
from apps.plans.rules.batch import completed_years, decide_columns, price_columns

logger = logging.getLogger(__name__)
STEPS = 6
STALE = timedelta(minutes=5)
MOST_TRIES = 3
LABEL = "actuary.whatif"
TO_TAKE_UP = Q(state=WhatIf.State.WAITING) | Q(state=WhatIf.State.RUNNING, beat_at__lt=DATABASE_CLOCK - STALE)


@transaction.atomic
def ask_what_if(
    *,
    actor: User,
    version_id: int,
    since: date,
    until: date,
    changes: Mapping[str, Any],
    title: str,
    key: UUID,
    now: datetime,
) -> WhatIf:
    """Ask what changed parameters would have paid in ``[since, until)``; the same key answers the first question.

    Raises NotAPeriod, ChangeUnusable (its ``field`` is the parameter) or one of its kinds.
    """
    asked = WhatIf.objects.filter(key=key).first()
    if asked:
        return asked
    if not since < until <= business_day(now) + timedelta(days=1):
        raise NotAPeriod
    version = PlanVersion.objects.get(pk=version_id)
    changed_terms(version, changes)
    check_codes(version, changes)
    asked, is_new = WhatIf.objects.get_or_create(
        key=key,
        defaults={
            "title": title,
            "plan_version": version,
            "since": since,
            "until": until,
            "changes": dict(changes),
            "asked_by": actor,
            "asked_at": now,
            "beat_at": now,
        },
    )
    if is_new:
        record_event(actor_id=actor.pk, action="what-if.asked", target=(LABEL, asked.pk), now=now)
    ring("actuary.answer_what_ifs")
    return asked


def answer_what_ifs(*, now: datetime) -> int:
    """Answer what is waiting, and what a worker left in the middle; how many were answered."""
    return sum(
        answer(what_if_id=pk, now=now) for pk in list(WhatIf.objects.filter(TO_TAKE_UP).values_list("pk", flat=True))
    )


def answer(*, what_if_id: int, now: datetime) -> bool:
    """Answer one question unless somebody else is at it; False too where it could not be answered.

    Not inside a transaction: others see it move on, step by step.
    """
    if not _claim(what_if_id):
        return False
    asked = WhatIf.objects.select_related("plan_version").get(pk=what_if_id)
    if asked.tries > MOST_TRIES:  # workers died over it
        return _give_up(what_if_id, WhatIf.State.FAILED)
    try:
        effect = work_out(asked.plan_version, asked.period, asked.changes, progress=lambda: _beat(what_if_id))
    except Exception:
        logger.exception("What-if %s could not be worked out", what_if_id)
        return _give_up(what_if_id, WhatIf.State.FAILED if asked.tries >= MOST_TRIES else WhatIf.State.WAITING)
    return _keep(asked, effect, now)


def _claim(what_if_id: int) -> bool:
    """Take it up, if it waits or was left in the middle."""
    mine = WhatIf.objects.filter(TO_TAKE_UP, pk=what_if_id)
    running = {"state": WhatIf.State.RUNNING, "beat_at": DATABASE_CLOCK, "steps_done": 0, "tries": F("tries") + 1}
    return bool(mine.update(**running))


def _give_up(what_if_id: int, state: WhatIf.State) -> bool:
    WhatIf.objects.filter(pk=what_if_id, state=WhatIf.State.RUNNING).update(state=state)
    return False


def _beat(what_if_id: int) -> None:
    WhatIf.objects.filter(pk=what_if_id).update(steps_done=F("steps_done") + 1, beat_at=DATABASE_CLOCK)


@transaction.atomic
def _keep(asked: WhatIf, effect: Effect, now: datetime) -> bool:
    result = {"effect": told_data(effect), "plan": asked.plan_version.content_hash, "changes": asked.changes}
    mine = WhatIf.objects.filter(pk=asked.pk, state=WhatIf.State.RUNNING)
    is_kept = mine.update(
        state=WhatIf.State.DONE,
        steps_done=STEPS,
        result=result,
        result_hash=fingerprint(canonical(result)),
        answered_at=now,
    )
    if is_kept:
        detail = {"people": effect.people, "claims": effect.claims}
        record_event(actor_id=None, action="what-if.answered", target=(LABEL, asked.pk), now=now, detail=detail)
    return bool(is_kept)


def work_out(version: PlanVersion, period: Period, changes: Mapping[str, Any], *, progress: Progress) -> Effect:
    """Decide the period's claims under the terms as they are and as they might be.  Raises ChangeUnusable.

    Every claim of a cover is decided, so that deductibles and limits stand as they stood; those of the period count.
    """
    old, new = load_terms(version.terms), changed_terms(version, changes)
    is_joining_the_same = new.joining == old.joining
    old = replace(old, joining=())  # these people have joined
    new = replace(new, joining=()) if is_joining_the_same else new
    extract = read(version.pk, period, facts=old.facts_asked | new.facts_asked, progress=progress)
    price = extract.price if new.price == old.price else _lowered(new, extract)
    before = _side(old, extract, extract.price, period)
    progress()
    after = _side(new, extract, price, period)
    progress()
    return effect_of(_asked(extract, period), before, after)


def _lowered(terms: Terms, extract: Extract) -> Whole:
    """What each pays at other prices: the points used take off what they took off."""
    price: Whole = np.maximum(price_columns(terms, extract.year.people) - extract.discount, 0)
    return price


def _side(terms: Terms, extract: Extract, price: Whole, period: Period) -> Side:
    made, people = decide_columns(terms, extract.year), extract.year.people
    earned = earned_fen(price, people.start, extract.end, period.start.toordinal(), period.end.toordinal())
    return Side(made.benefits, np.where(made.is_accepted, earned, 0), made.is_accepted)


def _asked(extract: Extract, period: Period) -> Asked:
    people, claims = extract.year.people, extract.year.claims
    return Asked(
        person=claims.person,
        counts=(claims.date >= period.start.toordinal()) & (claims.date < period.end.toordinal()),
        decided_fen=extract.paid,
        age=completed_years(people.born, people.start),
        sex=people.sex.where(lambda sex: sex == "male").astype(np.int64),
        renewed_years=people.renewed_years,
    )
