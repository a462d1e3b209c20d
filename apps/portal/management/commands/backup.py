"""Write a backup of everything into a new folder: rows, uploaded files, a manifest with counts, balances and hashes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.core.clock import now
from apps.portal.backups.bar import shown
from apps.portal.backups.writing import DUMP, write_backup


class Command(BaseCommand):
    requires_system_checks = ()
    help = "Back up the database (one consistent snapshot) and the uploaded files into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where the backup goes; must not be there yet")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        with shown() as progress:
            manifest, digest = write_backup(folder.absolute(), now=now(), progress=progress)
        facts = manifest.facts
        rows = sum(count for count, _ in facts.tables.values())
        size = manifest.files[DUMP][0] / 1e6
        self.stdout.write(
            f"{rows:,} rows of {len(facts.tables)} tables ({size:.1f} MB), {len(manifest.files) - 1:,} uploaded files, "
            f"{facts.chain[0]:,} entries in the chain, its end {(facts.chain[1] or '-')[:16]}.\n"
            f"Manifest SHA-256: {digest}\n"
            "The keys (FIELD_KEYS, BLIND_INDEX_KEY, DJANGO_SECRET_KEY) are not in it: keep them in another place."
        )
        if manifest.lost:
            self.stderr.write(f"{len(manifest.lost)} uploaded files were not found, the first is {manifest.lost[0]}.")
