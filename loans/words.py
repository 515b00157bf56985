"""How loans read on the pages of others: shapes of their states, words of their events, panels on lower pages."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants import cases, panels
from applicants.panels import Panel, PanelRow
from ledger.money import Money
from loans.models import Loan
from pages import history, states
from pages.states import shape_of

SHAPES = {
    "approved": "start",
    "signed": "moving",
    "active": "live",
    "overpaid": "late",
    "closed": "done",
    "written_off": "no",
    "cancelled": "over",
}
TRANCHES = {
    "planned": "start",
    "asked": "wait",
    "confirmed": "moving",
    "paid": "done",
    "returned": "no",
    "giving_up": "wait",
    "given_up": "over",
}
REQUESTS = {
    "asked": "start",
    "before": "moving",
    "approved": "wait",
    "refused": "no",
    "in_force": "done",
    "withdrawn": "over",
}
DAYS = {"open": "live", "counted": "moving", "closed": "done"}
EVENTS = {
    "cashday.create": _("First money of the day"),
    "cashday.count": _("Cash counted"),
    "cashday.close": _("Closed by a second person"),
    "cashday.send_back": _("Count sent back"),
    "cashday.find_difference": _("The difference was found"),
    "receipt.issue": _("Receipt issued"),
    "balances.draw": _("Sample of balances drawn"),
    "balances.answer": _("A borrower answered"),
    "balances.settle": _("A difference explained"),
    "portfolio.import": _("Older portfolio imported"),
    "deposit.enter": _("Cash carried to the bank"),
    "loan.create": _("Approved by the committee"),
    "loan.approve_again": _("Approved anew"),
    "loan.withdraw_approval": _("Approval taken back"),
    "loan.set_terms": _("Months changed"),
    "loan.plan_tranches": _("Tranches planned"),
    "loan.sign": _("Contract signed"),
    "loan.activate": _("Paid out"),
    "loan.bounce": _("Pay-out returned by the bank"),
    "loan.finish": _("Repaid"),
    "loan.finish_overpaid": _("Repaid, with an overpayment"),
    "loan.reopen": _("Owed again"),
    "loan.refund": _("Overpayment sent back"),
    "loan.return_refund": _("Refund returned by the bank"),
    "loan.write_off": _("Written off"),
    "loan.forgive": _("Forgiven"),
    "loan.cancel": _("Cancelled"),
    "loan.reckon": _("Penalties reckoned"),
    "loan.reschedule": _("New schedule"),
    "loan.change_rate": _("Rate changed"),
    "loan.waive": _("Interest or penalties waived"),
    "loan.reverse_waiver": _("Waiver taken back"),
    "loan.life_event": _("Death or move abroad recorded"),
    "loan.decide_life_event": _("Decided what follows"),
    "loan.end_attorney": _("Power of attorney ended"),
    "loan.hand_over": _("Handed to another adviser"),
    "loantranche.create": _("Tranche promised"),
    "loantranche.ask": _("Said what was shown"),
    "loantranche.confirm": _("Confirmed what was shown"),
    "loantranche.send_back": _("Not shown"),
    "loantranche.ask_to_give_up": _("Asked to give a tranche up"),
    "loantranche.keep": _("Tranche kept"),
    "loantranche.give_up": _("Tranche given up"),
    "loantranche.settle": _("Tranche paid out"),
    "loantranche.bounce": _("Tranche returned by the bank"),
    "loantranche.lapse": _("Tranche returned, nothing left to pay out"),
    "loantranche.drop": _("Tranche dropped with the loan"),
    "reliefrequest.create": _("Request for relief made"),
    "reliefrequest.put_before": _("Relief put before the committee"),
    "reliefrequest.put_back": _("Relief waits for another session"),
    "reliefrequest.approve": _("Relief approved by the committee"),
    "reliefrequest.refuse": _("Relief refused by the committee"),
    "reliefrequest.ask_again": _("Relief waits for another session"),
    "reliefrequest.put_in_force": _("Relief put in force"),
    "reliefrequest.withdraw": _("Request for relief withdrawn"),
    "guarantor.add": _("Guarantor recorded"),
    "guarantor.release": _("Guarantor released"),
    "guarantor.notify": _("Guarantors told of the arrears"),
    "guarantor.notice_sent": _("Notice to a guarantor sent"),
    "guarantor.return": _("Guarantor stands for the loan again"),
    "collateral.return": _("Collateral secures the loan again"),
    "collateral.add": _("Collateral recorded"),
    "collateral.release": _("Collateral released"),
    "group.constitute": _("Group constituted"),
    "group.leave": _("Member left the group"),
    "group.pay": _("Members' parts of a repayment typed"),
    "group.claim": _("Group claims from a member"),
    "group.settle_claim": _("Claim within the group settled"),
    "moratorium.create": _("Moratorium prepared"),
    "moratorium.put_before": _("Moratorium put before the committee"),
    "moratorium.put_back": _("Moratorium waits for another session"),
    "moratorium.approve": _("Moratorium approved by the committee"),
    "moratorium.refuse": _("Moratorium refused by the committee"),
    "moratorium.ask_again": _("Moratorium waits for another session"),
    "moratorium.put_in_force": _("Moratorium in effect"),
    "moratorium.withdraw": _("Moratorium cancelled"),
    "handover.prepare": _("List of loans to hand over"),
    "handover.sign": _("Loans handed over"),
    "loan.contact": _("Contact about what is owed"),
    "provisions.set": _("Provisioning rates set"),
    "reminders.set": _("Text of a reminder set"),
    "reminders.quiet": _("Quiet hours set"),
    "loan.remind": _("Reminder by text message"),
    "repayment.record": _("Repayment recorded"),
    "repayment.restate": _("Repayment divided anew"),
    "repayment.reverse": _("Repayment reversed"),
    "repayment.recall": _("Repayment taken back, owed again"),
    "repayment.recover": _("Recovery recorded"),
    "refund.settle": _("Refund settled"),
    "refund.return": _("Refund returned"),
}


def register():
    """Called once, from AppConfig.ready()."""
    asked = {"reliefrequest": REQUESTS, "moratorium": REQUESTS}
    states.register({"loan": SHAPES, "cashday": DAYS, "loantranche": TRANCHES, **asked})
    history.register_words(EVENTS)
    cases.register("L", loan_visible)
    panels.register(Panel("application", _("Loan"), rows=rows_of_application, order=40))
    panels.register(Panel("party", _("Loans"), rows=rows_of_party, order=40))


def loan_visible(user, ref):
    return Loan.objects.visible_to(user).filter(ref=ref).exists()


def rows_of_application(user, application):
    return _rows(Loan.objects.visible_to(user).filter(application=application))


def rows_of_party(user, party):
    mine = Q(borrower=party) | Q(guarantors__party=party, guarantors__released_on=None)
    return _rows(Loan.objects.visible_to(user).filter(mine).distinct())


def _rows(loans):
    return [
        PanelRow(
            title=loan.ref,
            url=loan.get_absolute_url(),
            why=str(loan.product),
            state=loan.state_label,
            state_class=shape_of("loan", loan.state),
            figure=str(Money(loan.amount, loan.currency)),
        )
        for loan in loans.select_related("product").order_by("-pk")
    ]
