"""Secret facts at rest: an encrypted text field, and a blind index by which equal values find each other."""

import hashlib
import hmac
import unicodedata
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models


class DecryptionFailed(Exception):
    """A stored secret cannot be read with any of the field keys: the keys are wrong or the row was changed."""


def key_id(key):
    """Eight hex digits naming a field key in front of every ciphertext, so that rotation knows what is left."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@lru_cache(maxsize=8)
def _ring(keys):
    return {key_id(key): Fernet(key) for key in keys}


def _keys():
    return tuple(settings.FIELD_KEYS)


def encrypt(text):
    """Ciphertext of `text` under the newest field key."""
    newest = _keys()[0]
    return f"{key_id(newest)}:{_ring(_keys())[key_id(newest)].encrypt(text.encode()).decode()}"


def decrypt(stored):
    """The text behind a ciphertext. Raises DecryptionFailed; it never returns ciphertext as if it were the value."""
    name, _colon, token = stored.partition(":")
    box = _ring(_keys()).get(name)
    if box is None:
        raise DecryptionFailed(f"no field key {name!r} is configured")
    try:
        return box.decrypt(token.encode()).decode()
    except InvalidToken as wrong:
        raise DecryptionFailed("the stored value does not open with its key") from wrong


def blind_index(text):
    """HMAC by which equal secrets are found without being read: case, spaces and punctuation do not matter."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())
    return hmac.new(settings.INDEX_KEY.encode(), plain.encode(), hashlib.sha256).hexdigest() if plain else ""


class EncryptedField(models.TextField):
    """Text that only the program can read. Empty text is stored as empty; look-ups go through a blind index."""

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def get_lookup(self, lookup_name):
        if lookup_name in ("isnull",):
            return super().get_lookup(lookup_name)
        raise TypeError("an encrypted field cannot be searched; use its blind index")
