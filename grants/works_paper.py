"""The payment certificate as a paper: contract, work done, what is held back, what is paid, who signs."""

from django.utils.translation import gettext as _

from ledger.money import Money, shown
from pages import paper


def draw_certificate(certificate):
    """PDF bytes. A certificate that another person has not certified says so."""
    contract, award = certificate.contract, certificate.contract.award
    currency = contract.currency
    title = _("Payment certificate No. %(number)s") % {"number": certificate.number}
    pairs = [
        (_("Contract"), contract.ref),
        (_("Works"), contract.tender.subject),
        (_("For"), str(award.applicant)),
        (_("Builder"), f"{contract.contractor.name}, {contract.contractor.ref}"),
        (_("Contract with its variations"), str(Money(contract.total_amount, currency))),
        (_("Work until"), f"{certificate.period_to:%d.%m.%Y}"),
    ]
    earlier = certificate.work_done_amount - certificate.held_amount - certificate.net_amount
    rows = [
        (_("Work done since the beginning"), shown(certificate.work_done_amount, currency)),
        (_("Held back"), shown(-certificate.held_amount, currency)),
        (_("Paid by earlier certificates"), shown(-earlier, currency)),
    ]
    certified = certificate.certified_on is not None
    story = [
        paper.text(title, "title"),
        *([] if certified else [paper.text(_("Measured, not certified"), "h2")]),
        paper.facts(pairs),
        paper.space(),
        paper.table(
            rows,
            widths=(3, 1),
            head=(_("Account"), currency),
            numbers=(1,),
            total=(_("To be paid"), shown(certificate.net_amount, currency)),
        ),
        paper.signatures(
            [
                (_("Measured by"), str(certificate.measured_by)),
                (_("Certified by"), str(certificate.certified_by or "")),
                (_("For the builder"), contract.contractor.name),
            ]
        ),
    ]
    public = award.programme.public_name
    return paper.paper(title, story, reference=certificate.ref, subtitle=public, footer=public)
