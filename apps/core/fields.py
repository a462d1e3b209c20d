"""Database fields for money and for texts nobody may read in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import models

if TYPE_CHECKING:
    BigInteger = models.BigIntegerField[int, int]
    Text = models.TextField[str, str]
else:
    BigInteger, Text = models.BigIntegerField, models.TextField


class MoneyField(BigInteger):
    """An amount in whole fen."""


class UnreadableField(Exception):
    """A stored ciphertext does not open: wrong key, other row's text, or tampered with."""


def _keys() -> dict[str, bytes]:
    pairs = (item.split(":", 1) for item in settings.FIELD_KEYS)
    return {key_id: base64.b64decode(key) for key_id, key in pairs}


def encrypt(text: str, *, context: str) -> str:
    """``key id:base64(nonce + ciphertext)`` by AES-256-GCM; ``context`` (table:column) is authenticated with it."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), context.encode())
    return f"{key_id}:{base64.b64encode(sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """The text that ``encrypt`` took.  Raises UnreadableField on anything else."""
    key_id, _, sealed = stored.partition(":")
    key = _keys().get(key_id)
    if key is None:
        raise UnreadableField(f"{context}: no key {key_id!r}")
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:12], raw[12:], context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise UnreadableField(context) from error


def blind_index(value: str, *, purpose: str) -> str:
    """A keyed hash by which equal values are found without being readable; differs by purpose."""
    key = base64.b64decode(settings.BLIND_INDEX_KEY)
    return hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(Text):
    """Text stored as AES-256-GCM ciphertext bound to its table and column; fails closed."""

    def _context(self) -> str:
        return f"{self.model._meta.db_table}:{self.column}"

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        problems = super().check(**kwargs)
        if getattr(self, "db_index", False) or self.unique:
            problems.append(Error("An encrypted field cannot be indexed; add a blind index.", obj=self))
        return problems

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text in (None, "") else encrypt(text, context=self._context())

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return value if value in (None, "") else decrypt(str(value), context=self._context())
