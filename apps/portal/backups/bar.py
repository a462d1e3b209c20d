"""A progress bar in the terminal for what a backup or a restore is doing."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from apps.portal.backups.writing import Progress

KILOBYTE = 1000


@contextmanager
def shown() -> Iterator[Progress]:
    """``progress(what, done, total)``: one bar a thing that is done; it only swings where the end is not known."""
    with Bars(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"), TimeElapsedColumn()
    ) as bars:
        known: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            known[what] = task = known[what] if what in known else bars.add_task(what, total=None, said="")
            said = f"{done:,} of {total:,}" if total else f"{done / KILOBYTE**2:.1f} MB" if done else ""
            bars.update(task, completed=done if total else None, total=total or None, said=said)

        yield show
