"""Which medicines and items a plan's list means: ATC groups by how the code begins, all other codes as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ATC = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", re.ASCII)


def is_listed(item: str, members: Iterable[str]) -> bool:
    """Whether a code in capitals stands on a list in capitals: `N04BA02` under `N04`, another code only as itself."""
    return any(item == member or (_ATC.fullmatch(member) and item.startswith(member)) for member in members)
