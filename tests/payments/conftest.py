from tests.payments.fixtures import sandbox

__all__ = ["sandbox"]
