"""What stands for a loan ends with its debt, and comes back when the debt comes back. Called while it is locked."""

from django.utils.translation import gettext as _

from audit.refusals import Blocked
from audit.services import record
from loans.models import Collateral


def let_go(loan, *, day, on, by):
    """The loan is over since `day`: guarantors and collateral are released by that. The act is of `on`."""
    reason = _("Nothing is owed on the loan any more.")
    for row in loan.guarantors.standing().select_related("party"):
        _release(row, max(day, row.consented_on), reason)
        body = {"guarantor": row.party.ref, "amount": row.amount}
        record("guarantor.release", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    for row in loan.collateral.held():
        _release(row, max(day, row.valued_on), reason)
        body = {"collateral": row.pk, "value": row.value_amount}
        record("collateral.release", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)


def _release(row, day, reason):
    row.released_on, row.release_reason, row.released_with_loan = day, reason, True
    row.save()


def take_up(loan, *, on, by, reason):
    """The loan is owed again: who and what was released only because it was over stands for it as before."""
    for row in loan.guarantors.filter(released_with_loan=True).select_related("party"):
        _hold(row)
        body = {"guarantor": row.party.ref, "amount": row.amount}
        record("guarantor.return", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)
    for row in loan.collateral.filter(released_with_loan=True):
        _need_free(row, loan)
        _hold(row)
        body = {"collateral": row.pk, "value": row.value_amount}
        record("collateral.return", loan.ref, by=by, on=on, programme=loan.programme.key, body=body, reason=reason)


def _need_free(row, loan):
    twin = Collateral.objects.twins_of(loan, row.registration).select_related("loan").first()
    if twin is not None:
        raise Blocked(
            _("%(ref)s would be owed again, and its lien %(registration)s secures %(other)s since it was over.")
            % {"ref": loan.ref, "registration": row.registration, "other": twin.loan.ref},
            [_("Release it from %(other)s, or record another security there.") % {"other": twin.loan.ref}],
        )


def _hold(row):
    row.released_on, row.release_reason, row.released_with_loan = None, "", False
    row.save()
