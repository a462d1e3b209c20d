"""The pictures of a what-if."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from apps.actuary.rules.effects import Bar
from apps.core.charts import DARK, LIGHT, drawn
from apps.core.display import yuan_text


def bar_label(bar: Bar) -> str:
    """``¥100 to ¥500 more``: what the people of a bar gain or lose in a year."""
    if (bar.above, bar.upto) == (-1, 0):
        return gettext("as before")
    is_gain = bar.above is not None and bar.above >= 0
    low, high = (bar.above, bar.upto) if is_gain else (_less(bar.upto), _less(bar.above))
    if high is None:
        words = gettext("more than %(low)s more") if is_gain else gettext("more than %(low)s less")
    elif not low or low == 1:
        words = gettext("up to %(high)s more") if is_gain else gettext("up to %(high)s less")
    else:
        words = gettext("%(low)s to %(high)s more") if is_gain else gettext("%(low)s to %(high)s less")
    return words % {"low": yuan_text(low, decimals=False), "high": yuan_text(high, decimals=False)}


def _less(fen: int | None) -> int | None:
    return None if fen is None else -fen


def trimmed(bars: Sequence[Bar]) -> list[Bar]:
    """Without the bars at both ends that nobody is in; "as before" always stays."""
    kept = [place for place, bar in enumerate(bars) if bar.people or (bar.above, bar.upto) == (-1, 0)]
    return list(bars[kept[0] : kept[-1] + 1])


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
    if (bar.above, bar.upto) == (-1, 0):
        return "same"
    return "more" if bar.above is not None and bar.above >= 0 else "less"
