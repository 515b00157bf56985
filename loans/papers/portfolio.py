"""The portfolio on a day as a paper: ageing, what is at risk, and its parts, in the reader's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ledger.money import shown
from loans.portfolio import BUCKETS, RISK_DAYS, bucket_word
from pages import paper
from pages.templatetags.seedbed import day as day_words
from pages.templatetags.seedbed import number, percent

RISKS = tuple(f"PAR{bound}" for bound in RISK_DAYS)


def portfolio_paper(found, parts, day, facts, footer=""):
    """The PDF as bytes.

    found: {currency: Portfolio} at the end of `day`; parts: {how it is divided: [(word, Portfolio)]}; facts: (label,
    value) of whose portfolio it is.
    """
    title = _("Portfolio")
    story = [
        paper.text(title, "title"),
        paper.facts([*facts, (_("Day"), day_words(day))]),
        paper.text(
            _(
                "At the end of the day. A late loan counts with all that is owed of it. PAR1 is what is owed by loans"
                " at least one day late, PAR30 and PAR90 by loans more than 30 and more than 90 days late; +R are loans"
                " that were rescheduled, late or not, as well."
            ),
            "quiet",
        ),
    ]
    for currency, whole in found.items():
        story += _of_currency(whole)
        for by, rows in parts.items():
            of_it = [(word, one) for word, one in rows if one.currency == currency]
            story += [paper.text(f"{by}, {currency}", "h3"), _parts(by, of_it, whole)]
    if not found:
        story.append(paper.text(_("Nothing was lent and unpaid on that day.")))
    reference = f"{day:%d.%m.%Y}"
    return paper.paper(title, story, reference=reference, footer=footer, lang=get_language() or "en")


def _of_currency(whole):
    """What is owed, how late, and how much of it is at risk."""
    currency = whole.currency
    ageing = [
        [bucket_word(name), number(loans), shown(amount, currency)]
        for name in BUCKETS
        for loans, amount in [whole.buckets[name]]
    ]
    total = [_("Total"), number(whole.loans), shown(whole.principal, currency)]
    risks = [
        [
            f"PAR{bound}",
            shown(whole.at_risk[bound], currency),
            percent(whole.share(bound), 1),
            shown(whole.at_risk_or_rescheduled[bound], currency),
            percent(whole.share(bound, with_rescheduled=True), 1),
        ]
        for bound in RISK_DAYS
    ]
    head = [_("At risk"), currency, _("Share"), _("With rescheduled loans (+R)"), _("Share")]
    return [
        paper.text(currency, "h2"),
        paper.table(
            ageing, [3, 1, 2], head=[_("Lateness"), _("Loans"), f"{_('Owed')}, {currency}"], numbers={1, 2}, total=total
        ),
        paper.space(),
        paper.table(risks, [2, 3, 2, 3, 2], head=head, numbers={1, 2, 3, 4}),
    ]


def _parts(by, rows, whole):
    """One row for each part and the whole under them."""
    head = [by, _("Loans"), _("Owed"), *RISKS, *(f"{name}\n+R" for name in RISKS)]
    lines = [_line(word, one) for word, one in rows]
    widths = [104, 36, 86, *[43] * 2 * len(RISKS)]
    numbers = range(1, len(head))
    return paper.table(lines, widths, head=head, numbers=numbers, total=_line(_("Total"), whole))


def _line(word, one):
    shares = [one.share(bound) for bound in RISK_DAYS]
    shares += [one.share(bound, with_rescheduled=True) for bound in RISK_DAYS]
    return [word, number(one.loans), shown(one.principal, one.currency), *(percent(share, 1) for share in shares)]
