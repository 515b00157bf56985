"""Numbers that reach no packet, also where somebody wrote them into a text: telephones and identity numbers.

An identity number is known by its blind index alone, so that looking for it reads none.
"""

import re

from django.utils.translation import gettext as _

from accounts.encryption import blind_index
from applicants.models import Identity

# Figures with what people write between them, perhaps after a few letters; and words of letters and figures, such as
# the number of a passport.
NUMBERS = re.compile(r"(?:\b[^\W\d_]{1,3}[\s-]?)?\+?\d[\d\s().\-/]{5,}\d|\b(?=\w*\d)[^\W_]{6,}\b")
LEAST_FIGURES = 6


def private_numbers(*applications):
    """For each application, by its pk: (last eight figures of telephones, blind indexes of identity numbers) of the
    applicant, the business and who runs it. One query for all of them.
    """
    parties = {application.pk: _parties(application) for application in applications}
    indexes = {}
    everybody = {party.pk for found in parties.values() for party in found}
    for party, index in Identity.objects.filter(party__in=everybody).values_list("party", "number_index"):
        indexes.setdefault(party, set()).add(index)
    return {
        pk: (
            {party.phone_digits for party in found if len(party.phone_digits) >= LEAST_FIGURES},
            set().union(*(indexes.get(party.pk, ()) for party in found)),
        )
        for pk, found in parties.items()
    }


def _parties(application):
    business = application.business
    return [one for one in (application.applicant, business, business.manager if business else None) if one]


def without_numbers(text, numbers):
    """`text` with every one of these numbers replaced by a word that says so."""
    phones, indexes = numbers
    if not text or not (phones or indexes):
        return text

    def checked(found):
        said = found[0]
        figures = "".join(letter for letter in said if letter.isdigit())
        if any(phone in figures for phone in phones) or {blind_index(said), blind_index(figures)} & indexes:
            return _("(number)")
        return said

    return NUMBERS.sub(checked, text)
