"""Decide every stored decision again from its inputs and say whether any answer differs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.claims.selectors import decisions_to_replay, replay


class Command(BaseCommand):
    help = "Replay all claim decisions from their stored inputs; exit 1 when one gives another answer."

    def handle(self, *args: Any, **options: Any) -> None:
        count, differing = 0, []
        for decision in decisions_to_replay():
            count += 1
            if not replay(decision):
                differing.append(decision.pk)
        if differing:
            raise CommandError(f"{len(differing)} of {count} decisions differ: {differing[:20]}")
        self.stdout.write(f"{count} decisions replayed, each to the same answer.")
