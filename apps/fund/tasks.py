"""The nightly check of the books."""

import logging

from celery import shared_task

from apps.core.clock import business_day, now
from apps.fund.services import check_books, stale_accounts

logger = logging.getLogger(__name__)


@shared_task(name="fund.check_balances")
def check_balances() -> None:
    for fault in check_books():
        logger.error("The ledger is wrong: %s", fault)
    for standing in stale_accounts(today=business_day(now())):
        logger.warning("%s has not come back to zero since %s", standing.account.code, standing.since)
