"""How fast the portal is: each benchmark measures a floor in the same run, so that its ratio holds on any machine."""

from __future__ import annotations

from collections.abc import Callable

from apps.portal.benches.claims import claim_service
from apps.portal.benches.engine import adjudicate_batch, adjudicate_one
from apps.portal.benches.figure import Figure
from apps.portal.benches.ledger import ledger_post
from apps.portal.benches.paid import claim_to_paid
from apps.portal.benches.rosters import roster_import
from apps.portal.benches.whatif import whatif

BENCHES: dict[str, Callable[[], Figure]] = {
    "adjudicate-one": adjudicate_one,
    "adjudicate-batch": adjudicate_batch,
    "ledger-post": ledger_post,
    "whatif": whatif,
    "claim-service": claim_service,
    "claim-to-paid": claim_to_paid,
    "roster-import": roster_import,
}
ALONE = ("payment-chaos",)
"""Not one of "all": it breaks its own servers for up to an hour and has options of its own."""
