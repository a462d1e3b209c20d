"""200 payments of the chaos benchmark, real processes all; and the same against a bank that ignores the key."""

import pytest

from apps.portal.chaos.run import Options, payment_chaos
from apps.portal.chaos.script import Size

pytestmark = [pytest.mark.slow, pytest.mark.own_day]


@pytest.fixture
def alone(monkeypatch):
    """The servers of a run are its own, whatever those of the tests are."""
    for name in ("DATABASE_URL", "DATABASE_MIGRATION_URL", "CELERY_BROKER_URL", "SANDBOX_URL", "PGMQ_CONNINFO"):
        monkeypatch.delenv(name, raising=False)


def test_two_hundred_payments_survive_kills_wipes_and_crashes_in_two_sittings(alone, tmp_path):
    size = Size(payments=200, kills=20, wipes=2, restarts=2, seed=5)
    cut_off = payment_chaos(Options(size, tmp_path, minutes=0.1))
    assert not cut_off.is_met
    assert not cut_off.details["is_complete"]
    assert cut_off.details["double"] == 0
    figure = payment_chaos(Options(size, tmp_path, minutes=15))
    told = figure.details
    assert figure.is_met, told
    assert (told["lost"], told["double"], told["ledger_minus_statement_fen"]) == (0, 0, 0)
    assert (told["sigkills"], told["broker_wipes"], told["database_restarts"]) == (20, 2, 2)
    assert sum(told["states"].values()) == 200
    assert not list(tmp_path.glob("run-*"))


def test_negative_control_a_bank_that_ignores_the_key_pays_twice_and_it_shows(alone, tmp_path):
    """Sending again, which an unclear answer leads to, is safe by the bank's key alone: without it the run must fail.

    The statement is held back, or it would settle a payment before it is sent again.
    """
    size = Size(payments=12, kills=4, wipes=0, restarts=0, seed=1, ignores_key=True)
    figure = payment_chaos(Options(size, tmp_path, minutes=15))
    assert not figure.is_met
    assert figure.details["double"] > 0
    assert figure.details["payments_at_the_bank"] > 12
