"""Names are stored as given and found in every script: a search key of plain Latin letters."""

import re
import unicodedata

from anyascii import anyascii
from rapidfuzz import fuzz

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


# Names that lose or change a sound on their way through another language, as folded words: met -> kept.
_ALIASES = {
    "oganesan": "hovhanisan",
    "oganisan": "hovhanisan",
    "ovanesan": "hovhanisan",
    "ovanisan": "hovhanisan",
    "oganes": "hovhanes",
    "ovanes": "hovhanes",
    "arutunan": "harutunan",
    "akopan": "hakoban",
    "akop": "hakob",
    "ovsepan": "hovsepan",
    "ovsep": "hovsep",
    "sakan": "sahakan",
    "gevorkan": "gevorgan",
    "gevork": "gevorg",
    "markaran": "margaran",
    "airapetan": "hairapetan",
    "ambarcuman": "hambardzuman",
    "oganan": "ohanan",
    "sarkisan": "sargsan",
    "sarkis": "sargis",
    "mamadov": "memedov",
    "mamadova": "memedova",
    "aliev": "eliev",
    "alieva": "elieva",
    "guseinov": "huseinov",
    "guseinova": "huseinova",
    "gasanov": "hesenov",
    "hasanov": "hesenov",
    "gasanova": "hesenova",
    "hasanova": "hesenova",
    "georgi": "giorgi",
}


def latin(text):
    """Plain lower-case Latin letters and figures of `text`, words divided by one space."""
    # The Armenian letter pair for "u" comes out as "ow" when its two letters are taken one by one.
    whole = unicodedata.normalize("NFKC", text).replace("ու", "u").replace("Ու", "U")
    plain = anyascii(whole).lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain.replace("'", "").replace("`", "")))


def search_key(text):
    """The folded key under which a name is found, whatever script or spelling it was typed in."""
    key = latin(text)
    for spelling, sound in _FOLDS:
        key = key.replace(spelling, sound)
    words = re.sub(r"([a-z])\1+", r"\1", key).split()
    return " ".join(_ALIASES.get(word, word) for word in words)


def script_of(text, cyrillic="ru"):
    """Language code by the script of the first letter; `cyrillic` is the one meant by Cyrillic letters."""
    for letter in text:
        if letter.isalpha():
            script = unicodedata.name(letter, "").split()[0]
            return {"ARMENIAN": "hy", "GEORGIAN": "ka", "ARABIC": "ar", "CYRILLIC": cyrillic}.get(script, "")
    return ""


def phone_digits(phone):
    """The last eight digits of a phone number: the same with and without the code of the country."""
    return "".join(letter for letter in phone if letter.isdigit())[-8:]


def folded_address(address):
    """An address by its letters and figures alone: as it is compared with another of the same village."""
    return "".join(letter for letter in address.casefold() if letter.isalnum())


def likeness(key, other):
    """How alike two folded names are, 0 to 100. Words may stand in any order; one word alone is no name."""
    mine, theirs = sorted(set(key.split())), sorted(set(other.split()))
    if min(len(mine), len(theirs)) < 2:
        return 100.0 if mine and mine == theirs else 0.0
    if [word for word in mine if word.isdigit()] != [word for word in theirs if word.isdigit()]:
        return 0.0
    return fuzz.token_set_ratio(" ".join(mine), " ".join(theirs))
