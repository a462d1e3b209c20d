"""The doorbells and the sweepers of closes and what-ifs under way."""

from celery import shared_task

from apps.actuary import services
from apps.core.clock import now
from apps.core.jobs import ring

MOST_TOLD, MOST_PAID = 500, 2000


@shared_task(name="actuary.continue_closes", time_limit=7200, soft_time_limit=7170)
def continue_closes() -> int:
    return services.continue_closes(now=now())


@shared_task(name="actuary.tell_allowances", time_limit=300, soft_time_limit=270)
def tell_allowances() -> int:
    """No more at once than leaves other news its turn."""
    return services.tell_allowances(limit=MOST_TOLD, now=now())


@shared_task(name="actuary.pay_allowances", time_limit=600, soft_time_limit=570)
def pay_allowances() -> int:
    """What is left to pay goes on at once."""
    asked = services.pay_allowances(limit=MOST_PAID, now=now())
    if asked >= MOST_PAID:
        ring("actuary.pay_allowances")
    return asked


@shared_task(name="actuary.answer_what_ifs", time_limit=1200, soft_time_limit=1170)
def answer_what_ifs() -> int:
    return services.answer_what_ifs(now=now())
