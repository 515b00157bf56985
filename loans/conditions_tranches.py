"""Facts that a tranche asks for before it is paid out or given up."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from audit.moves import fact
from payments.models import PaymentOrder
from programmes.clock import today

# Before the last instalment there must be time to pay the tranche out, and to repay it.
LEAST_LEFT = timedelta(days=31)


@fact(_("Something must be shown before it."))
def asks_for_something(tranche):
    return None if tranche.condition else _("Nothing must be shown before this tranche: finance can pay it.")


@fact(_("The loan is signed and not repaid."))
def loan_runs(tranche):
    if tranche.loan.state in ("signed", "active"):
        return None
    return _("%(ref)s is in the state “%(state)s”; nothing of it is paid out.") % {
        "ref": tranche.loan.ref,
        "state": tranche.loan.state_label,
    }


@fact(_("The tranches before it are paid out or given up."))
def earlier_are_over(tranche):
    before = tranche.loan.tranches.open().filter(number__lt=tranche.number).first()
    if before is None:
        return None
    return _("Tranche %(number)s comes first.") % {"number": before.number}


@fact(_("What must be shown is confirmed by a second person."))
def shown_and_confirmed(tranche):
    if tranche.state in ("confirmed", "returned") or (tranche.state == "planned" and not tranche.condition):
        return None
    return _("It must be shown and confirmed: “%(condition)s”") % {"condition": tranche.condition}


@fact(_("No instalment is late."))
def nothing_late(tranche):
    loan = tranche.loan
    late = loan.instalments.filter(
        version=loan.current_version, settled_on=None, due_on__lt=today(loan.programme)
    ).first()
    if loan.state != "active" or late is None:
        return None
    return _("Instalment %(number)s of %(day)s is late. The next tranche waits for it.") % {
        "number": late.number,
        "day": f"{late.due_on:%d.%m.%Y}",
    }


@fact(_("There is time left to repay it."))
def time_left(tranche):
    loan = tranche.loan
    if loan.state != "active" or today(loan.programme) + LEAST_LEFT <= loan.matures_on:
        return None
    return _("The last instalment falls due on %(day)s: too soon to pay out more. Reschedule first, or give it up.") % {
        "day": f"{loan.matures_on:%d.%m.%Y}"
    }


@fact(_("The schedule in force has begun."))
def schedule_begun(tranche):
    """A schedule that was decided when instalments were paid ahead begins on the day to which they are paid."""
    loan = tranche.loan
    if loan.state != "active":
        return None
    begins_on = loan.versions.get(number=loan.current_version).starts_on
    if begins_on <= today(loan.programme):
        return None
    return _(
        "Instalments are paid up to %(day)s, and the new schedule begins then: pay the tranche from that day on."
    ) % {"day": f"{begins_on:%d.%m.%Y}"}


@fact(_("No payment of it is on its way."))
def not_in_payment(tranche):
    if PaymentOrder.objects.live().filter(source_ref=tranche.source_ref).exclude(state="settled").exists():
        return _("A payment of this tranche is on its way.")
    return None


@fact(_("Something of the loan is paid out or will be."))
def not_the_only_one(tranche):
    if tranche.loan.tranches.exclude(state="given_up").exclude(pk=tranche.pk).exists():
        return None
    return _("This is all of the loan. Cancel the loan instead.")


ORDERABLE = (loan_runs, earlier_are_over, shown_and_confirmed, nothing_late, time_left, schedule_begun)


def missing_for_payment(tranche):
    """The sentences that keep a tranche from being paid out today; [] when finance can pay it."""
    found = [condition.missing(tranche) for condition in ORDERABLE]
    return [sentence for sentence in found if sentence]
