"""The release letter: whoever stood for a loan, or pledged a thing for it, is told that nothing is asked of them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Blocked
from ledger.money import Money, shown
from loans.models import Loan
from loans.papers.frame import about, day, drawn_for, named
from pages import paper

OVER = (Loan.State.CLOSED, Loan.State.OVERPAID)


def release_paper(loan, on):
    """A page for each guarantor and each owner of collateral that was released. Raises Blocked when there is none."""
    guarantors = list(loan.guarantors.exclude(released_on=None).select_related("party"))
    things = list(loan.collateral.exclude(released_on=None).select_related("owner"))
    parties = {row.party.pk: row.party for row in guarantors} | {row.owner.pk: row.owner for row in things}
    if not parties:
        raise Blocked(_("Nobody and nothing that stood for %(ref)s is released.") % {"ref": loan.ref})

    def made():
        story = []
        for party in parties.values():
            own = [row for row in things if row.owner_id == party.pk]
            stood = [row for row in guarantors if row.party_id == party.pk]
            story += [paper.new_page()] if story else []
            story += _letter(loan, party, stood, own, on)
        return story

    return drawn_for(loan, gettext_lazy("Release letter"), made)


def _letter(loan, party, stood, things, on):
    sentences = [_over(loan)] if loan.state in OVER else []
    for row in stood:
        facts = {
            "amount": Money(row.amount, loan.currency),
            "consent": day(row.consented_on),
            "day": day(row.released_on),
        }
        sentences.append(
            _(
                "By your consent of %(consent)s you guaranteed it up to %(amount)s. Your guarantee has ended on "
                "%(day)s: nothing is asked of you for this loan."
            )
            % facts
        )
    if things:
        sentences.append(
            _("What was pledged for it is free again. Where a lien is registered, we agree that it is deleted.")
        )
    return [
        paper.text(named(party), "strong"),
        paper.text(party.place, "text"),
        paper.text(day(on), "right"),
        paper.text(_("Release letter"), "title"),
        paper.facts(about(loan)),
        paper.space(12),
        *[paper.text(sentence, "letter") for sentence in sentences],
        *([_pledged(loan, things), paper.space()] if things else []),
        paper.signatures([(_("For the programme"), loan.programme.public_name)]),
    ]


def _over(loan):
    facts = {"ref": loan.ref, "borrower": named(loan.borrower), "day": day(loan.closed_on)}
    if loan.forgiven_on:
        return _("The rest of the loan %(ref)s of %(borrower)s was forgiven on %(day)s: nothing is owed on it.") % facts
    return _("The loan %(ref)s of %(borrower)s is repaid since %(day)s: nothing is owed on it.") % facts


def _pledged(loan, things):
    rows = [
        [row.description, row.registration or "\u2013", shown(row.value_amount, loan.currency), day(row.released_on)]
        for row in things
    ]
    head = [_("What"), _("Registration"), _("Value"), _("Free since")]
    return paper.table(rows, [5, 3, 2, 2], head=head, numbers={2})
