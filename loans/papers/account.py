"""Papers on one loan: its schedule and its statement of account, with totals and a subtotal for each year."""

from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.money import Money, shown_rate
from loans.account import days_late, money_lines, schedule_table
from loans.charge import charge_of, subsidy_of
from loans.papers.frame import about, amounts, day, drawn_for
from loans.reading import figures_of
from loans.terms import later_pay_outs
from pages import paper


def schedule_paper(loan, on):
    """The schedule in force with what is paid of it on `on`."""
    version = loan.versions.get(number=loan.current_version)
    instalments = list(loan.instalments.filter(version=version.number).in_turn())

    def made():
        table = schedule_table(loan, instalments, on, later_pay_outs(loan, version))
        columns = [
            (_("Principal"), lambda line: line.instalment.principal_amount),
            (charge_of(loan), lambda line: line.instalment.interest_amount),
            (_("Fees, penalties"), lambda line: line.charges),
            (_("To be paid"), lambda line: line.instalment.due_amount),
            (_("Paid"), lambda line: line.instalment.paid_amount),
        ]
        columns = _used(columns, table.lines)
        head = [_("No."), _("Due"), *(title for title, _value in columns), _("Owed after it"), _("State")]
        rows = _by_year(
            table.lines,
            columns,
            year=lambda line: line.instalment.due_on.year,
            cells=lambda line, values: [
                line.instalment.number,
                day(line.instalment.due_on),
                *amounts(loan, *values, line.balance),
                line.word,
            ],
            subtotal=lambda said, values, _last: ["", said, *amounts(loan, *values), "", ""],
        )
        total = ["", _("Total"), *amounts(loan, *_sums(table.lines, columns)), "", ""]
        left = Money(table.totals["open_amount"], loan.currency)
        facts = [*about(loan), (charge_of(loan), _rate(loan)), (_("As of"), day(on)), (_("Still to pay"), left)]
        subsidy = subsidy_of(loan, version)
        if subsidy:
            facts.append((_("Subsidy"), subsidy))
        return [
            paper.text(_("Repayment schedule"), "title"),
            paper.facts(facts),
            paper.space(12),
            paper.table(
                rows,
                [6, 13, *_widths(columns), 13, _widest(14, (line.word for line in table.lines))],
                head=head,
                numbers={0, *range(2, 3 + len(columns))},
                total=total,
            ),
            *[paper.text(sentence, "text") for sentence in _owed_anew(table.lines)],
        ]

    return drawn_for(loan, gettext_lazy("Repayment schedule"), made)


def _owed_anew(lines):
    """Sentences on the rows that stand beside the schedule because money was taken back."""
    for recall in [line.recall for line in lines if line.recall]:
        yield _(
            "No. %(number)s: your payment of %(paid)s was taken back on %(back)s. What it had paid is owed again."
        ) % {
            "number": recall.instalment.number,
            "paid": day(recall.repayment.value_on),
            "back": day(recall.value_on),
        }


def _used(columns, lines):
    """Without the columns in which nothing stands on any line, so that large amounts find room."""
    return [(title, value) for title, value in columns if any(value(line) for line in lines)]


def _widths(columns):
    """A product's own name of the charge may be a long word, which is not broken."""
    return [_widest(13, [title]) for title, _value in columns]


def _widest(least, texts):
    return max([least, *(len(word) * 3 // 2 for text in texts for word in text.split())])


def _sums(lines, columns):
    return [sum(value(line) for line in lines) for _title, value in columns]


def _by_year(lines, columns, *, year, cells, subtotal):
    """The rows of a table, with a row in bold behind each year."""
    rows = []
    for number, found in groupby(lines, year):
        found = list(found)
        rows += [cells(line, [value(line) for _title, value in columns]) for line in found]
        said = _("In %(year)s") % {"year": number}
        rows.append(_bold(subtotal(said, _sums(found, columns), found[-1]), len(columns)))
    return rows


def _bold(row, columns):
    numbers = range(2, 3 + columns)
    return [
        paper.text(cell, "cell_bold_number" if column in numbers else "cell_bold") for column, cell in enumerate(row)
    ]


def _rate(loan):
    if loan.day_count == loan.DayCount.PERIOD:
        return _("%(rate)s%% per instalment") % {"rate": shown_rate(loan.annual_rate_pct)}
    return _("%(rate)s%% a year, %(days)s") % {
        "rate": shown_rate(loan.annual_rate_pct),
        "days": loan.get_day_count_display(),
    }


def statement_paper(loan, on):
    """Everything that moved on the loan up to `on`, oldest first, with what is owed of the principal after it."""

    def made():
        lines = [line for line in reversed(money_lines(loan)) if line.entry.value_on <= on]
        owed, after = 0, {}
        for line in lines:
            owed -= line.principal
            after[line.entry.pk] = owed
        columns = [
            (_("Paid out"), lambda line: -line.amount if _is_pay_out(line) else 0),
            (_("Received"), lambda line: 0 if _is_pay_out(line) else line.amount),
            (_("Principal"), lambda line: line.principal),
            (charge_of(loan), lambda line: line.interest),
            (_("Fees, penalties"), lambda line: line.charges),
            (_("Held or recovered"), lambda line: line.kept),
        ]
        columns = _used(columns, lines)
        head = [_("Date"), _("What"), *(title for title, _value in columns), _("Owed after it")]
        rows = _by_year(
            lines,
            columns,
            year=lambda line: line.entry.value_on.year,
            cells=lambda line, values: [
                day(line.entry.value_on),
                _what(loan, line),
                *amounts(loan, *values, after[line.entry.pk]),
            ],
            subtotal=lambda said, values, last: ["", said, *amounts(loan, *values, after[last.entry.pk])],
        )
        return [
            paper.text(_("Statement of account"), "title"),
            paper.facts([*about(loan), (_("As of"), day(on)), *_standing(loan, on)]),
            paper.space(12),
            paper.table(
                rows,
                [13, 22, *_widths(columns), 13],
                head=head,
                numbers=set(range(2, 3 + len(columns))),
                total=["", _("Total"), *amounts(loan, *_sums(lines, columns), owed)],
            ),
            paper.space(),
            paper.text(_("A reversal stands beside what it reverses."), "quiet"),
            paper.text(_("Please say within 30 days when anything here is not as you know it."), "text"),
        ]

    return drawn_for(loan, gettext_lazy("Statement of account"), made)


def _what(loan, line):
    what = line.what
    if line.entry.kind == "interest_capitalised":
        what = _("%(charge)s became principal") % {"charge": charge_of(loan)}
    return _("Reversed: %(what)s") % {"what": what} if line.reversal_of else what


def _is_pay_out(line):
    return line.entry.kind in ("loan_disbursed", "overpayment_refunded")


def _standing(loan, on):
    instalments = list(loan.instalments.filter(version=loan.current_version).in_turn())
    figures = figures_of(loan, instalments, on)
    rows = [(_("Principal owed"), Money(loan.principal_amount, loan.currency))]
    if figures.overdue:
        late = f"{Money(figures.overdue, loan.currency)}, {days_late(figures.days_late)}"
        rows.append((_("Late in all"), late))
    if figures.next_due:
        said = f"{Money(figures.next_due.open_amount, loan.currency)}, {day(figures.next_due.due_on)}"
        rows.append((_("Next instalment"), said))
    if loan.overpaid_amount:
        rows.append((_("Held for the borrower"), Money(loan.overpaid_amount, loan.currency)))
    return rows
