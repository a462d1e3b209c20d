"""Two claims at once on what is left of one limit, many times over: together they never get more than is left."""

import os
import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from apps.claims.models import Claim, CoverYear
from apps.claims.rules.filing import FiledLine
from apps.claims.services import submit_bill
from apps.fund.selectors import ledger_is_balanced
from apps.portal.benches.insured import insured_families
from tests.claims.factories import visit

PAIRS = 1000 if os.environ.get("GONGJI_LONG") else 40
LIMIT, LEFT = 5_000_00, 120_00
pytestmark = pytest.mark.django_db(transaction=True)


def file(cover, account, fen, now):
    submit_bill(
        actor=cover.person.registered_by,
        person_id=cover.person_id,
        filing=visit(lines=(FiledLine("drug", "Budesonide", fen, "R03BA02"),)),
        payee_account_id=account.pk,
        key=uuid4(),
        now=now,
    )


def test_pairs_of_claims_at_once_never_pass_their_limit(now):
    families = insured_families(PAIRS, now=now - timedelta(days=2))
    used = {"year:drug": LIMIT - LEFT}
    CoverYear.objects.bulk_create([CoverYear(cover=cover, accumulators=used) for cover, _ in families])
    meet, met = threading.Barrier(2, timeout=60), []

    def run(fen):
        try:
            for cover, account in families:
                meet.wait()
                file(cover, account, fen, now)
        except BaseException as error:
            met.append(error)
            meet.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(fen,)) for fen in (100_00, 110_00)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == []
    paid = dict.fromkeys((cover.pk for cover, _ in families), 0)
    for cover_id, fen in Claim.objects.values_list("cover_id", "paid_fen"):
        paid[cover_id] += fen
    assert set(paid.values()) == {LEFT}
    assert ledger_is_balanced()
