"""Restore a backup into an empty database; payments stay frozen until the treasurer has explained the gap."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.core.clock import now
from apps.portal.backups.bar import shown
from apps.portal.backups.restoring import restore_backup
from apps.portal.databases import create_database, drop_database, working_in


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Restore a folder that `backup` has made, and prove it equal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the backup")
        parser.add_argument("--into", metavar="NAME", help="make this database on the same server and restore there")
        parser.add_argument("--uploads", type=Path, help="where the uploaded files go (default: their usual place)")
        parser.add_argument("--force", action="store_true", help="throw away what the database and the folder hold")

    def handle(self, *args: Any, folder: Path, into: str | None, **options: Any) -> None:
        usual = Path(settings.MEDIA_ROOT)
        uploads = options["uploads"] or (usual.with_name(f"{usual.name}-{into}") if into else usual)
        if into is None:
            self._restore(folder, uploads.absolute(), force=options["force"])
            return
        create_database(into)
        try:
            with working_in(into):
                self._restore(folder, uploads.absolute(), force=options["force"])
        except BaseException:
            drop_database(into)
            raise

    def _restore(self, folder: Path, uploads: Path, *, force: bool) -> None:
        with shown() as progress:
            manifest = restore_backup(folder, uploads=uploads, force=force, now=now(), progress=progress)
        facts = manifest.facts
        self.stdout.write(
            f"Restored and equal: {len(facts.tables)} tables, {len(facts.balances)} balances, "
            f"{facts.chain[0]:,} entries in the chain, {len(manifest.files) - 1:,} uploaded files in {uploads}.\n"
            f"No payment leaves until the treasurer has explained what the bank did since {manifest.made_at} "
            "and lifts the freeze (Ledger, Frozen payments)."
        )
