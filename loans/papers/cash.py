"""Papers of cash: the sheet that goes along to a village, and the slip that each borrower gets."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from reportlab.platypus import KeepTogether

from ledger.money import Money, shown
from loans.charge import charge_of
from loans.papers.frame import day, language_of, named
from pages import paper
from pages.paper_language import ENGLISH, words_of


def collection_paper(programme, rows, on, place=""):
    """The sheet as it is taken along: who owes what, with room for what was paid and a signature.

    rows: (loan, minor units proposed). Amounts of several currencies are not added up.
    """
    currencies = {loan.currency for loan, _amount in rows}
    total = None
    if len(currencies) == 1:
        total = ["", _("Total"), Money(sum(amount for _loan, amount in rows), currencies.pop()), "", ""]
    table = [
        [
            number,
            "\n".join(
                filter(None, [named(loan.borrower), loan.ref, str(loan.borrower.village or ""), loan.borrower.phone])
            ),
            Money(amount, loan.currency),
            "",
            "\n\n",
        ]
        for number, (loan, amount) in enumerate(rows, 1)
    ]
    head = [_("No."), _("Borrower"), _("Amount due"), _("Received"), _("Signature")]
    facts = [(_("Programme"), programme.public_name), (_("Day"), day(on)), (_("Village"), place or _("All"))]
    story = [
        paper.text(_("Collection sheet"), "title"),
        paper.facts(facts),
        paper.space(),
        paper.table(table, [5, 34, 20, 20, 25], head=head, numbers={0, 2}, total=total),
        paper.space(),
        paper.text(_("Cash counted in all: ____________________"), "text"),
        paper.signatures([(_("Who collected"), ""), (_("Who counted"), "")]),
    ]
    return paper.paper(_("Collection sheet"), story, reference=day(on), footer=programme.public_name)


def slips_paper(receipts):
    """A slip for each receipt, as many on a page as fit, each in its borrower's language."""
    receipts = list(receipts)
    story = []
    for receipt in receipts:
        story += [KeepTogether(_slip(receipt)), paper.space(18)]
    first = receipts[0]
    languages = {language_of(receipt.repayment.loan) for receipt in receipts}
    lang = words_of(languages.pop() if len(languages) == 1 else ENGLISH)
    return paper.paper(
        gettext_lazy("Receipts"),
        story,
        reference=first.ref if len(receipts) == 1 else f"{first.ref} – {receipts[-1].ref}",
        footer=first.programme.public_name,
        lang=lang,
    )


def _slip(receipt):
    repayment = receipt.repayment
    loan = repayment.loan
    with override(words_of(language_of(loan))):
        parts = (
            (_("Penalty"), repayment.penalty_amount),
            (_("Fee"), repayment.fee_amount),
            (charge_of(loan), repayment.interest_amount),
            (_("Principal"), repayment.principal_amount),
            (_("Kept for the borrower"), repayment.overpaid_amount),
            (_("Recovery after write-off"), repayment.recovered_amount),
        )
        void = []
        if receipt.is_void:
            sentence = _("Void since %(day)s: the repayment was reversed.") % {"day": day(repayment.reversed_on)}
            void = [paper.text(sentence, "strong")]
        return [
            paper.text(_("Receipt %(number)s") % {"number": receipt.ref}, "h2"),
            *void,
            paper.facts(
                [
                    (_("Borrower"), f"{named(loan.borrower)}, {loan.ref}"),
                    (_("Received in cash on"), day(repayment.value_on)),
                    (_("Amount"), Money(repayment.amount, repayment.currency)),
                    (_("Of it"), ", ".join(f"{label} {shown(part, loan.currency)}" for label, part in parts if part)),
                    (_("Received by"), receipt.issued_by),
                ]
            ),
            paper.space(),
            paper.text(_("Signature: ____________________"), "quiet"),
        ]
