"""What an answer may tell: no number of people below five, and no amount that fewer than five gain or lose.

What is told adds up to totals that are told as well; so where one figure is kept back, enough others are that it
cannot be got by subtraction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar

from .effects import Bar, Both, Effect, Group, Moved, effect_data, effect_from, is_few

Key = TypeVar("Key")
MARK = "fewer_than_five_kept_back"


def told(effect: Effect) -> Effect:
    """The effect without what would tell of few people; None stands where something is kept back."""
    gaining, losing = effect.gaining, effect.losing
    is_total_told = not is_few((gaining.people or 0) + (losing.people or 0))
    bars = _told_bars(effect.bars)
    accepted = _told_number(effect.accepted)
    return replace(
        effect,
        people=None if is_few(effect.people) else effect.people,
        paid=_told_amount(effect.paid, is_total_told),
        earned=_told_amount(effect.earned, accepted.new is not None),
        accepted=accepted,
        benefits=_told_benefits(effect, is_total_told),
        groups=tuple(_told_groups(effect)),
        bars=bars,
        gaining=_told_moved(gaining, losing, sum(bar.people for bar in bars if bar.is_gain)),
        losing=_told_moved(losing, gaining, sum(bar.people for bar in bars if bar.is_loss)),
        changed={},
    )


def told_data(effect: Effect) -> dict[str, Any]:
    """What may be told of an effect, as plain data to keep or to print; ``told_from`` reads it."""
    return {**effect_data(told(effect)), MARK: True}


def told_from(data: Mapping[str, Any]) -> Effect:
    """What may be told of an effect that was kept, also of one kept whole."""
    effect = effect_from(data)
    return effect if data.get(MARK) else told(effect)


def _told_amount(both: Both, is_told: bool) -> Both:
    return both if is_told else Both(both.old, None)


def _told_number(both: Both) -> Both:
    """Two numbers of people, neither of them few, nor those they differ by."""
    old = None if is_few(both.old) else both.old
    return Both(old, None if is_few(both.new) or is_few(abs(both.change or 0)) else both.new)


def _told_moved(moved: Moved, others: Moved, seen: int) -> Moved:
    """``seen``: how many of them the bars show; where these show fewer, their number would tell who stays as before."""
    if moved.is_telling:
        return Moved(None, None, is_hidden_few=True)
    people = moved.people if seen == moved.people else None
    return Moved(people, None if others.is_telling and moved.people else moved.fen)


def kept_back(
    people: Mapping[Key, int | None],
    *,
    forced: AbstractSet[Key] = frozenset(),
    together: Callable[[Iterable[int]], int] = sum,
) -> set[Key]:
    """Which of several figures that add up to a known one must stay untold; ``people``: of how many each tells.

    The forced ones, those of few people or of an unknown number; then the next larger ones, until those kept back
    together tell of five at least.  ``together`` is ``max`` where the same person may be in several.
    """
    hidden = {key for key, number in people.items() if key in forced or number is None or is_few(number)}
    rest = sorted((key for key in people if people[key] and key not in hidden), key=lambda key: people[key] or 0)
    for key in rest:
        if not is_few(together([0, *(people[one] or 0 for one in hidden)])):
            break
        hidden.add(key)
    return hidden


def _changed(both: Both, people: int | None) -> int | None:
    """For how many people it is another amount, where that was counted or there is none."""
    return 0 if people is None and both.change == 0 else people


def _told_benefits(effect: Effect, is_total_told: bool) -> dict[str, Both]:
    changed = {code: _changed(both, effect.changed.get(code)) for code, both in effect.benefits.items()}
    hidden = kept_back(changed, together=max)
    return {
        code: _told_amount(both, code not in hidden and (is_total_told or not changed[code]))
        for code, both in effect.benefits.items()
    }


def _told_groups(effect: Effect) -> Iterator[Group]:
    """Those of five people and more; what changes for each only where it does so for as many."""
    for _kind, members in groupby(effect.groups, key=lambda group: group.kind):
        groups = {group.name: group for group in members}
        sizes = {name: group.people for name, group in groups.items()}
        small = kept_back({"": (effect.people or 0) - sum(sizes.values()), **sizes})
        changed = {name: _changed(group.paid, group.changed) for name, group in groups.items()}
        hidden = kept_back(changed, forced=small)
        for name, group in groups.items():
            if name not in small:
                yield replace(group, paid=_told_amount(group.paid, name not in hidden), changed=None)


def _told_bars(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Neighbours put together until there is nobody in a bar or five at least; none where there are fewer in all.

    Few on one side stand with those whose year stays as before, and few of these with those next to them.
    """
    same = next(bar for bar in bars if not bar.is_loss and not bar.is_gain)
    losses = _from_outside([bar for bar in bars if bar.is_loss])
    gains = _from_outside([bar for bar in reversed(bars) if bar.is_gain])
    for side in (losses, gains):
        if is_few(_people(side)):
            same = _joined(same, *side)
            side.clear()
    for side in (losses, gains):
        while is_few(same.people) and _people(side):
            same = _joined(same, side.pop())
    return () if is_few(same.people) else (*losses, same, *reversed(gains))


def _from_outside(side: Iterable[Bar]) -> list[Bar]:
    """The bars of one side: few together with the next one inward, the last few with those before them."""
    made: list[Bar] = []
    for bar in side:
        made.append(_joined(made.pop(), bar) if made and is_few(made[-1].people) else bar)
    while len(made) > 1 and is_few(made[-1].people):
        made.append(_joined(made.pop(), made.pop()))
    return made


def _people(bars: Iterable[Bar]) -> int:
    return sum(bar.people for bar in bars)


def _joined(*bars: Bar) -> Bar:
    """One bar from the lowest end to the highest."""
    low = None if any(bar.above is None for bar in bars) else min(bar.above for bar in bars if bar.above is not None)
    high = None if any(bar.upto is None for bar in bars) else max(bar.upto for bar in bars if bar.upto is not None)
    return Bar(low, high, _people(bars))
