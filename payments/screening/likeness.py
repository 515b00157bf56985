"""How like a name on a list is to a name on the register: pure functions over folded words.

A name is folded by applicants.names.search_key, so that scripts and spellings meet. Each word of the shorter name must
be found in the longer one, up to a few letters by its length; the year of birth raises or lowers what the words say.
Points go from 0 to 100, and HOLD_AT or more is a possible match that a second person looks at. The bounds are ours:
they hold rather too often than too seldom.
"""

from dataclasses import dataclass
from itertools import groupby

from rapidfuzz.distance import Levenshtein

from applicants.names import search_key

HOLD_AT = 75
NEAR_YEARS = 2
FAR_YEARS = 10
# Words that say what kind of firm it is, and not which.
LEGAL = set(
    search_key(
        "llc ltd limited inc incorporated corp corporation co company plc gmbh ag sa srl doo sh pk shpk dooel ooo zao "
        "oao pao ao too ip ie fop jsc cjsc ojsc tov group holding the and of firm фирма компания ооо зао оао ао ип тоо"
    ).split()
)
_SOUNDS = str.maketrans(
    {**dict.fromkeys("aeiouhj"), "p": "b", "f": "v", "t": "d", "k": "g", "c": "s", "z": "s", "q": "g", "x": "s"}
)
MOST_LETTERS = 40


@dataclass(frozen=True)
class Likeness:
    """`points` 0 to 100; `reasons`: lists of a code and figures, as `payments.words.screening_reasons` reads them."""

    points: int
    reasons: list


def words_of(name):
    """The folded words by which a name is compared: without initials and legal forms, where others are left."""
    words = [word[:MOST_LETTERS] for word in dict.fromkeys(search_key(name).split())]
    telling = [word for word in words if len(word) > 1 and word not in LEGAL]
    return telling or words


def sound_of(word):
    """What two spellings of a word share: its consonants by their kind. A word of the index of lists."""
    if word.isdigit():
        return word
    kept = "".join(letter for letter, _same in groupby(word.translate(_SOUNDS)))
    return ("a" if word[0] in "aeiouhj" else "") + kept


def letters_off(word, other):
    """By how many letters two words may differ and still be the same: none up to 3, one up to 6, then two."""
    length = max(len(word), len(other))
    if word.isdigit() or other.isdigit() or length <= 3:
        return 0
    return 1 if length <= 6 else 2


def compare(words, years, other, other_years, *, weak=False, alias=False):
    """The Likeness of two names as lists of folded words, or None when a word of the shorter one is not found."""
    short, long = sorted((words, other), key=len)
    if not short or (len(short) == 1 and (len(long) > 1 or len(short[0]) < 3)):
        return None
    left, shares, same = list(long), [], 0
    for word in short:
        best = min(left, key=lambda one, word=word: Levenshtein.distance(word, one))
        off = Levenshtein.distance(word, best)
        if off > letters_off(word, best):
            return None
        left.remove(best)
        same += off == 0
        shares.append(1 - off / max(len(word), len(best)))
    points = round(100 * sum(shares) / len(shares)) - min(15, 3 * len(left)) - (5 if weak else 0)
    reasons = [["words", same, len(short) - same, len(long)]]
    if alias:
        reasons.append(["weak_alias"] if weak else ["alias"])
    if years and other_years:
        mine, theirs = min(((a, b) for a in years for b in other_years), key=lambda pair: abs(pair[0] - pair[1]))
        apart = abs(mine - theirs)
        points += 10 if apart <= NEAR_YEARS else -15 if apart <= FAR_YEARS else -30
        reasons.append(["born", mine, theirs])
    else:
        reasons.append(["born_unknown"])
    return Likeness(max(0, min(100, points)), reasons)
