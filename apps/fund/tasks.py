"""The nightly check of the books."""

import logging

from celery import shared_task

from apps.fund.services import check_books

logger = logging.getLogger(__name__)


@shared_task(name="fund.check_balances")
def check_balances() -> None:
    for fault in check_books():
        logger.error("The ledger is wrong: %s", fault)
