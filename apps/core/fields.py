"""Database fields for money and for texts nobody may read in the database."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
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


def seal(content: bytes, *, context: str) -> bytes:
    """``key id:nonce + ciphertext`` by AES-256-GCM; ``context`` is authenticated with it."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(12)
    return key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def unseal(sealed: bytes, *, context: str) -> bytes:
    """The bytes that ``seal`` took.  Raises UnreadableField on anything else."""
    key_id, _, raw = sealed.partition(b":")
    key = _keys().get(key_id.decode("ascii", "replace"))
    if key is None:
        raise UnreadableField(f"{context}: no key {key_id!r}")
    try:
        return AESGCM(key).decrypt(raw[:12], raw[12:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise UnreadableField(context) from error


def encrypt(text: str, *, context: str) -> str:
    """``key id:base64(nonce + ciphertext)``; ``context`` is table:column."""
    key_id, _, raw = seal(text.encode(), context=context).partition(b":")
    return f"{key_id.decode()}:{base64.b64encode(raw).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """The text that ``encrypt`` took.  Raises UnreadableField on anything else."""
    key_id, _, sealed = stored.partition(":")
    try:
        raw = base64.b64decode(sealed, validate=True)
        return unseal(key_id.encode() + b":" + raw, context=context).decode()
    except ValueError as error:
        raise UnreadableField(context) from error


def blind_index(value: str, *, purpose: str) -> str:
    """A keyed hash by which equal values are found without being readable; differs by purpose."""
    return blind_indexer(purpose)(value).hex()


def blind_indexer(purpose: str) -> Callable[[str], bytes]:
    """The same hash as bytes, for many values: the key is prepared once."""
    key = base64.b64decode(settings.BLIND_INDEX_KEY).ljust(hashlib.sha256().block_size, b"\0")
    if len(key) > hashlib.sha256().block_size:
        key = hashlib.sha256(key).digest().ljust(hashlib.sha256().block_size, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + f"{purpose}\0".encode())
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def index(value: str) -> bytes:
        """HMAC-SHA256 (RFC 2104), the two hashes begun once."""
        first, second = inner.copy(), outer.copy()
        first.update(value.encode())
        second.update(first.digest())
        return second.digest()

    return index


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
