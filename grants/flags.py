"""What looks odd in a purchase and needs an answer before it is approved. Reads only; amounts in minor units."""

from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from applicants.models import PartyMember
from applicants.names import folded_address, phone_digits
from ledger.money import Money
from payments.models import PayeeAccount

SPLIT_DAYS = 90
SPLIT, RELATED = "split", "related"


@dataclass(frozen=True)
class Flag:
    """One finding. `about`: what it is about, as references and codes; the answer is kept under it."""

    kind: str
    about: str
    sentence: str


def flags_of(purchase):
    """The findings about the chosen supplier, answered or not."""
    if purchase.supplier_id is None:
        return []
    return [*_split(purchase), *_related(purchase)]


def open_flags(purchase):
    answered = set(purchase.answers.values_list("kind", "about"))
    return [flag for flag in flags_of(purchase) if (flag.kind, flag.about) not in answered]


def _near(purchase):
    """Other purchases from the supplier within the days: of this grantee, or of the agency in this programme."""
    model = apps.get_model("grants", "Purchase")
    days = timedelta(days=SPLIT_DAYS)
    rows = model.objects.live().filter(
        supplier=purchase.supplier_id,
        award__programme=purchase.award.programme_id,
        award__currency=purchase.award.currency,
        buyer=purchase.buyer,
        requested_on__range=(purchase.requested_on - days, purchase.requested_on + days),
    )
    if not purchase.by_agency:
        rows = rows.filter(award__applicant=purchase.award.applicant_id)
    return rows.exclude(pk=purchase.pk)


def _split(purchase):
    others = list(_near(purchase).order_by("ref").values_list("ref", "amount"))
    if not others:
        return []
    window = purchase.award.window
    largest = max(purchase.amount, *(amount for _ref, amount in others))
    total = purchase.amount + sum(amount for _ref, amount in others)
    together, alone = window.band_for(total), window.band_for(largest)
    if together is None or (alone is not None and alone.from_amount >= together.from_amount):
        return []
    refs = [ref for ref, _amount in others]
    sentence = _(
        "With %(refs)s it is %(total)s from one supplier within %(days)s days, which passes %(threshold)s."
    ) % {
        "refs": ", ".join(refs),
        "total": Money(total, purchase.currency),
        "days": SPLIT_DAYS,
        "threshold": Money(together.from_amount, purchase.currency),
    }
    return [Flag(SPLIT, " ".join(refs)[:200], sentence)]


def _related(purchase):
    award, supplier = purchase.award, purchase.supplier
    sides = [party for party in (award.applicant, award.business) if party is not None]
    found = []
    for party in sides:
        found += _same_facts(supplier, party)
    return found + _same_people(supplier, sides) + _staff(purchase)


def _related_flag(what, who, sentence):
    return Flag(RELATED, f"{what}:{who}", sentence)


def _same_facts(supplier, party):
    """Phone, account, address, or the very same party."""
    if supplier.pk == party.pk:
        return [_related_flag("self", party.ref, _("The supplier is the grantee."))]
    found, name = [], {"party": party}
    if supplier.phone_digits and supplier.phone_digits == party.phone_digits:
        sentence = _("The supplier has the same phone number as %(party)s.") % name
        found.append(_related_flag("phone", party.ref, sentence))
    numbers = PayeeAccount.objects.exclude(number_index="")
    theirs = numbers.filter(party=party).values("number_index")
    if numbers.filter(party=supplier, number_index__in=theirs).exists():
        sentence = _("The supplier is paid to the same account as %(party)s.") % name
        found.append(_related_flag("account", party.ref, sentence))
    address = folded_address(supplier.address)
    if address and address == folded_address(party.address) and supplier.village_id == party.village_id:
        sentence = _("The supplier has the same address as %(party)s.") % name
        found.append(_related_flag("address", party.ref, sentence))
    return found


def _people_of(party):
    """Primary keys of those who manage, own or belong to a party, with the party itself."""
    members = PartyMember.objects.filter(party=party).values_list("person", flat=True)
    return {party.pk, *members, *filter(None, [party.manager_id])}


def _same_people(supplier, sides):
    behind = set().union(*(_people_of(party) for party in sides))
    shared = (_people_of(supplier) - {supplier.pk}) & behind
    of_supplier = PartyMember.objects.filter(Q(party__in=behind) & Q(person=supplier)).exists()
    if shared or of_supplier:
        sentence = _("The supplier is run by, or belongs to, the people behind the grantee.")
        return [_related_flag("people", sides[0].ref, sentence)]
    return []


def _staff(purchase):
    """People of the programme who can be reached at the supplier's number."""
    digits = purchase.supplier.phone_digits
    if not digits:
        return []
    staff = User.objects.filter(memberships__programme=purchase.award.programme_id).exclude(phone="").distinct()
    return [
        _related_flag("staff", user.staff_number, _("The supplier has the phone number of %(name)s.") % {"name": user})
        for user in staff
        if phone_digits(user.phone) == digits
    ]
