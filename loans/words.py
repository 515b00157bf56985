"""How loans read on the pages of others: shapes of their states, words of their events, panels on lower pages."""

from django.utils.translation import gettext_lazy as _

from applicants import panels
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
DAYS = {"open": "live", "counted": "moving", "closed": "done"}
EVENTS = {
    "cashday.create": _("First money of the day"),
    "cashday.count": _("Cash counted"),
    "cashday.close": _("Closed by a second person"),
    "cashday.send_back": _("Count sent back"),
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
    "repayment.record": _("Repayment recorded"),
    "repayment.restate": _("Repayment divided anew"),
    "repayment.reverse": _("Repayment reversed"),
    "repayment.recover": _("Recovery recorded"),
    "refund.settle": _("Refund settled"),
    "refund.return": _("Refund returned"),
}


def register():
    """Called once, from AppConfig.ready()."""
    states.register({"loan": SHAPES, "cashday": DAYS})
    history.register_words(EVENTS)
    panels.register(Panel("application", _("Loan"), rows=rows_of_application, order=40))
    panels.register(Panel("party", _("Loans"), rows=rows_of_party, order=40))


def rows_of_application(user, application):
    return _rows(Loan.objects.visible_to(user).filter(application=application))


def rows_of_party(user, party):
    return _rows(Loan.objects.visible_to(user).filter(borrower=party))


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
