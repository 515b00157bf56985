"""Reading the log of calls and visits: the last contact, the last promise and what became of it, the next step."""

from django.db.models import F, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _

from ledger.money import Money
from loans.models import LoanContact


def with_contacts(loans, as_of):
    """The loans with `log` (contacts, newest first, promises as of that day) and `next_on` of the last contact."""
    last = LoanContact.objects.filter(loan=OuterRef("pk"), on__lte=as_of).order_by("-on", "-pk")
    log = LoanContact.objects.filter(on__lte=as_of).with_paid(as_of).select_related("by").order_by("-on", "-pk")
    return loans.annotate(next_on=Subquery(last.values("next_on")[:1])).prefetch_related(
        Prefetch("contacts", queryset=log, to_attr="log")
    )


def contacts_of(loan, as_of):
    """The contacts about a loan, newest first, with what became of their promises by `as_of`."""
    return loan.contacts.with_paid(as_of).select_related("by").order_by(F("on").desc(), "-pk")


def promise_words(contact, as_of, currency):
    """ "100.00 by 20.05.2026: broken", or an empty text without a promise."""
    state = contact.promise(as_of)
    if state is None:
        return ""
    words = {"kept": _("kept"), "broken": _("broken"), "open": _("open")}
    return _("%(amount)s by %(day)s: %(state)s") % {
        "amount": Money(contact.promised_amount, currency),
        "day": f"{contact.promised_on:%d.%m.%Y}",
        "state": words[state],
    }


def step_words(contact):
    """ "Visit on 21.05.2026", or an empty text."""
    if not contact.next_step:
        return ""
    if contact.next_on is None:
        return contact.get_next_step_display()
    return _("%(step)s on %(day)s") % {
        "step": contact.get_next_step_display(),
        "day": f"{contact.next_on:%d.%m.%Y}",
    }
