"""Blind calls: members read a case without the names of people and business until their own card is in.

The declaration page alone lists names, because that is what it is for; it says nothing else of a case.
"""

import re
from functools import cached_property

from django.utils.translation import gettext as _

from selection.models import Review, Session
from selection.private import private_numbers, without_numbers

# A word of a person's name is taken out of running text when it has at least so many letters, with its endings.
LEAST_LETTERS = 4


class Naming:
    """What one reader is told of the names of a session's cases."""

    def __init__(self, session, user, keeps=False):
        self.session, self.user = session, user
        rules = session.rules
        self.blind = bool(
            rules.get("blind") and rules.get("criteria") and session.state != Session.State.CLOSED and not keeps
        )

    @cached_property
    def _told(self):
        """Ids of the cases whose own card is in."""
        return set(Review.objects.standing(self.user).filter(case__session=self.session).values_list("case", flat=True))

    def hides(self, case):
        """True while this reader must not learn who applies."""
        return self.blind and case.pk not in self._told

    def name(self, case):
        """The business or the applicant; the number of the case while names are hidden."""
        if self.hides(case):
            return _("Case %(number)s") % {"number": case.position}
        return str(case.application.business or case.application.applicant)

    def title(self, case):
        """What the application is for, without the names while they are hidden."""
        title = case.application.title
        return without_names(title, names_of(case.application)) if self.hides(case) else title

    def dress(self, cases):
        """Give each case `shown_name` and `shown_title`, which templates print; no private number stands in them."""
        numbers = private_numbers(*(case.application for case in cases))
        for case in cases:
            case.shown_name = self.name(case)
            case.shown_title = without_numbers(self.title(case), numbers[case.application_id])
        return cases


def names_of(application):
    """Every name that must not stand in a text: of the applicant, the business and who runs it, in both scripts."""
    business = application.business
    parties = [application.applicant, business, business.manager if business else None]
    found = set()
    for party in filter(None, parties):
        for name in filter(None, (party.name, party.name_script)):
            found.add(name)
            if party.is_person:
                found.update(word for word in re.split(r"[\s-]+", name) if len(word) >= LEAST_LETTERS)
    return found


def without_names(text, names):
    """`text` with every name in it, also one with an ending, replaced by a word that says so."""
    if not text or not names:
        return text
    longest_first = sorted(names, key=len, reverse=True)
    pattern = r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")\w*"
    return re.sub(pattern, _("(name)"), text, flags=re.IGNORECASE)
