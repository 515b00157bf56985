"""The log of calls and visits of one loan, and the page on which one is written down."""

import rules
from django.contrib.auth.decorators import login_required
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.refusals import NotAllowed
from loans.arrears_forms import ContactForm
from loans.contacts import contacts_of, promise_words, step_words
from loans.services import record_contact
from loans.views.access import day_of, loan_or_404
from pages.forms import attempt, done, form_page


@login_required
def contacts(request, ref):
    """What was said so far, under the form for what was said now."""
    row = loan_or_404(request, ref)
    if not rules.test_rule("loans.contact", request.user, row):
        raise NotAllowed()
    on = day_of(row)
    form = ContactForm(request.POST or None, loan=row, initial={"on": on, "kind": "call"})
    if request.method == "POST" and attempt(form, record_contact, loan=row, by=request.user):
        return done(request, _("The contact is written down."), reverse("loans:contacts", args=[row.ref]))
    lead = [row.borrower.phone, str(row.borrower.village or "")]
    return form_page(
        request,
        form,
        title=_("Contact with %(name)s") % {"name": row.borrower.name},
        submit=_("Write it down"),
        lead=" · ".join(filter(None, [row.ref, *lead])),
        back=row.get_absolute_url(),
        crumbs=((_("Loans"), reverse("loans:loans")), (row.ref, row.get_absolute_url())),
        template="loans/contacts.html",
        context={"loan": row, "log": log_of(row, on)},
    )


def log_of(row, on):
    """(LoanContact, promise in words, next step in words), newest first."""
    return [
        (contact, promise_words(contact, on, row.currency), step_words(contact)) for contact in contacts_of(row, on)
    ]
