"""The pictures of a what-if."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from apps.actuary.rules.effects import Bar
from apps.core.charts import DARK, LIGHT, drawn
from apps.core.display import yuan_text


def bar_label(bar: Bar) -> str:
    """``¥100 to ¥500 more``: what the people of a bar gain or lose in a year."""
    if not bar.is_gain and not bar.is_loss:
        return _label_of_same(bar)
    is_gain = bar.is_gain
    low, high = (bar.above, bar.upto) if is_gain else (_less(bar.upto), _less(bar.above))
    if high is None:
        words = gettext("more than %(low)s more") if is_gain else gettext("more than %(low)s less")
    elif not low or low == 1:
        words = gettext("up to %(high)s more") if is_gain else gettext("up to %(high)s less")
    else:
        words = gettext("%(low)s to %(high)s more") if is_gain else gettext("%(low)s to %(high)s less")
    return words % {"low": yuan_text(low, decimals=False), "high": yuan_text(high, decimals=False)}


def _label_of_same(bar: Bar) -> str:
    """Of those whose year stays as it was, alone or with others beside them."""
    less, more = _less(bar.above), bar.upto
    if (less, more) == (1, 0):
        return gettext("as before")
    if more == 0:
        words = gettext("as before or up to %(high)s less") if less else gettext("as before or less")
        return words % {"high": yuan_text(less, decimals=False)}
    if less == 1:
        words = gettext("as before or up to %(high)s more") if more else gettext("as before or more")
        return words % {"high": yuan_text(more, decimals=False)}
    return gettext("as before, more or less")


def _less(fen: int | None) -> int | None:
    return None if fen is None else -fen


def trimmed(bars: Sequence[Bar]) -> list[Bar]:
    """Without the bars at both ends that nobody is in; "as before" always stays."""
    kept = [place for place, bar in enumerate(bars) if bar.people or not (bar.is_gain or bar.is_loss)]
    return list(bars[kept[0] : kept[-1] + 1]) if kept else []


def change_chart(bars: Sequence[Bar], *, is_dark: bool = False) -> str:
    """How many people gain and lose how much in a year, losers first, as SVG."""
    import altair

    theme = DARK if is_dark else LIGHT
    rows = [{"change": bar_label(bar), "people": bar.people, "side": _side(bar)} for bar in trimmed(bars)]
    colours = altair.Scale(domain=["less", "same", "more"], range=[theme.bad, theme.same, theme.good])
    data = {"values": rows}
    base = altair.Chart(data, width=440, height=26 * len(rows)).encode(
        y=altair.Y("change:N", sort=None, title=None),
        x=altair.X("people:Q", title=gettext("people"), axis=altair.Axis(tickMinStep=1, format="d")),
    )
    drawn_bars = base.mark_bar(cornerRadius=2).encode(color=altair.Color("side:N", scale=colours, legend=None))
    numbers = base.mark_text(align="left", dx=6, color=theme.ink, fontSize=14).encode(text="people:Q")
    return drawn(drawn_bars + numbers, theme)


def _side(bar: Bar) -> str:
    if bar.is_gain:
        return "more"
    return "less" if bar.is_loss else "same"
