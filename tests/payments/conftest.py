from tests.payments.fixtures import dead_bank, sandbox

__all__ = ["dead_bank", "sandbox"]
