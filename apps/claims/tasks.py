"""Background work on claims: thin doors to services, for the doorbell and the sweeper alike."""

from celery import shared_task

from apps.claims.services.drafts import forget_drafts
from apps.claims.services.payouts import open_payments, tell_endings
from apps.core import clock
from apps.core.jobs import ring

BATCH = 200


@shared_task(name="claims.open_payments")
def pay() -> None:
    """Ask for the payments of what was decided, and tell families how earlier ones ended."""
    done = [open_payments(now=clock.now(), limit=BATCH), tell_endings(now=clock.now(), limit=BATCH)]
    if max(done) >= BATCH:
        ring("claims.open_payments")


@shared_task(name="claims.forget_drafts")
def forget() -> None:
    """Remove forms nobody has touched for a month."""
    forget_drafts(now=clock.now())
