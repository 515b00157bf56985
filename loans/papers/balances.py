"""The list of a sample of balances: who is asked, with room for the answer. The books' amount is not on it."""

from django.utils.translation import gettext as _

from loans.papers.frame import day, named
from pages import paper


def balances_paper(sample, checks):
    """The PDF as bytes. Who asks does not show the amount first, so the borrower says it without being led."""
    rows = [
        [
            check.number,
            "\n".join(filter(None, [named(check.loan.borrower), check.loan.ref])),
            "\n".join(filter(None, [check.loan.borrower.place, check.loan.borrower.phone])),
            "",
            "\n\n",
        ]
        for check in checks
    ]
    facts = [
        (_("Programme"), sample.programme.public_name),
        (_("Balances of"), day(sample.as_of)),
        (_("Drawn"), _("%(size)s of %(all)s loans") % {"size": len(rows), "all": sample.population}),
        (_("Seed"), sample.seed),
        (_("Method"), _("Sorted by SHA-256 of “seed:reference”, the first ones taken.")),
    ]
    story = [
        paper.text(_("Balances to be confirmed"), "title"),
        paper.facts(facts),
        paper.space(12),
        paper.table(
            rows,
            [5, 30, 30, 20, 22],
            head=[_("No."), _("Borrower"), _("Where"), _("Principal owed, says the borrower"), _("Signature")],
            numbers={0},
        ),
        paper.signatures([(_("Who asked"), "")]),
    ]
    title = _("Balances to be confirmed")
    return paper.paper(title, story, reference=sample.seed, footer=sample.programme.public_name)
