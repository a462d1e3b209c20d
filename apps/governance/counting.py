"""The votes of a ballot as numbers, line by line."""

from __future__ import annotations

from collections import Counter

from apps.governance.models import Recusal, Resolution, RollSeat, Vote
from apps.governance.rules.decision import Tally
from apps.governance.rules.words import Choice, Interest


def tallies(resolution: Resolution) -> dict[int, Tally]:
    """The tally of each line by line id, as the votes stand now."""
    here = {"line__resolution": resolution}
    votes = Counter(Vote.objects.filter(**here).values_list("line_id", "choice"))
    recused = Counter(Recusal.objects.filter(interest=Interest.RECUSED, **here).values_list("line_id", flat=True))
    seats = RollSeat.objects.filter(resolution=resolution).count()
    return {
        line: Tally(
            seats=seats,
            recused=recused[line],
            yes=votes[line, Choice.FOR],
            no=votes[line, Choice.AGAINST],
            abstain=votes[line, Choice.ABSTAIN],
        )
        for line in resolution.lines.values_list("pk", flat=True)
    }
