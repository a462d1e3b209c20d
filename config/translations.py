"""Compiled catalogues: a `.mo` for each `.po`, made again when the `.po` is newer."""

from pathlib import Path


def compile_changed(folder: Path) -> list[Path]:
    """Compile what is out of date and return it; needs no system tool."""
    stale = [po for po in sorted(folder.glob("*/LC_MESSAGES/*.po")) if is_stale(po)]
    if stale:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        for po in stale:
            with po.open("rb") as source:
                catalogue = read_po(source)
            part = po.with_suffix(".mo.part")
            with part.open("wb") as target:
                write_mo(target, catalogue)
            part.replace(po.with_suffix(".mo"))
    return stale


def is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime
