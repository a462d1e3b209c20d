"""Charts as SVG: described with Altair, drawn once for each content, kept as files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import altair

FONT = "Noto Sans, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a chart on the light or the dark page (static/css/tokens.css)."""

    ink: str
    quiet: str
    line: str
    good: str
    bad: str
    same: str


LIGHT = Theme(ink="#1d2726", quiet="#54605e", line="#e2ded5", good="#0d5f5c", bad="#b98a3e", same="#97a09d")
DARK = Theme(ink="#ebefed", quiet="#a8b3b0", line="#323a3b", good="#74c7be", bad="#d8ae68", same="#77827f")


def drawn(chart: altair.TopLevelMixin, theme: Theme) -> str:
    """The chart as SVG; the same description is drawn once and read from its file afterwards."""
    description: str = chart.configure(
        background="transparent",
        font=FONT,
        axis={
            "labelColor": theme.quiet,
            "titleColor": theme.quiet,
            "labelFontSize": 14,
            "titleFontSize": 14,
            "gridColor": theme.line,
            "domainColor": theme.line,
            "tickColor": theme.line,
            "labelLimit": 260,
        },
        view={"stroke": None},
    ).to_json(indent=None)
    path = Path(settings.HOME) / "charts" / f"{hashlib.sha256(description.encode()).hexdigest()}.svg"
    if not path.exists():
        _draw(description, path)
    return path.read_text("utf-8")


def _draw(description: str, path: Path) -> None:
    import vl_convert  # 80 MB: only where something is drawn

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{id(description)}.part")
    part.write_text(vl_convert.vegalite_to_svg(description), "utf-8")
    part.replace(path)
