"""The family doctor's day: the list, the follow-up form, a task ticked off."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.models import Role
from apps.accounts.permissions import role_required
from apps.care import selectors, services
from apps.care.forms import FollowUpForm
from apps.care.models import FollowUp, Task
from apps.care.permissions import check_cares_for, check_is_assigned, readable_people
from apps.care.programmes import programme
from apps.care.rules.assessment import Level
from apps.care.rules.today import Filter
from apps.care.selectors.today import tasks_of
from apps.core.clock import business_day, now
from apps.core.errors import DomainError, NotAllowed
from apps.core.http import Request, add_error, render_page
from apps.core.periods import completed_years
from apps.members.permissions import check_may_read


@require_GET
@role_required(Role.FAMILY_DOCTOR)
def today(request: Request) -> HttpResponse:
    at, asked = now(), request.GET.get("show", "")
    chosen = Filter(asked) if asked in set(Filter) else Filter.ALL
    tasks = tasks_of(request.user.pk, business_day(at))
    people = {task.person_id for task in tasks}
    readable = readable_people(user=request.user, person_ids=people, purpose="today's list", now=at)
    listed = selectors.today_list(tasks, readable=readable, chosen=chosen, day=business_day(at))
    return render_page(request, "care/today.html", {"list": listed, "chosen": chosen, "day": business_day(at)})


@role_required(Role.FAMILY_DOCTOR)
def follow_up(request: Request, task_id: int) -> HttpResponse:
    task = Task.objects.select_related("person").filter(pk=task_id, kind=Task.Kind.FOLLOW_UP).first()
    if task is None:
        raise NotAllowed
    check_is_assigned(user=request.user, task=task)
    check_cares_for(user=request.user, person_id=task.person_id)
    check_may_read(user=request.user, person_id=task.person_id, purpose="follow-up", now=now())
    form, last = _form(request, task)
    if request.method == "POST" and form.is_valid():
        try:
            visit = services.log_follow_up(actor=request.user, task_id=task_id, now=form.now, **form.visit())
        except DomainError as error:
            add_error(form, error)
        else:
            return _go_on(request, visit)
    elif task.state == Task.State.DONE:
        return redirect("care:visit", task.follow_up.pk)
    return render_page(request, "care/follow_up.html", {"task": task, "form": form, "last": last})


def _form(request: Request, task: Task) -> tuple[FollowUpForm, FollowUp | None]:
    at = now()
    rows = FollowUp.objects.filter(person=task.person, programme=task.programme)
    last = rows.order_by("-held_at", "-pk").first()
    values: dict[str, Any] = json.loads(last.answers) if last else {}
    age = completed_years(task.person.birth_date, business_day(at))
    form = FollowUpForm(request.POST or None, programme=programme(task.programme), age=age, last=values, now=at)
    return form, last


def _go_on(request: Request, visit: FollowUp) -> HttpResponse:
    """To the next child, unless an alert of this one has to be seen first."""
    serious = any(alert["level"] != Level.REVIEW for alert in visit.alerts)
    if serious or request.POST.get("then") != "next":
        return redirect("care:visit", visit.pk)
    messages.success(request, _("The follow-up of %(person)s is written down.") % {"person": visit.person.name})
    task = selectors.next_follow_up(request.user.pk, business_day(now()), after=visit.task_id)
    return redirect("care:follow_up", task.pk) if task else redirect("care:today")


@require_POST
@role_required(Role.FAMILY_DOCTOR)
def finish(request: Request, task_id: int) -> HttpResponse:
    services.finish_task(task_id=task_id, actor=request.user, now=now())
    messages.success(request, _("Done."))
    return redirect("care:today")
