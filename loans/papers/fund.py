"""The statement of a fund as a paper: the rows of its page, in the words and numbers of the reader's language."""

from django.template.defaultfilters import floatformat
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ledger.money import Money, shown
from pages import paper
from pages.templatetags.seedbed import day, percent


def sources_rows(sources):
    """[(label, minor units, is it a sum?)] of Sources; the sum is left out where donors gave all of it."""
    given = (_("Capital from donors, all years"), sources.given, False)
    others = (
        (_("Transferred from and to other lines, all years"), sources.transferred, False),
        (_("Converted from and to other currencies, all years"), sources.converted, False),
    )
    others = [row for row in others if row[1]]
    return [given, *others, (_("Capital of the line"), sources.total, True)] if others else [given]


def integrity_rows(integrity):
    """[(label, minor units, is it a sum?)] of an Integrity, what is there and then where it came from."""
    rows = [
        (_("Cash"), integrity.cash, False),
        (_("Principal owed by borrowers"), integrity.outstanding, False),
        (_("Less what is held for others"), integrity.held, False),
        (_("There in all"), integrity.worth, True),
        *sources_rows(integrity.sources),
        (_("Earned and recovered"), integrity.earned, False),
        (_("Less written off and forgiven"), integrity.lost, False),
        (_("Less costs"), integrity.costs, False),
    ]
    if integrity.other:
        rows.append((_("Less grants"), integrity.other, False))
    if integrity.allowance is not None:
        rows.append((_("Expected to be lost of what is owed"), integrity.allowance, False))
    return rows


def share_label(integrity):
    if integrity.allowance is None:
        return _("There for each unit of capital (no rates of expected loss are set)")
    return _("There, without the expected loss, for each unit of capital")


def rate_sentence(line):
    """By which rates a statement in another currency than its line's is reckoned."""
    return _("%(rule)s. %(how)s. What the rates made of the money is the exchange effect.") % {
        "rule": line.get_rate_rule_display(),
        "how": line.get_translation_display(),
    }


def fund_paper(statement, translated, currency, integrity=None):
    """The PDF as bytes.

    statement: the FundStatement of a line in its own currency; translated: the same in `currency`, or itself;
    integrity: of a line that is lent, at the end of the period.
    """
    line = statement.line
    title = _("Fund statement")
    story = [
        paper.text(title, "title"),
        paper.facts(_about(statement, currency)),
        *([paper.text(rate_sentence(line), "quiet")] if currency != line.currency else []),
        *_terms(translated, currency),
        paper.space(),
        paper.text(_closing_sentence(statement), "strong"),
        *_all_years(statement, lent=integrity is not None),
        *(_integrity(integrity, line.currency) if integrity else []),
    ]
    return paper.paper(
        title,
        story,
        reference=f"{line.key} · {currency}",
        subtitle=line.programme.public_name,
        footer=line.programme.public_name,
        lang=get_language() or "en",
    )


def _about(statement, currency):
    line = statement.line
    period = _("From %(first)s to %(last)s") % {"first": day(statement.from_on), "last": day(statement.to_on)}
    return [
        (_("Programme"), line.programme.public_name),
        (_("Funding line"), f"{line.name} ({line.key})"),
        (_("Donor"), line.donor),
        (_("Period"), period),
        (_("Amounts in"), currency),
    ]


def _terms(statement, currency):
    *rows, closing = [[title, shown(amount, currency)] for title, amount in statement.rows()]
    return [paper.space(), paper.table(rows, [3, 1], head=[_("Term"), currency], numbers={1}, total=closing)]


def _closing_sentence(statement):
    if statement.difference:
        amount = Money(statement.difference, statement.line.currency)
        return _("The statement does not close: %(amount)s is not explained.") % {"amount": amount}
    return _("The statement closes.")


def _all_years(statement, *, lent):
    """What the capital was and how often it was lent, up to the last day of the period."""
    currency = statement.line.currency
    pairs = [(label, Money(amount, currency)) for label, amount, _is_sum in sources_rows(statement.sources)]
    if lent:
        rotations = statement.rotations
        pairs += [
            (_("Loans paid out, all years"), Money(statement.disbursed_ever, currency)),
            (_("Rotations"), _("no data") if rotations is None else floatformat(rotations, 2)),
        ]
    return [paper.space(), paper.facts(pairs)]


def _integrity(integrity, currency):
    head = [_("What is there, and where it came from"), currency]
    rows = [
        [paper.text(label, "cell_bold") if is_sum else label, shown(amount, currency)]
        for label, amount, is_sum in integrity_rows(integrity)
    ]
    total = [share_label(integrity), percent(integrity.share, 1)]
    return [
        paper.text(_("Is the capital still there?"), "h2"),
        paper.text(_("At the end of %(day)s, by the ledger.") % {"day": day(integrity.as_of)}, "quiet"),
        paper.table(rows, [3, 1], head=head, numbers={1}, total=total),
    ]
