"""Things pledged for a loan: recorded before its signature, released when it is over."""

from django.utils.translation import gettext as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from loans.models import Collateral, Loan
from loans.services.access import demand, lock_loan, need_state, need_text
from programmes.services import check_date


@service
def add_collateral(
    *,
    loan,
    kind,
    description,
    owner,
    value_amount,
    valued_by,
    valued_on,
    paper,
    on,
    by,
    registration="",
    key=None,
):
    """Something secures the loan; `value_amount` minor units by `valued_by`. The same registration secures one loan."""
    loan = lock_loan(loan)
    demand("loans.secure", by, loan)
    need_state(loan, Loan.State.APPROVED, Loan.State.SIGNED, Loan.State.ACTIVE)
    check_date(on=on, programme=loan.programme, by=by)
    need_text(description, "description", _("Say what it is."))
    need_text(valued_by, "valued_by", _("Say who valued it."))
    if value_amount <= 0:
        raise Invalid(_("The value is more than zero."), field="value_amount")
    if valued_on > on:
        raise Invalid(_("It was valued today or before."), field="valued_on")
    registration = registration.strip()
    held = loan.collateral.held().filter(registration__iexact=registration)
    if registration and (held.exists() or Collateral.objects.twins_of(loan, registration).exists()):
        raise Invalid(_("A lien with this registration secures a loan already."), field="registration")
    thing = Collateral.objects.create(
        loan=loan,
        kind=kind,
        description=description.strip(),
        owner=owner,
        value_amount=value_amount,
        valued_by=valued_by.strip(),
        valued_on=valued_on,
        registration=registration,
        paper=paper,
        recorded_by=by,
    )
    body = {"collateral": thing.pk, "kind": kind, "value": value_amount, "paper": paper.pk}
    record("collateral.add", loan.ref, by=by, on=on, programme=loan.programme.key, body=body)
    return thing


@service
def release_collateral(*, collateral, reason, on, by, version=None, key=None):
    """The thing is free again. While money is out, another than the adviser and the signer decides it."""
    loan = lock_loan(collateral.loan)
    collateral = Collateral.objects.select_for_update(of=("self",)).get(pk=collateral.pk)
    demand("loans.release", by, loan)
    check_date(on=on, programme=loan.programme, by=by)
    need_text(reason, "reason", _("Say why it is released."))
    if collateral.released_on:
        raise Blocked(_("It was released already."))
    collateral.released_on, collateral.release_reason = on, reason[:300]
    collateral.save()
    body = {"collateral": collateral.pk, "value": collateral.value_amount}
    record("collateral.release", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    return collateral
