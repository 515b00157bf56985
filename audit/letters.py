"""Letters that no name may hold: nobody sees them, and some turn round what is read beside them."""

import re

from django.utils.translation import gettext as _

# Control characters but tab and line end, which count as blanks; and what changes the direction of the letters beside
# it. Joiners (U+200C, U+200D) belong to the spelling of names and stay.
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def unseen_letter(text):
    """The sentence that refuses `text` and gives the code of its first unseen letter; None when it holds none."""
    found = UNSEEN.search(text)
    if found is None:
        return None
    code = f"U+{ord(found[0]):04X}"
    return _("This holds the invisible character %(code)s. Type it anew instead of pasting it.") % {"code": code}
