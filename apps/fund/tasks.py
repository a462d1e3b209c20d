"""The nightly check of the books."""

import logging

from celery import shared_task

from apps.core.clock import business_day, now
from apps.core.jobs import alone
from apps.fund.services import check_books, stale_accounts

logger = logging.getLogger(__name__)


@shared_task(name="fund.check_balances", time_limit=7200, soft_time_limit=7170)
def check_balances() -> None:
    """The whole chain is hashed again, in batches: hours only for a ledger of tens of millions of entries."""
    with alone("fund.check_balances") as is_mine:
        for fault in check_books() if is_mine else ():
            logger.error("The ledger is wrong: %s", fault)
    for standing in stale_accounts(today=business_day(now())):
        logger.warning("%s has not come back to zero since %s", standing.account.code, standing.since)
