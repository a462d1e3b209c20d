"""From the form of the points of a plan to figures ready for use."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.errors import N_

from .document import DailyTaskForm, PointsForm
from .faults import Fault
from .source import Path
from .terms import DailyTask, Points
from .values import Figure, Figures


def built_points(form: PointsForm, figures: Figures) -> Points:
    """Figures of the form.  Raises Fault where a name does not hold or a figure is nothing."""
    worth = _above_zero(figures, form.worth, ("points", "worth"), "amount")
    at_most = _above_zero(figures, form.at_most, ("points", "at_most"), "percent")
    return Points(tuple(_tasks(form, figures)), worth.value, at_most.value)


def _tasks(form: PointsForm, figures: Figures) -> Iterator[DailyTask]:
    codes: set[str] = set()
    for number, task in enumerate(form.tasks):
        where: Path = ("points", "tasks", number)
        if task.code in codes:
            raise Fault((*where, "code"), N_("= %(value)s stands twice"), value=task.code)
        codes.add(task.code)
        yield _task(task, where, figures)


def _task(form: DailyTaskForm, where: Path, figures: Figures) -> DailyTask:
    points = _above_zero(figures, form.points, (*where, "points"), "count")
    return DailyTask(form.code, form.name, points.value)


def _above_zero(figures: Figures, name: str, where: Path, kind: str) -> Figure:
    figure = figures.get(name, where, kind)
    if not figure.value:
        raise Fault(where, N_("= %(name)s is a parameter of 0, more is needed"), name=name)
    return figure


def names_of(form: PointsForm) -> list[str]:
    """The parameters it mentions."""
    return [*(task.points for task in form.tasks), form.worth, form.at_most]
