"""The log of calls and visits about what is owed."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import NOTE_LENGTH, Loan, LoanContact
from loans.services.access import demand, lock_loan
from programmes.services import check_date

OWED = (Loan.State.ACTIVE, Loan.State.WRITTEN_OFF)


@service
def record_contact(
    *,
    loan,
    kind,
    result,
    on,
    by,
    promised_on=None,
    promised_amount=None,
    next_step="",
    next_on=None,
    note="",
    reason="",
    key=None,
):
    """Write down a call or a visit. A promise has a day and an amount (minor units); money since the day keeps it.

    Returns the LoanContact. Raises Invalid, Blocked, NotAllowed.
    """
    loan = lock_loan(loan)
    demand("loans.contact", by, loan)
    check_date(on=on, programme=loan.programme, by=by, reason=reason)
    if loan.state not in OWED:
        raise Blocked(_("Nothing is owed on %(ref)s; there is nothing to ask for.") % {"ref": loan.ref})
    if kind not in LoanContact.Kind.values:
        raise Invalid(_("Choose how you spoke."), field="kind")
    if result not in LoanContact.Result.values:
        raise Invalid(_("Choose what came of it."), field="result")
    if on < loan.disbursed_on:
        raise Invalid(_("The loan was not paid out yet on that day."), field="on")
    _check_promise(result, promised_on, promised_amount, on)
    if next_step and next_step not in LoanContact.Step.values:
        raise Invalid(_("Choose the next step from the list."), field="next_step")
    if next_on and not next_step:
        raise Invalid(_("Choose what will be done on that day."), field="next_step")
    if next_on and next_on < on:
        raise Invalid(_("The next step lies after this contact."), field="next_on")
    if len(note) > NOTE_LENGTH:
        raise Invalid(_("Keep the note under %(most)s letters.") % {"most": NOTE_LENGTH}, field="note")
    contact = LoanContact.objects.create(
        loan=loan,
        kind=kind,
        on=on,
        by=by,
        result=result,
        promised_on=promised_on,
        promised_amount=promised_amount,
        next_step=next_step,
        next_on=next_on,
        note=note.strip(),
    )
    record(
        "loan.contact",
        loan.ref,
        by=by,
        on=on,
        programme=loan.programme.key,
        body={
            "contact": contact.pk,
            "kind": kind,
            "result": result,
            "promised_on": promised_on,
            "promised": promised_amount,
            "next_step": next_step,
            "next_on": next_on,
        },
    )
    return contact


def _check_promise(result, promised_on, promised_amount, on):
    if result != LoanContact.Result.PROMISED:
        if promised_on or promised_amount:
            raise Invalid(_("Day and amount belong to a promise. Choose “Promised to pay”."), field="result")
        return
    if not promised_on:
        raise Invalid(_("Enter the day by which it will be paid."), field="promised_on")
    if promised_on < on:
        raise Invalid(_("A promise lies on the day of the talk or later."), field="promised_on")
    if not promised_amount or promised_amount < 0:
        raise Invalid(_("Enter how much will be paid."), field="promised_amount")
