"""Who is looked at: applicants, suppliers, payees and staff, of this programme and of those that may be compared."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from applicants.models import Application, Party
from applicants.names import phone_digits
from grants.models import Bid, Purchase, Quote
from payments.models import PaymentOrder
from programmes.models import Membership, Programme, Role

MOST_NAMED = 8
SHORTEST_PHONE = 6


@dataclass
class Sides:
    """`cases`: {pk of a party: pks of its applications in this programme}, for those who act in it.

    `everybody`: they and those who act in another programme that may be compared. `staff`: {pk of a user: name}.
    """

    programme: Programme
    programmes: frozenset
    cases: dict
    everybody: set
    staff: dict = field(default_factory=dict)
    staff_phones: dict = field(default_factory=lambda: defaultdict(set))
    names: dict = field(default_factory=dict)

    def here(self, parties):
        """True when one of them acts in this programme. A set's own isdisjoint would walk through all of `cases`."""
        return any(pk in self.cases for pk in parties)

    def cases_of(self, parties):
        return frozenset().union(*(self.cases.get(pk, ()) for pk in parties))

    def named(self, parties, staff=()):
        """Who it is, with reference; of another programme's people the reference alone."""
        said = [
            f"{self.names[pk][1]} ({self.names[pk][0]})"
            if pk in self.cases
            else _("%(ref)s of another programme") % {"ref": self.names[pk][0]}
            for pk in sorted(parties)
        ]
        said += [_("%(name)s of the staff") % {"name": self.staff[pk]} for pk in sorted(staff)]
        left = len(said) - MOST_NAMED
        return ", ".join(said[:MOST_NAMED]) + (_(" and %(count)s more") % {"count": left} if left > 0 else "")

    def refs(self, parties, staff=()):
        return tuple(sorted([*(self.names[pk][0] for pk in parties), *(f"U-{pk}" for pk in staff)]))


def sides_of(programme, on):
    """Everybody who is compared, in a fixed number of queries.

    Another confidential programme is left out whole: that somebody belongs to it shows nowhere outside it.
    """
    open_ones = Programme.objects.filter(Q(confidential=False) | Q(pk=programme.pk))
    programmes = frozenset(open_ones.values_list("pk", flat=True))
    cases, everybody = defaultdict(set), set()
    for rows, where, paths in _acting():
        for of, application, *parties in rows.filter(**{f"{where}__in": programmes}).values_list(where, *paths):
            everybody.update(pk for pk in parties if pk)
            if of == programme.pk:
                for pk in filter(None, parties):
                    cases[pk].add(application)
    sides = Sides(programme, programmes, cases, everybody)
    _add_staff(sides, on)
    return sides


def _acting():
    """(rows, path to the programme, paths to the application and to the parties)."""
    return (
        (Application.objects.order_by(), "programme", ("pk", "applicant", "business")),
        (Purchase.objects.live().order_by(), "award__programme", ("award__application", "supplier")),
        (Quote.objects.order_by(), "purchase__award__programme", ("purchase__award__application", "supplier")),
        (Bid.objects.order_by(), "tender__award__programme", ("tender__award__application", "bidder")),
        (PaymentOrder.objects.order_by(), "programme", ("application", "payee")),
    )


def _add_staff(sides, on):
    """Who holds a seat, or held one: an administrator's may name no programme. A donor is no staff."""
    seats = Membership.objects.filter(Q(programme__in=sides.programmes) | Q(programme=None), starts_on__lte=on)
    seats = seats.exclude(role=Role.DONOR)
    for user in User.objects.filter(pk__in=seats.values("user")).exclude(phone=""):
        digits = phone_digits(user.phone)
        if len(digits) >= SHORTEST_PHONE:
            sides.staff[user.pk] = str(user)
            sides.staff_phones[digits].add(user.pk)


def facts_of(sides):
    """[(pk, reference, name, phone digits, village, address, registration number)] of everybody who is compared."""
    fields = ("pk", "ref", "name", "phone_digits", "village", "address", "registration_number")
    rows = Party.objects.filter(anonymised_on=None).order_by().values_list(*fields)
    found = [row for row in rows.iterator(chunk_size=5000) if row[0] in sides.everybody]
    sides.names = {row[0]: (row[1], row[2]) for row in found}
    return found
