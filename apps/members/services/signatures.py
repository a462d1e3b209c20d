"""Sign covenant and consents for a person, and take consents back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.clock import business_day
from apps.core.errors import NotAllowed
from apps.members.errors import AlreadyWithdrawn, AssentMissing, TextOutdated
from apps.members.models import LegalText, Person, Signature
from apps.members.permissions import check_may_act
from apps.members.rules.family import assents_too
from apps.members.rules.texts import ALSO_WITHDRAWS, TextKind
from apps.members.selectors import texts_for


@transaction.atomic
def sign_texts(
    *, actor: User, person: Person, texts: Sequence[LegalText], now: datetime, assent_name: str = ""
) -> list[Signature]:
    """Sign the present versions of texts for a person; one signed already is given back as it is.

    ``assent_name`` is what a child of 14 to 17 typed.  Raises NotAllowed, TextOutdated, AssentMissing.
    """
    capacity = check_may_act(user=actor, person=person, now=now)
    today = business_day(now)
    Person.objects.select_for_update().get(pk=person.pk)
    if not {text.pk for text in texts} <= {text.pk for text in texts_for(person, on=today)}:
        raise TextOutdated
    assent_name = " ".join(assent_name.split())
    if assents_too(person.birth_date, today) and assent_name != person.name:
        raise AssentMissing(name=person.name)
    signed = {signature.text_id: signature for signature in person.signatures.in_force()}
    new = [
        Signature(
            text=text,
            text_hash=text.content_hash,
            person=person,
            signed_by=actor,
            capacity=capacity,
            assent_name=assent_name,
            at=now,
        )
        for text in texts
        if text.pk not in signed
    ]
    if new:
        signed |= {signature.text_id: signature for signature in Signature.objects.bulk_create(new)}
        record_event(
            actor_id=actor.pk,
            action="texts.signed",
            target=("members.person", person.pk),
            now=now,
            detail={"texts": [str(signature.text) for signature in new]},
        )
    return [signed[text.pk] for text in texts]


@transaction.atomic
def withdraw_signature(*, actor: User, signature_id: int, now: datetime) -> list[Signature]:
    """Take back a consent and those that stand on it.  Grants that need it open nothing from now on.

    Raises NotAllowed, AlreadyWithdrawn.
    """
    signature = Signature.objects.select_related("text", "person").filter(pk=signature_id).first()
    if signature is None:
        raise NotAllowed
    check_may_act(user=actor, person=signature.person, now=now)
    Person.objects.select_for_update().get(pk=signature.person_id)
    kind = TextKind(signature.text.kind)
    kinds = {kind, *ALSO_WITHDRAWS.get(kind, ())}
    in_force = signature.person.signatures.in_force().filter(text__kind__in=kinds).select_related("text")
    withdrawn = list(in_force)
    if signature not in withdrawn:
        raise AlreadyWithdrawn
    for each in withdrawn:
        each.withdrawn_at, each.withdrawn_by = now, actor
        each.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record_event(actor_id=actor.pk, action="text.withdrawn", target=("members.signature", each.pk), now=now)
    return withdrawn
