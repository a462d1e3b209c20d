"""The tags and filters of the look; docs/look.md shows a line to copy for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import cycle
from typing import Any

from django import template
from django.forms import BaseForm
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import _render_icon

from apps.core import display, tables

register = template.Library()
register.tag("table", tables.parse_table)
register.tag("row", tables.parse_row)
register.tag("cell", tables.parse_cell)
register.filter("main", tables.main)
register.filter("num", tables.num)
register.filter("quiet", tables.quiet)

ICONS = {"ok": "circle-check", "wait": "clock", "warn": "triangle-alert", "stop": "circle-x", "": "circle"}
ICONS["info"] = "info"


@register.filter
def yuan(amount: Any) -> str:
    """``{{ claim.paid_fen|yuan }}`` -> ¥1,234.56"""
    return display.yuan_text(amount)


@register.filter
def yuan_round(amount: Any) -> str:
    """``{{ fund.total_fen|yuan_round }}`` -> ¥1,235, for large figures only"""
    return display.yuan_text(amount, decimals=False)


@register.filter
def yuan_signed(amount: int) -> str:
    """``{{ effect.paid.change|yuan_signed }}`` -> +¥12.00, −¥12.00 or ¥0.00"""
    return f"+{display.yuan_text(amount)}" if amount > 0 else display.yuan_text(amount)


@register.filter
def count(number: int) -> str:
    """``{{ roster.rows|count }}`` -> 1,000,000"""
    return f"{number:,}"


@register.filter
def percent(ratio: Decimal | Fraction | float | None, decimals: int = 1) -> str:
    """``{{ rate|percent }}`` -> 62.5%"""
    return display.percent_text(ratio, decimals)


@register.filter
def here(words: display.InBothLanguages) -> str:
    """``{{ terms.name|here }}`` -> the text in the language of the page"""
    return display.in_language(words)


@register.filter
def day(value: date | None) -> str:
    """``{{ claim.service_date|day }}`` -> 23 Nov 2026, or 2026年11月23日"""
    return display.day_text(value)


@register.filter
def moment(value: datetime | None) -> str:
    """``{{ event.at|moment }}`` -> 23 Nov 2026, 14:05"""
    return display.moment_text(value)


@register.simple_tag
def money(amount: Any, size: str = "") -> SafeString:
    """An amount that stands out: ``{% money total_fen "large" %}``"""
    return format_html('<span class="money {}">{}</span>', size, display.yuan_text(amount))


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """A Lucide icon: decoration unless it has a label."""
    return _drawn(name, size, str(label))


@lru_cache(maxsize=512)
def _drawn(name: str, size: int, label: str) -> SafeString:
    meaning = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return mark_safe(_render_icon(name, size, focusable="false", **{"class": "icon"}, **meaning))  # noqa: S308 - packaged SVG


@register.simple_tag
def chip(tone: str, text: str, name: str = "") -> SafeString:
    """A status in words, with colour and icon: tone is ok, wait, warn, stop, info or empty."""
    return format_html(
        '<span class="chip {}">{}<span>{}</span></span>',
        tone and f"is-{tone}",
        icon(name or ICONS.get(tone, "circle"), 16),
        text,
    )


@register.simple_tag(takes_context=True)
def form(context: Context, form: BaseForm, **options: Any) -> SafeString:
    """A whole form: ``{% form form submit=_("Save") %}``; options: action, cancel, draft, note, danger, name."""
    values = {"form": form, "csrf_token": context.get("csrf_token"), **options}
    return mark_safe(render_to_string("components/form/form.html", values))  # noqa: S308 - own template


@register.simple_tag
def steps(current: int, *labels: str) -> SafeString:
    """Where a person is in a wizard: ``{% steps 2 _("Child") _("Consent") _("Covenant") %}``"""
    names: Sequence[str] = labels[0] if len(labels) == 1 and not isinstance(labels[0], str) else labels
    values = {"current": current, "names": names, "total": len(names), "name": names[current - 1]}
    return mark_safe(render_to_string("components/steps.html", values))  # noqa: S308 - own template


@register.simple_tag
def stacked_bar(
    parts: Iterable[tuple[str, int]], label: str = "", kind: str = "yuan", tones: str = "123456"
) -> SafeString:
    """Shares of a whole as one bar with a legend in words; parts are (label, value), values not negative."""
    rows = [(str(name), int(getattr(value, "fen", value))) for name, value in parts]
    whole, start, bars = sum(value for _, value in rows) or 1, 0, []
    for tone, (name, value) in zip(cycle(tones), rows, strict=False):
        bars.append(
            {
                "x": start * 1000 // whole,
                "width": max(1, value * 1000 // whole) if value else 0,
                "tone": tone,
                "name": name,
                "text": display.yuan_text(value) if kind == "yuan" else f"{value:,}",
                "share": display.percent_text(Fraction(value, whole)),
            }
        )
        start += value
    return mark_safe(render_to_string("components/stacked_bar.html", {"bars": bars, "label": label}))  # noqa: S308


def _block(name: str, content: str, values: dict[str, Any]) -> SafeString:
    return mark_safe(render_to_string(f"components/{name}.html", {**values, "content": content}))  # noqa: S308


@register.simple_block_tag
def card(content: str, title: str = "", **options: Any) -> SafeString:
    """A group of its own: ``{% card title=_("Cover") %}...{% endcard %}``; options: level, url, link, tone."""
    return _block("card", content, {"title": title, **options})


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: str = "") -> SafeString:
    """Something to know on this page: ``{% notice "warn" title=_("...") %}...{% endnotice %}``"""
    return _block("notice", content, {"tone": tone, "title": title, "icon": ICONS.get(tone, "info")})


@register.simple_block_tag(takes_context=True)
def confirm(context: Context, content: str, **options: Any) -> SafeString:
    """Say yes before it happens; options: title, action, submit, cancel, danger, key."""
    return _block("confirm", content, {"csrf_token": context.get("csrf_token"), **options})


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """Pairs of word and value: ``{% facts %}{% fact _("Born") %}...{% endfact %}{% endfacts %}``"""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, content)


@register.simple_block_tag
def stats(content: str) -> SafeString:
    """A row of figures: ``{% stats %}{% stat _("Open fund") fen|yuan %}{% endstats %}``"""
    return format_html('<dl class="stats">{}</dl>', content)


@register.simple_tag
def stat(label: str, value: Any, note: str = "") -> SafeString:
    detail = format_html('<dd class="stat-note">{}</dd>', note) if note else ""
    return format_html('<div class="stat"><dt>{}</dt><dd>{}</dd>{}</div>', label, value, detail)


@register.simple_block_tag
def timeline(content: str) -> SafeString:
    """What happened, newest first: ``{% timeline %}{% event ... %}{% endevent %}{% endtimeline %}``"""
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_block_tag
def event(content: str, title: str, when: str = "", tone: str = "", name: str = "") -> SafeString:
    values = {"title": title, "when": when, "tone": tone, "icon": name or ICONS.get(tone, "circle")}
    return _block("event", content, values)
