"""The annex of one case in a packet: the plan in full, its money month by month, what it buys, photos of the visit."""

from babel.dates import format_date
from django.utils.translation import gettext as _

from applicants import summary as register
from applicants.cashchart import draw
from applicants.models import Application, CashLine
from applicants.services.evidence import path_of
from ledger.money import locale_of, shown
from pages.paper import drawn, mark, new_page, photos, space, table, text
from selection.packet import cleaner_of

MOST_PHOTOS = 6
MOST_LETTERS = 140  # of a fact; what is longer may be cut on the one page


def annex(case, summary, unnamed=False, reached=None):
    """The annex of a case, on pages of its own, beside its packet.Summary; `reached` is called when it is drawn."""
    application = register.for_case(Application.objects.filter(pk=case.application_id)).get()
    plan, clean = register.Case(application), cleaner_of(application, unnamed=unnamed)
    return [
        mark(f"{case.position}. {_('Annex')}", reached),
        text(_("Annex to case %(number)s: %(name)s") % {"number": case.position, "name": summary.name}, "h2"),
        text(f"{application.ref} · {summary.title}", "quiet"),
        *_texts(summary),
        *_months(plan, summary, case.currency, clean),
        *_investments(summary, case.currency),
        *_jobs(plan, clean),
        *_documents(summary),
        *_photos(summary),
        new_page(),
    ]


def _texts(summary):
    story = []
    rows = [(_("In a few sentences"), summary.lead), *summary.texts]
    for label, words in rows:
        if words:
            story += [text(str(label)[:1].upper() + str(label)[1:], "h3"), text(words)]
    # What the one page may have cut stands here whole.
    for label, value in summary.facts:
        if len(value) > MOST_LETTERS:
            story += [text(label, "h3"), text(value)]
    return story


def _months(plan, summary, currency, clean):
    """The twelve months as a chart and a table, and the lines that they are made of."""
    if not plan.lines:
        return []

    def amount(minor):
        return shown(minor, currency)

    letters = [format_date(month, "LLL", locale=locale_of()) for month in plan.months]
    rows = [
        [
            head,
            *(amount(value) for value in (month.money_in, month.money_out, month.left, month.instalment, month.cash)),
        ]
        for head, month in plan.month_rows
    ]
    flow = plan.flow
    total = [_("12 months"), amount(flow.total_in), amount(flow.total_out), amount(flow.total_left)]
    total += [amount(flow.total_instalments), ""]
    head = [_("Month"), _("Money in"), _("Money out"), _("Left over"), _("Instalment"), _("Cash at the end")]
    lines = [[dict(CashLine.Kind.choices)[row.kind], clean(row.label), amount(sum(row.months))] for row in plan.lines]
    said = summary.pays.text if summary.pays is not None else ""
    return [
        text(_("Money in and out, month by month, %(currency)s") % {"currency": currency}, "h3"),
        *([text(said, "cell")] if said else []),
        space(4),
        drawn(draw(flow, letters, amount)),
        table(rows, widths=[30, 28, 28, 28, 28, 28], head=head, numbers=range(1, 6), total=total, quick=True),
        space(6),
        table(lines, widths=[40, 90, 40], head=[_("Kind"), _("Line"), _("In 12 months")], numbers=(2,)),
    ]


def _investments(summary, currency):
    if not summary.investments:
        return []
    rows = [
        [
            item.label,
            item.quantity,
            shown(item.unit_amount, currency),
            shown(item.programme_amount, currency),
            shown(item.own_amount, currency),
        ]
        for item in summary.investments
    ]
    head = [_("What the money buys"), _("Quantity"), _("Price of one"), _("Programme"), _("Own part")]
    widths = [66, 18, 28, 30, 28]
    return [
        text(_("Investments, %(currency)s") % {"currency": currency}, "h3"),
        table(rows, widths=widths, head=head, numbers=range(1, 5)),
    ]


def _jobs(plan, clean):
    if not plan.jobs:
        return []
    rows = [
        [
            clean(job.title),
            job.posts,
            f"{job.hours_per_week:.1f}",
            _("now") if job.exists_now else _("planned"),
            job.for_women or "",
        ]
        for job in plan.jobs
    ]
    head = [_("Post"), _("How many"), _("Hours a week"), _("When"), _("For women")]
    return [text(_("Posts"), "h3"), table(rows, widths=[70, 24, 26, 26, 24], head=head, numbers=(1, 2, 4))]


def _documents(summary):
    if not summary.documents:
        return []
    return [text(_("Documents on file"), "h3"), text("\n".join(f"– {label}" for label in summary.documents), "cell")]


def _photos(summary):
    paths = [path_of(photo.sha256) for photo in summary.photos[:MOST_PHOTOS]]
    made = photos(path.read_bytes() for path in paths if path.exists())
    return [text(_("Photos of the visit"), "h3"), *made] if made else []
