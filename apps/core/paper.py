"""Sheets of paper as PDF: headings, sentences, facts, tables and a bar, Chinese and English in one font."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
)
"""Where systems keep a Chinese font with outlines, and which face of the file it is."""
INK, SOFT, LINE = (29, 39, 38), (84, 96, 94), (200, 196, 187)
SHARES = ((13, 95, 92), (111, 168, 162), (185, 138, 62), (92, 114, 150), (166, 95, 82), (151, 160, 157))
BETWEEN = re.compile(r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])(?<![（“《])(?=[^\s，。；：！？、）”》])")
"""Where a Chinese line may end: after a character or mark, never before a closing mark, never inside a number."""
BREAK = "\u200b"
MARGIN, BODY, SMALL = 18.0, 10.5, 9.0


@dataclass(frozen=True, slots=True)
class Font:
    """A font file and the face in it."""

    path: Path
    face: int


def find_font() -> Font | None:
    """The font named in the settings, or the first known one that is here."""
    named = [(settings.PDF_FONT, settings.PDF_FONT_FACE)] if settings.PDF_FONT else []
    here = (Font(Path(path), face) for path, face in (*named, *FONTS))
    return next((font for font in here if font.path.is_file()), None)


class Paper:
    """One document, written from top to bottom.  Raises LookupError where there is no font."""

    def __init__(self, title: str, *, is_chinese: bool, foot: str) -> None:
        font = find_font()
        if font is None:
            raise LookupError("no Chinese font for PDF; see FONTS")
        self.pdf = _sheet(foot)
        self.pdf.set_margin(MARGIN)
        self.pdf.set_auto_page_break(True, margin=MARGIN + 4)
        self.pdf.set_title(title)
        self.pdf.set_lang("zh-Hans" if is_chinese else "en")
        self.pdf.add_font("text", fname=font.path, collection_font_number=font.face)
        widths: Any = self.pdf.fonts["text"].cw
        widths[ord(BREAK)] = 0
        self._ink(BODY)
        self.pdf.add_page()
        self.text(title, size=18)

    def heading(self, text: str) -> None:
        """The title of a part; it does not stand alone at the foot of a page."""
        if self.pdf.will_page_break(30):
            self.pdf.add_page()
        self.pdf.ln(4)
        self.text(text, size=13)

    def text(self, text: str, *, size: float = BODY, is_quiet: bool = False) -> None:
        """A sentence or two."""
        self._ink(size, SOFT if is_quiet else INK)
        self.pdf.multi_cell(0, size * 0.53, _breakable(text), align="L", new_x="LMARGIN", new_y="NEXT")
        self.pdf.ln(1)
        self._ink(BODY)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and what they are, without lines."""
        with self.pdf.table(
            [[_breakable(text) for text in row] for row in rows],
            col_widths=(1, 3),
            borders_layout="NONE",
            first_row_as_headings=False,
            line_height=6,
            text_align="LEFT",
        ):
            pass

    def table(self, names: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        """A table; columns named with a leading ¥ are figures, set to the right."""
        from fpdf.fonts import FontFace

        align = ["RIGHT" if name.startswith("¥") else "LEFT" for name in names]
        heads = [name.removeprefix("¥") for name in names]
        with self.pdf.table(
            [[_breakable(text) for text in row] for row in (heads, *rows)],
            col_widths=tuple(widths),
            borders_layout="HORIZONTAL_LINES",
            headings_style=FontFace(emphasis="", color=SOFT),
            line_height=5.6,
            padding=(1, 1.5),
            text_align=align,
            v_align="TOP",
        ):
            pass
        self.pdf.ln(2)

    def bar(self, parts: Sequence[int]) -> None:
        """Shares of a whole in the colours of the page, in order."""
        whole, x, y, width = sum(parts) or 1, self.pdf.get_x(), self.pdf.get_y() + 1, self.pdf.epw
        with self.pdf.local_context():
            for number, part in enumerate(parts):
                self.pdf.set_fill_color(*SHARES[number % len(SHARES)])
                self.pdf.rect(x, y, width * part / whole, 4, style="F")
                x += width * part / whole
        self.pdf.ln(8)

    def bytes(self) -> bytes:
        """The finished document."""
        return bytes(self.pdf.output())

    def _ink(self, size: float, colour: tuple[int, int, int] = INK) -> None:
        self.pdf.set_font("text", size=size)
        self.pdf.set_text_color(*colour)
        self.pdf.set_draw_color(*LINE)


def _breakable(text: str) -> str:
    """The text with the places where a Chinese line may end."""
    return BETWEEN.sub(BREAK, text)


def _sheet(foot: str) -> FPDF:
    from fpdf import FPDF  # half a second: only where something is printed

    class Sheet(FPDF):
        def footer(self) -> None:
            self.set_y(-MARGIN)
            self.set_font("text", size=SMALL)
            self.set_text_color(*SOFT)
            self.cell(0, 8, foot)
            self.set_x(self.l_margin)
            self.cell(0, 8, f"{self.page_no()} / {{nb}}", align="R")

    return Sheet(format="A4")
