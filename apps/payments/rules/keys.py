"""The key of a payment: the same business fact always makes the same key, even when the row was lost."""

from uuid import UUID, uuid5

PAYMENTS = UUID("6f0f7d0c-9a53-4d0e-8f0a-2b1f5c6f1a57")


def payment_key(business_key: str) -> UUID:
    """UUIDv5 of a text such as ``claim:<receipt>:<plan>:1:1`` (decision, instalment)."""
    return uuid5(PAYMENTS, business_key)
