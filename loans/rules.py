"""Permissions on loans, asked through `rules`."""

import rules

from audit.models import Event
from programmes.models import Role
from programmes.roles import has_role

is_adviser = has_role(Role.ADVISER)
is_officer = has_role(Role.LOAN_OFFICER)
is_manager = has_role(Role.MANAGER)
is_finance = has_role(Role.FINANCE)


@rules.predicate
def is_not_theirs(user, loan):
    """True for somebody who neither advised on the dossier, now or before a handover, nor signed the contract."""
    if user.pk in (loan.application.adviser_id, loan.signed_by_id):
        return False
    return not loan.handovers.filter(handover__giver=user).exists()


@rules.predicate
def had_no_hand(user, loan):
    """True for somebody who entered nothing of the loan: no money, contact, waiver, new schedule or end."""
    return not Event.objects.about(loan.ref).filter(actor_id=user.pk).exists()


@rules.predicate
def decides_event(user, event):
    """True for an officer or manager who neither recorded the event nor made the loan."""
    loan = event.loan
    theirs = (is_officer | is_manager)(user, loan) and is_not_theirs(user, loan)
    return theirs and user.pk != event.recorded_by_id


@rules.predicate
def puts_in_force(user, request):
    """True for an officer or manager who neither asked for the relief nor made the loan."""
    theirs = (is_officer | is_manager)(user, request.loan) and is_not_theirs(user, request.loan)
    return theirs and user.pk != request.asked_by_id


@rules.predicate
def asks_relief(user, row):
    """On a loan, or on a request about it."""
    return (is_officer | is_manager)(user, getattr(row, "loan", row))


@rules.predicate
def is_not_preparer(user, moratorium):
    return user.pk != moratorium.asked_by_id


@rules.predicate
def did_not_ask(user, check):
    return getattr(check, "asked_by_id", None) != user.pk


@rules.predicate
def did_not_ask_end(user, tranche):
    return getattr(tranche, "end_asked_by_id", None) != user.pk


@rules.predicate
def did_not_count(user, day):
    """True for somebody else than the one who counted the cash box that day."""
    return getattr(day, "counted_by_id", None) != user.pk


@rules.predicate
def is_not_paid_out(user, loan):
    """True before money is out, and after it is all back."""
    return loan.state not in ("active", "written_off")


rules.add_rule("loans.set_terms", is_officer | is_manager)
rules.add_rule("loans.ask_tranche", is_adviser | is_officer | is_manager)
rules.add_rule("loans.confirm_tranche", (is_officer | is_manager) & did_not_ask)
rules.add_rule("loans.end_tranche", is_officer | is_manager)
rules.add_rule("loans.give_up_tranche", (is_officer | is_manager) & did_not_ask_end)
rules.add_rule("loans.sign", is_officer | is_manager)
rules.add_rule("loans.order_disbursement", is_finance)
rules.add_rule("loans.record_repayment", is_officer | is_finance)
rules.add_rule("loans.reverse_repayment", is_officer | is_finance)
rules.add_rule("loans.claim", is_officer | is_finance)
rules.add_rule("loans.take_cash", is_officer | is_finance)
rules.add_rule("loans.close_day", (is_officer | is_finance | is_manager) & did_not_count)
rules.add_rule("loans.deposit", is_officer | is_finance)
rules.add_rule(
    "loans.confirm_balances",
    has_role(Role.MONITORING, Role.MANAGER) & ~has_role(Role.LOAN_OFFICER, Role.ADVISER),
)
rules.add_rule("loans.ask_balance", is_not_theirs & had_no_hand)
rules.add_rule("loans.settle_balance", is_manager & did_not_ask)
rules.add_rule("loans.import_portfolio", is_manager)
rules.add_rule("loans.refund", is_finance)
rules.add_rule("loans.relieve", (is_officer | is_manager) & is_not_theirs)
rules.add_rule("loans.ask_relief", asks_relief)
rules.add_rule("loans.put_in_force", puts_in_force)
rules.add_rule("loans.secure", is_officer | is_manager)
rules.add_rule("loans.release", (is_officer | is_manager) & (is_not_theirs | is_not_paid_out))
rules.add_rule("loans.group", is_officer | is_manager)
rules.add_rule("loans.life_event", is_officer | is_manager | has_role(Role.ADVISER))
rules.add_rule("loans.decide_life_event", decides_event)
rules.add_rule("loans.apply_moratorium", (is_officer | is_manager) & is_not_preparer)
rules.add_rule("loans.moratorium", is_officer | is_manager)
rules.add_rule("loans.hand_over", is_officer | is_manager)
rules.add_rule("loans.contact", is_adviser | is_officer | is_manager)
rules.add_rule("loans.set_reminders", is_manager)
rules.add_rule("loans.set_provisions", is_manager | is_finance)
rules.add_rule("loans.cancel", is_officer | is_manager)
rules.add_rule("loans.fund", is_officer | is_manager | is_finance)
rules.add_rule("loans.portfolio", is_officer | is_manager | is_finance | has_role(Role.MONITORING))
