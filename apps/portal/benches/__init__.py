"""How fast the portal is: each benchmark measures a floor in the same run, so that its ratio holds on any machine."""

from __future__ import annotations

from collections.abc import Callable

from apps.portal.benches.engine import adjudicate_batch, adjudicate_one
from apps.portal.benches.figure import Figure
from apps.portal.benches.rosters import roster_import
from apps.portal.benches.whatif import whatif

BENCHES: dict[str, Callable[[], Figure]] = {
    "adjudicate-one": adjudicate_one,
    "adjudicate-batch": adjudicate_batch,
    "whatif": whatif,
    "roster-import": roster_import,
}
