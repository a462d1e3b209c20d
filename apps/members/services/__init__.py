"""Register people, sign and withdraw, open and close leave to read, publish texts."""

from apps.members.services.grants import close_grants, open_grant
from apps.members.services.people import register_person
from apps.members.services.publishing import publish_texts
from apps.members.services.registers import Named, find_or_register
from apps.members.services.signatures import sign_texts, withdraw_signature

__all__ = [
    "Named",
    "close_grants",
    "find_or_register",
    "open_grant",
    "publish_texts",
    "register_person",
    "sign_texts",
    "withdraw_signature",
]
