"""The sandbox bank for whoever pays a contribution here."""

from tests.payments.fixtures import sandbox

__all__ = ["sandbox"]
