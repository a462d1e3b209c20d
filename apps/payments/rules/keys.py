"""The key of a payment: the same business fact always makes the same key, even when the row was lost."""

from uuid import UUID, uuid5

PAYMENTS = UUID("6f0f7d0c-9a53-4d0e-8f0a-2b1f5c6f1a57")


def payment_key(business_key: str) -> UUID:
    """UUIDv5 of a text such as ``claim:<receipt>:<plan>:1:1`` (decision, instalment)."""
    return uuid5(PAYMENTS, business_key)


def rest_key(business_key: str, *, after: UUID | None = None) -> str:
    """The business key of what the bank paid too little of a payment; ``after``: the key of a failed one."""
    return f"{business_key}:short" if after is None else f"{business_key}:short:after:{after}"
