"""Loans go from one adviser to another by a signed list. What stood on it that day stays to be seen."""

from django.utils.translation import gettext as _

from applicants.services import claim_part, lock_applications
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from loans.arrears import days_past_due
from loans.models import Handover, HandoverLoan, Loan
from loans.services.access import demand, need_text
from programmes.models import Role
from programmes.roles import holds
from programmes.services import check_date

CARED_FOR = (
    Loan.State.APPROVED,
    Loan.State.SIGNED,
    Loan.State.ACTIVE,
    Loan.State.OVERPAID,
    Loan.State.WRITTEN_OFF,
)


@service
def prepare_handover(*, programme, giver, taker, loans, reason, on, by, key=None):
    """List the loans that `giver` looks after and `taker` shall, with principal and days late today."""
    handover = Handover(
        programme=programme, giver=giver, taker=taker, reason=reason.strip()[:300], prepared_on=on, prepared_by=by
    )
    demand("loans.hand_over", by, handover)
    check_date(on=on, programme=programme, by=by)
    need_text(reason, "reason", _("Say why the loans go to another person."))
    if giver.pk == taker.pk:
        raise Invalid(_("Choose another adviser."), field="taker")
    loans = list(Loan.objects.filter(pk__in=[loan.pk for loan in loans]).select_related("region").order_by("pk"))
    theirs = Loan.objects.filter(programme=programme, application__adviser=giver, state__in=CARED_FOR)
    if not loans or theirs.filter(pk__in=[loan.pk for loan in loans]).count() != len(loans):
        raise Invalid(_("Only open loans of this adviser can be handed over."), field="loans")
    for loan in loans:
        demand("loans.hand_over", by, loan)
        if not holds(taker, [Role.ADVISER], programme.pk, loan.region_id):
            raise Invalid(
                _("%(adviser)s is not an adviser in %(region)s.") % {"adviser": taker, "region": loan.region},
                field="taker",
            )
    handover.save()
    HandoverLoan.objects.bulk_create(
        [
            HandoverLoan(
                handover=handover,
                loan=loan,
                principal_amount=loan.principal_amount,
                days_late=days_past_due(list(loan.instalments.filter(version=loan.current_version)), on),
            )
            for loan in loans
        ]
    )
    body = {"handover": handover.pk, "from": giver.ref, "to": taker.ref, "loans": [loan.ref for loan in loans]}
    record("handover.prepare", programme.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
    return handover


@service
def sign_handover(*, handover, on, by, key=None):
    """The taker signs the list: the loans and their dossiers are theirs from that day, with the adviser's part.

    Who voted, paid or verified on one of the dossiers cannot take it. The first adviser keeps their part too.
    """
    rows = list(handover.loans.select_related("loan"))
    applications = lock_applications([row.loan.application_id for row in rows])
    handover = Handover.objects.select_for_update(of=("self",)).select_related("programme").get(pk=handover.pk)
    programme = handover.programme
    if by.pk != handover.taker_id:
        raise NotAllowed(_("Who takes the loans over signs the list."))
    check_date(on=on, programme=programme, by=by)
    if handover.signed_on:
        raise Blocked(_("This list was signed already."))
    for application in applications.values():
        if application.adviser_id != handover.giver_id:
            raise Blocked(_("%(ref)s is not with the first adviser any more.") % {"ref": application.ref})
        claim_part(application=application, user=by, part="adviser", on=on)
        application.adviser = by
        application.save()
    handover.signed_on = on
    handover.save()
    body = {"handover": handover.pk, "loans": sorted(row.loan.ref for row in rows)}
    record("handover.sign", programme.ref, by=by, on=on, programme=programme.key, body=body)
    for row in rows:
        record(
            "loan.hand_over",
            row.loan.ref,
            by=by,
            on=on,
            programme=programme.key,
            body={"handover": handover.pk, "from": handover.giver_id, "to": by.pk},
        )
    return handover
