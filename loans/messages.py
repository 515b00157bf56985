"""Text messages: what they say, and as how many they are charged. Pure.

A message in the alphabet of GSM 03.38 holds 160 letters, 153 of each part when it is longer; one letter outside of it
(Armenian, Cyrillic, Georgian) makes the whole message UCS-2, with 70 and 67. A letter of two places stays whole.
"""

import re

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each is sent as two: an escape and a letter.
GSM_TWO = frozenset("^{}\\[~]|€\f")
WORDS = ("amount", "day", "sender")
PLACE = re.compile(r"\{([^{}]*)\}")
MOST_PARTS = 3


def parts(text):
    """As how many messages the text is charged; 0 for none."""
    if all(letter in GSM or letter in GSM_TWO for letter in text):
        sizes, alone, each = [2 if letter in GSM_TWO else 1 for letter in text], 160, 153
    else:
        sizes, alone, each = [2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67
    if sum(sizes) <= alone:
        return 1 if text else 0
    count, room = 1, each
    for size in sizes:
        if size > room:
            count, room = count + 1, each
        room -= size
    return count


def filled(template, **words):
    """The text with its {amount}, {day} and {sender}; braces that stand for something else stay."""
    return PLACE.sub(lambda found: words.get(found[1], found[0]), template)


def unknown_words(template):
    """What stands in braces and is none of WORDS."""
    return [name for name in PLACE.findall(template) if name not in WORDS]


def betrayed(template, forbidden):
    """The first of the words that must not stand in a message and does, or None. Case does not matter."""
    folded = " ".join(template.casefold().split())
    return next((word for word in forbidden if word.strip() and " ".join(word.casefold().split()) in folded), None)
