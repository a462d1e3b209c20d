"""Tell families of their allowance: that it is owed, which account it waits for, that it is paid."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction

from apps.actuary.models import Allowance
from apps.actuary.selectors import allowances_to_tell, plan_names
from apps.claims.standing import OWNER
from apps.core.writing import run_together, updates
from apps.enrolments.selectors import readers_of
from apps.payments.models import PayeeAccount
from apps.payments.rules.states import State
from apps.payments.selectors import declined_by_two
from apps.reminders.services import News, remind

ENDED = (State.SETTLED, State.FAILED, State.RETURNED)


@transaction.atomic
def tell_allowances(*, limit: int, now: datetime) -> int:
    """Tell what the families do not know yet, each piece of news once; answers of how many shares."""
    rows = Allowance.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=allowances_to_tell(limit))
    rows = rows.annotate(is_stopped=declined_by_two("order")).select_related("close", "person", "order__payee_account")
    told = list(rows.order_by("pk"))
    readers = readers_of(row.person_id for row in told)
    named = _named({user for users in readers.values() for user in users})
    plans = _plans({row.plan_code for row in told})
    news = [_news(row, readers.get(row.person_id, []), named, plans[row.plan_code]) for row in told]
    remind(*filter(None, news), now=now)
    run_together(*updates(("told",), *told))
    return len(told)


def _named(users: Iterable[int]) -> set[int]:
    """Those who have named an account."""
    accounts = PayeeAccount.objects.filter(owner_label=OWNER, owner_id__in=users, replaced_at=None)
    return set(accounts.values_list("owner_id", flat=True))


def _plans(codes: Collection[str]) -> dict[str, dict[str, str]]:
    chinese, english = plan_names(codes, "zh"), plan_names(codes, "en")
    return {code: {"zh": chinese[code], "en": english[code]} for code in codes}


def _news(row: Allowance, readers: list[int], named: Collection[int], plan: Mapping[str, str]) -> News | None:
    """How a share stands; the share remembers that it was told.  What two people declined is theirs to explain."""
    order = row.order
    has_ended = order is not None and order.state in ENDED
    row.told = order.state if order is not None and has_ended else Allowance.Told.OWED
    parameters: dict[str, object] = {"person": row.person.name, "plan": plan, "year": row.close.start.year}
    parameters["amount_fen"] = row.amount_fen
    if order is not None and order.state == State.SETTLED:
        kind = "allowance-paid"
        parameters |= {"tail": order.payee_account.number_tail, "paid_date": order.settled_date}
    elif has_ended:
        kind = "allowance-needs-account"
    else:
        kind = "allowance-granted" if any(user in named for user in readers) else "allowance-needs-account"
    key = f"allowance:{row.pk}:{row.told}:{row.order_id if has_ended else ''}"
    is_told = readers and not row.is_stopped  # type: ignore[attr-defined]
    return News(readers, kind, parameters, key=key) if is_told else None
