"""Names are stored as given and found in every script: a search key of plain Latin letters."""

import re
import unicodedata

from anyascii import anyascii

# Spellings that stand for the same sound in the transliterations our offices meet.
_FOLDS = (
    ("dzh", "j"),
    ("kh", "h"),
    ("gh", "g"),
    ("zh", "j"),
    ("ts", "c"),
    ("tz", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "p"),
    ("th", "t"),
    ("yu", "u"),
    ("ya", "a"),
    ("ye", "e"),
    ("yo", "o"),
    ("ou", "u"),
    ("w", "v"),
    ("y", "i"),
    ("q", "k"),
    ("x", "h"),
)


def latin(text):
    """Plain lower-case Latin letters and figures of `text`, words divided by one space."""
    plain = anyascii(unicodedata.normalize("NFKC", text)).lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("`", "")))


def search_key(text):
    """The folded key under which a name is found, whatever script or spelling it was typed in."""
    key = latin(text)
    for spelling, sound in _FOLDS:
        key = key.replace(spelling, sound)
    return re.sub(r"([a-z])\1+", r"\1", key)
