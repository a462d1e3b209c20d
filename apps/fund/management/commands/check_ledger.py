"""Recompute the whole ledger: balances, entries, guards and the hash chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.clock import business_day, now
from apps.fund.models import Entry
from apps.fund.selectors import transit
from apps.fund.services import check_books


class Command(BaseCommand):
    help = "Check that every entry balances, every balance is the sum of its lines, and nothing was tampered with."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = check_books()
        if faults:
            raise CommandError("\n".join(faults))
        for standing in transit(today=business_day(now())):
            late = f", more than {standing.limit}" if standing.is_stale else ""
            self.stdout.write(
                f"{standing.account.code}: {standing.account.balance_fen / 100:,.2f} yuan on its way, the oldest since "
                f"{standing.since}, {standing.days} days{late}."
            )
        self.stdout.write(f"The ledger is right: {Entry.objects.count()} entries balance, and their chain holds.")
