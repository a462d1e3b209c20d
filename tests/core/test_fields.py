"""Encrypted texts fail closed; equal values are found by a keyed hash that differs by purpose."""

import base64
import hashlib
import hmac

import pytest
from django.db import models

from apps.core.fields import (
    EncryptedTextField,
    UnreadableField,
    blind_index,
    blind_indexer,
    decrypt,
    encrypt,
    seal,
    unseal,
)


def test_a_text_comes_back_and_is_not_readable_in_between():
    stored = encrypt("110000201601011234", context="members_person:identity_number")
    assert "1100" not in stored
    assert decrypt(stored, context="members_person:identity_number") == "110000201601011234"


def test_the_same_text_is_never_stored_twice_the_same():
    assert encrypt("x", context="a:b") != encrypt("x", context="a:b")


def _swap_last(stored: str) -> str:
    return stored[:-4] + ("AAAA" if stored[-4:] != "AAAA" else "BBBB")


@pytest.mark.parametrize(
    "spoil",
    [_swap_last, lambda s: "t9" + s[2:], lambda s: "t1:%%%", lambda s: "plain text", lambda s: s[:10]],
)
def test_anything_else_than_what_was_stored_is_refused(spoil):
    with pytest.raises(UnreadableField):
        decrypt(spoil(encrypt("secret", context="a:b")), context="a:b")


def test_a_text_moved_to_another_column_does_not_open():
    with pytest.raises(UnreadableField):
        decrypt(encrypt("secret", context="a:b"), context="a:c")


def test_old_keys_still_open_after_a_new_one_comes_first(settings):
    stored = encrypt("secret", context="a:b")
    settings.FIELD_KEYS = ["t2:" + "bm5u" * 10 + "bm4=", *settings.FIELD_KEYS]
    assert decrypt(stored, context="a:b") == "secret"
    assert encrypt("secret", context="a:b").startswith("t2:")


def test_blind_indexes_find_equal_values_within_one_purpose_only():
    assert blind_index("1", purpose="identity") == blind_index("1", purpose="identity")
    assert blind_index("1", purpose="identity") != blind_index("2", purpose="identity")
    assert blind_index("1", purpose="identity") != blind_index("1", purpose="account")


class Secret(models.Model):
    note = EncryptedTextField(blank=True)

    class Meta:
        app_label = "core"
        managed = False

    def __str__(self):
        return self.note


def test_an_encrypted_field_seals_what_is_written_and_leaves_nothing_as_nothing():
    field = Secret._meta.get_field("note")
    assert field.get_prep_value("") == ""
    assert field.from_db_value(None, None, None) is None
    sealed = field.get_prep_value("asthma")
    assert "asthma" not in sealed
    assert field.from_db_value(sealed, None, None) == "asthma"


def test_an_encrypted_field_cannot_be_unique():
    assert Secret._meta.get_field("note").check() == []
    field = EncryptedTextField(unique=True)
    field.set_attributes_from_name("key")
    field.model = Secret
    assert [problem.msg for problem in field.check()] == ["An encrypted field cannot be indexed; add a blind index."]


@pytest.mark.parametrize("key", [b"i" * 32, b"long" * 40])
def test_many_values_are_hashed_as_one_is_by_plain_hmac(settings, key):
    settings.BLIND_INDEX_KEY = base64.b64encode(key).decode()
    index = blind_indexer("identity")
    for value in ("", "110000201601011234", "身份"):
        plain = hmac.new(key, f"identity\0{value}".encode(), hashlib.sha256)
        assert index(value) == plain.digest()
        assert blind_index(value, purpose="identity") == plain.hexdigest()


def test_sealed_bytes_come_back_in_their_own_place_only():
    sealed = seal(b"a piece of a file", context="rosters:x:0")
    assert b"piece" not in sealed
    assert unseal(sealed, context="rosters:x:0") == b"a piece of a file"
    for spoilt, context in ((sealed, "rosters:x:1"), (sealed[:-1], "rosters:x:0"), (b"", "rosters:x:0")):
        with pytest.raises(UnreadableField):
            unseal(spoilt, context=context)
