"""What an award asks back when it ends or an asset is let go early.

It comes in, is given up, or the bank sends the payment itself back.
"""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid
from audit.services import record, service
from grants.funding import recovery_parts, settled_parts
from grants.models import Award, Recovery
from grants.services.access import demand, locked
from ledger import postings
from ledger.money import Money
from ledger.services import post
from programmes.services import check_date, lock_lines

ENDED = (Award.State.CLOSED, Award.State.TERMINATED)
ENTRIES = {
    Recovery.Kind.RECEIVED: ("grant_recovery_received", postings.grant_recovery_received),
    Recovery.Kind.GIVEN_UP: ("grant_recovery_given_up", postings.grant_recovery_given_up),
    Recovery.Kind.CAME_BACK: ("grant_recovery_given_up", postings.grant_recovery_given_up),
}


def event_key(recovery):
    return f"recovery:{recovery.award.ref}:{recovery.pk}"


def book(award, kind, amount, *, on, by, bank_reference="", reason=""):
    """Write one part of the recovery and its entry. The caller has locked the dossier."""
    parts = settled_parts(award, amount)
    lock_lines(*parts)
    row = Recovery.objects.create(award=award, kind=kind, amount=amount, on=on, bank_reference=bank_reference, by=by)
    post(
        book_key=award.programme.key,
        kind=ENTRIES[kind][0],
        event_key=event_key(row),
        legs=[leg for line, part in parts.items() for leg in ENTRIES[kind][1](part, line=line, award=award.ref)],
        currency=award.currency,
        value_on=on,
        by=by,
        reason=reason,
    )
    body = {"amount": amount, "currency": award.currency, "recovery": row.pk}
    record(f"recovery.{kind}", award.ref, by=by, on=on, programme=award.programme.key, body=body, reason=reason)
    return row


def _checked(award, rule, amount, on, by, reason):
    """The locked award that asks back at least `amount`: it has ended, or an asset of it was let go early."""
    award = locked(award)
    demand(rule, by, award)
    check_date(on=on, programme=award.programme, by=by, reason=reason)
    asked_on = award.asked_back_on
    if asked_on is None:
        raise Blocked(_("The award is %(state)s: nothing is asked back.") % {"state": award.state_label})
    if on < asked_on:
        raise Invalid(
            _("Nothing was asked back before %(date)s.") % {"date": asked_on.strftime("%d.%m.%Y")},
            field="on",
        )
    if amount <= 0:
        raise Invalid(_("The amount must be above zero."), field="amount")
    due = award.recovery_due_amount
    if amount > due:
        raise Invalid(_("%(due)s is asked back and not more.") % {"due": Money(due, award.currency)}, field="amount")
    return award


@service
def receive_recovery(*, award, amount, bank_reference, on, by, reason="", key=None):
    """The grantee paid `amount` minor units back; `on` is the value date. It is on the funding line again."""
    award = _checked(award, "payments.book", amount, on, by, reason)
    bank_reference = bank_reference.strip()
    if not bank_reference:
        raise Invalid(_("Enter the bank's reference."), field="bank_reference")
    return book(award, Recovery.Kind.RECEIVED, amount, on=on, by=by, bank_reference=bank_reference[:60], reason=reason)


@service
def give_up_recovery(*, award, amount, reason, on, by, key=None):
    """`amount` minor units will not come back. Another person than the one who ended the award says so, and why."""
    award = _checked(award, "grants.give_up", amount, on, by, reason)
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")
    return book(award, Recovery.Kind.GIVEN_UP, amount, on=on, by=by, reason=reason)


def ask_back(award, amount, event_key, *, on, by, reason):
    """Book `amount` minor units as owed by the grantee. The caller has locked the dossier and set the award's sum."""
    parts = recovery_parts(award, amount)
    lock_lines(*{line.key for line in parts})
    post(
        book_key=award.programme.key,
        kind="grant_recovery_decided",
        event_key=event_key,
        legs=[
            leg
            for line, part in parts.items()
            for leg in postings.grant_recovery_decided(part, line=line.key, award=award.ref)
        ],
        currency=award.currency,
        value_on=on,
        by=by,
        reason=reason,
    )


def lower_recovery(award, amount, on, by):
    """The bank sent a payment of the ended award back: it is no longer asked of the grantee, as far as it still is."""
    amount = min(amount, award.recovery_due_amount)
    if award.state in ENDED and amount > 0:
        book(award, Recovery.Kind.CAME_BACK, amount, on=on, by=by)
