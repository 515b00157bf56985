"""The pay sheet on paper: who gets how much, the document that was shown, signature or thumb mark, witness."""

from django.utils.translation import gettext as _

from ledger.money import Money
from pages import paper

# So many empty lines in a cell leave room for a thumb.
ROOM = "\n\n\n"


def pay_sheet_paper(sheet, rows):
    """The PDF as bytes. Names are in the letters of the register, with the script of the payee beside them."""
    table = [
        [
            row.number,
            "\n".join(filter(None, [row.order.payee.name, row.order.payee.name_script, row.order.ref])),
            Money(row.order.amount, row.order.currency),
            ROOM,
            "",
            "",
        ]
        for row in rows
    ]
    total = Money(sum(row.order.amount for row in rows), sheet.advance.currency)
    head = [
        _("No."),
        _("Payee"),
        _("Amount"),
        _("Identity document shown"),
        _("Signature or thumb mark"),
        _("Witness signs"),
    ]
    story = [
        paper.text(_("Pay sheet"), "title"),
        paper.facts(
            [
                (_("Village"), sheet.village),
                (_("Paymaster"), sheet.advance.paymaster),
                (_("Advance"), sheet.advance.ref),
                (_("Day of the payment"), ""),
            ]
        ),
        paper.space(),
        paper.table(table, [6, 32, 20, 26, 34, 22], head=head, numbers={2}, total=["", _("Total"), total, "", "", ""]),
        paper.space(),
        paper.text(
            _("The payee shows an identity document, signs before the witness, and then gets the money."),
            "quiet",
        ),
        paper.text(_("Paid in all: __________   Not paid: __________   Brought back: __________"), "text"),
        paper.signatures([(_("Paymaster"), sheet.advance.paymaster), (_("Witness: name and who that is"), "")]),
    ]
    title = _("Pay sheet %(ref)s") % {"ref": sheet.ref}
    return paper.paper(title, story, reference=sheet.ref, footer=sheet.programme.public_name)
