"""The handover certificate as a paper: what is handed over, piece by piece with serial numbers, and places to sign."""

from django.utils.translation import gettext_lazy as _

from grants.agreement import Words, named, signers
from ledger.money import Money, shown
from pages import paper


def draw_certificate(purchase, on):
    """PDF bytes for the pieces of a matched purchase, dated `on`; in the programme's language with English beside."""
    award = purchase.award
    words = Words(award.programme.language)
    title = words(_("Handover certificate"))
    assets = list(purchase.assets.order_by("pk"))
    rows = [
        [number, asset.label, asset.serial_number or "–", shown(asset.amount, award.currency)]
        for number, asset in enumerate(assets, 1)
    ]
    head = [words(_("No.")), words(_("What")), words(_("Serial number")), f"{words(_('Cost'))}, {award.currency}"]
    total = ["", words(_("Total")), "", shown(sum(asset.amount for asset in assets), award.currency)]
    facts = [
        (words(_("Number")), purchase.ref),
        (words(_("Agreement")), f"{award.ref}, {award.signed_on:%d.%m.%Y}"),
        (words(_("Grantee")), named(award.applicant)),
        (words(_("Supplier")), named(purchase.supplier)),
        (words(_("Invoice")), f"{purchase.invoice_number}, {purchase.invoice_on:%d.%m.%Y}"),
        (words(_("Amount")), str(Money(purchase.amount, award.currency))),
        (words(_("Printed on")), f"{on:%d.%m.%Y}"),
    ]
    story = [
        paper.text(title, "title"),
        paper.facts(facts),
        paper.table(rows, [1, 6, 4, 3], head=head, numbers=(0, 3), total=total),
        # Nobody signs a page on which nothing is said.
        paper.together(
            [
                paper.space(8),
                paper.text(words(_("The grantee has received these goods, complete and working."))),
                paper.text(_title(purchase, words)),
                paper.signatures(signers(award, words)),
            ]
        ),
    ]
    public = award.programme.public_name
    return paper.paper(
        title, story, reference=purchase.ref, subtitle=public, lang=award.programme.language, footer=public
    )


def _title(purchase, words):
    months = purchase.award.window.title_months
    if purchase.by_agency or not months:
        return words(_("With both signatures they are the grantee's property."))
    return words(
        _("They are not sold or given away within %(months)s months without the programme's consent."), months=months
    )
