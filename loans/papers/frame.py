"""What every paper for a borrower shares: its language, its head and foot, who the borrower is."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from ledger.money import shown
from pages import paper
from pages.paper_language import ENGLISH, has_catalogue, words_of


def language_of(loan):
    """The language of the borrower's own script where papers are translated into it, else the programme's."""
    wanted = (loan.borrower.script_language, loan.programme.language)
    return next((code for code in wanted if code and has_catalogue(code)), ENGLISH)


def drawn_for(loan, title, make):
    """The PDF of `make()`, a story, both in the borrower's language. `title` is a lazy text."""
    language = language_of(loan)
    with override(words_of(language)):
        return paper.paper(
            str(title),
            make(),
            reference=loan.ref,
            subtitle=loan.programme.public_name,
            footer=loan.programme.public_name,
            lang=words_of(language),
        )


def named(party):
    """A name as it is written in the register, with its own script beside it."""
    return f"{party.name} ({party.name_script})" if party.name_script else party.name


def day(value):
    return f"{value:%d.%m.%Y}" if value else ""


def amounts(loan, *values):
    """Amounts as cells of a table: without the currency, that its heading says."""
    return [shown(value, loan.currency) for value in values]


def about(loan):
    """(label, value) rows that say which loan it is."""
    rows = [(_("Borrower"), f"{named(loan.borrower)}, {loan.borrower.ref}")]
    if loan.business_id:
        rows.append((_("Business"), named(loan.business)))
    return [*rows, (_("Loan"), loan.ref), (_("Amounts in"), loan.currency)]
