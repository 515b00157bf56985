"""How accounts, entries and states of money read on pages."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

SHAPES = {
    "paymentorder": {
        "prepared": "start",
        "approved": "moving",
        "sent": "moving",
        "settled": "done",
        "returned": "no",
        "cancelled": "over",
    },
    "cashadvance": {"prepared": "wait", "open": "moving", "closed": "done", "cancelled": "over"},
    "paysheet": {"issued": "moving", "recorded": "wait", "confirmed": "done"},
    "statementline": {
        "open": "wait",
        "settled": "done",
        "returned": "no",
        "booked": "done",
        "set_aside": "over",
    },
}
ACCOUNTS = {
    "1000": _("Bank and cash"),
    "1100": _("Loan principal"),
    "1200": _("Grant recoveries due"),
    "1900": _("Conversion clearing"),
    "2000": _("Overpayments owed"),
    "2100": _("Receipts not yet claimed"),
    "3000": _("Capital and contributions from donors"),
    "4000": _("Interest received"),
    "4005": _("Interest capitalised"),
    "4010": _("Fees"),
    "4020": _("Penalties"),
    "4100": _("Recoveries after write-off"),
    "5000": _("Grants paid"),
    "5100": _("Bank charges and costs"),
    "5200": _("Written off"),
    "5210": _("Forgiven"),
    "9000": _("Co-financing accepted"),
    "9001": _("Co-financing accepted, contra"),
}
ENTRIES = {
    "capital_received": _("Donor's money received"),
    "capital_returned": _("Money returned to the donor"),
    "grant_paid": _("Grant paid"),
    "grant_recovery_decided": _("Recovery decided"),
    "grant_recovery_received": _("Recovery received"),
    "grant_recovery_given_up": _("Recovery given up"),
    "bank_charge": _("Bank charge or cost"),
    "loan_disbursed": _("Loan disbursed"),
    "overpayment_refunded": _("Overpayment refunded"),
    "conversion": _("Conversion"),
    "cofinancing_accepted": _("Co-financing accepted"),
    "repayment": _("Repayment"),
    "principal_written_off": _("Principal written off"),
    "principal_forgiven": _("Principal forgiven"),
    "interest_capitalised": _("Interest capitalised"),
    "recovered_after_write_off": _("Recovery after write-off"),
    "receipt_unmatched": _("Receipt not yet claimed"),
    "cash_advanced": _("Cash advanced to a paymaster"),
    "cash_brought_back": _("Cash brought back to the bank"),
    "cash_lost": _("Cash lost"),
    "transfer": _("Transfer between lines"),
}
EVENTS = {
    "paymentorder.create": _("Prepared"),
    "paymentorder.approve": _("Approved"),
    "paymentorder.void_approval": _("Approval void: the payee's account changed"),
    "paymentorder.account_changed": _("The payee's account changed"),
    "paymentorder.send": _("Sent to the bank"),
    "paymentorder.settle": _("Settled"),
    "paymentorder.return_unpaid": _("Returned unpaid"),
    "paymentorder.bounce": _("Returned by the bank, booking reversed"),
    "paymentorder.cancel": _("Cancelled"),
    "account.enter": _("Account entered"),
    "account.confirm": _("Account confirmed by a second person"),
    "account.change": _("Account changed"),
    "account.close": _("Account closed"),
    "account.read": _("Whole number read"),
    "ownaccount.enter": _("Account entered"),
    "ownaccount.confirm": _("Account confirmed by a second person"),
    "ownaccount.close": _("Account closed"),
    "batch.make": _("Sent to the bank"),
    "statement.load": _("Bank statement loaded"),
    "statementline.create": _("Stands on a bank statement"),
    "statementline.settle": _("Settles a payment"),
    "statementline.take_return": _("A payment that came back"),
    "statementline.book": _("Booked"),
    "statementline.receive": _("Received from a borrower"),
    "statementline.release": _("Open again"),
    "statementline.set_aside": _("Set aside"),
    "statementline.take_up": _("Taken up again"),
    "screening.load_list": _("Sanctions list loaded"),
    "screening.make": _("Compared with the sanctions lists"),
    "screening.decide": _("Possible match decided"),
    "cashadvance.create": _("Prepared"),
    "cashadvance.pay_out": _("Paid out"),
    "cashadvance.cancel": _("Cancelled"),
    "cashadvance.close": _("Accounted for"),
    "paysheet.create": _("Sheet made"),
    "paysheet.record": _("Recorded by the paymaster"),
    "paysheet.give_back": _("Given back to the paymaster"),
    "paysheet.confirm": _("Confirmed by the signed sheet"),
    "moneyrule.set": _("Rules for payments set"),
    "moneyrule.propose": _("Rules for payments proposed"),
    "moneyrule.confirm": _("Rules for payments in force"),
    "batch.list": _("Payment list with whole numbers taken"),
    "batch.file": _("File for the bank with whole numbers taken"),
}


SCREENING_SHAPES = {"clear": "done", "held": "wait", "confirmed": "no"}


def screening_reasons(reasons):
    """Sentences for the reasons of a possible match (payments.screening.likeness)."""
    said = []
    for code, *figures in reasons:
        if code == "words":
            same, alike, longer = figures
            said.append(
                ngettext(
                    "%(count)s word is the same, %(alike)s spelled alike, of %(longer)s.",
                    "%(count)s words are the same, %(alike)s spelled alike, of %(longer)s.",
                    same,
                )
                % {"count": same, "alike": alike, "longer": longer}
            )
        elif code == "born":
            said.append(gettext("Born %(mine)s beside %(theirs)s.") % {"mine": figures[0], "theirs": figures[1]})
        else:
            said.append(str(REASONS[code]))
    return said


REASONS = {
    "alias": _("It is another name of the entry."),
    "weak_alias": _("It is another name of the entry, which the list itself calls weak."),
    "born_unknown": _("A year of birth is not known on both sides."),
}


def entry_word(kind):
    """How the kind of an entry reads; a kind that nobody named reads as it is written."""
    return ENTRIES.get(kind, kind.replace("_", " ").capitalize())


# The facts of an account, by the names that stand in its events.
FACTS = {
    "kind": _("kind"),
    "holder": _("account holder"),
    "number": _("number"),
    "bank": _("bank"),
    "currency": _("currency"),
}
