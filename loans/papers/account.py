"""Papers on one loan: its schedule and its statement of account, with totals and a subtotal for each year."""

from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.money import Money
from loans.papers.frame import about, amounts, day, drawn_for
from loans.reading import days_late, figures_of, money_lines, schedule_table
from pages import paper


def schedule_paper(loan, on):
    """The schedule in force with what is paid of it on `on`."""
    instalments = list(loan.instalments.filter(version=loan.current_version).order_by("number"))

    def made():
        table = schedule_table(loan, instalments, on)
        names = ("principal_amount", "interest_amount", "charges", "due_amount", "paid_amount", "open_amount")
        rows = []
        for year, lines in groupby(table.lines, lambda line: line.instalment.due_on.year):
            lines = list(lines)
            for line in lines:
                values = _values(line)
                rows.append(
                    [
                        line.instalment.number,
                        day(line.instalment.due_on),
                        *amounts(loan, *values, line.balance),
                        line.word,
                    ]
                )
            sums = [sum(column) for column in zip(*(_values(line) for line in lines), strict=True)]
            rows.append(_bold(["", _("In %(year)s") % {"year": year}, *amounts(loan, *sums), "", ""], range(2, 8)))
        totals = amounts(loan, *(table.totals[name] for name in names))
        head = [
            _("No."),
            _("Due"),
            _("Principal"),
            _("Interest"),
            _("Fees, penalties"),
            _("Instalment"),
            _("Paid"),
            _("Still to pay"),
            _("Owed after it"),
            _("State"),
        ]
        facts = [*about(loan), (_("As of"), day(on)), (_("Interest"), _rate(loan))]
        return [
            paper.text(_("Repayment schedule"), "title"),
            paper.facts(facts),
            paper.space(),
            paper.table(
                rows,
                [4, 11, 11, 9, 9, 11, 11, 11, 11, 12],
                head=head,
                numbers={0, *range(2, 9)},
                total=["", _("Total"), *totals, "", ""],
            ),
        ]

    return drawn_for(loan, gettext_lazy("Repayment schedule"), made)


def _values(line):
    row = line.instalment
    return (
        row.principal_amount,
        row.interest_amount,
        line.charges,
        row.due_amount,
        row.paid_amount,
        row.open_amount,
    )


def _bold(cells, numbers):
    """A subtotal: the same cells in bold, numbers to the right."""
    return [
        paper.text(cell, "cell_bold_number" if column in numbers else "cell_bold") for column, cell in enumerate(cells)
    ]


def _rate(loan):
    return _("%(rate)s%% a year, %(days)s") % {
        "rate": format(loan.annual_rate_pct.normalize(), "f"),
        "days": loan.get_day_count_display(),
    }


def statement_paper(loan, on):
    """Everything that moved on the loan up to `on`, oldest first, with what is owed of the principal after it."""

    def made():
        lines = [line for line in reversed(money_lines(loan)) if line.entry.value_on <= on]
        rows, owed = [], 0
        for year, found in groupby(lines, lambda line: line.entry.value_on.year):
            found = list(found)
            for line in found:
                owed -= line.principal
                word = _("Reversed: %(what)s") % {"what": line.what} if line.reversal_of else line.what
                values = (line.amount, line.principal, line.interest, line.charges, line.kept, owed)
                rows.append([day(line.entry.value_on), word, *amounts(loan, *values)])
            sums = [sum(getattr(line, name) for line in found) for name in COLUMNS]
            rows.append(_bold(["", _("In %(year)s") % {"year": year}, *amounts(loan, *sums, owed)], range(2, 8)))
        totals = [sum(getattr(line, name) for line in lines) for name in COLUMNS]
        head = [
            _("Date"),
            _("What"),
            _("Received"),
            _("Principal"),
            _("Interest"),
            _("Fees, penalties"),
            _("Held or recovered"),
            _("Owed after it"),
        ]
        return [
            paper.text(_("Statement of account"), "title"),
            paper.facts([*about(loan), (_("Up to"), day(on)), *_standing(loan, on)]),
            paper.space(),
            paper.table(
                rows,
                [11, 24, 11, 11, 10, 10, 11, 12],
                head=head,
                numbers=set(range(2, 8)),
                total=["", _("Total"), *amounts(loan, *totals, owed)],
            ),
            paper.text(_("Money paid out is shown with a minus. A reversal stands beside what it reverses."), "quiet"),
            paper.text(_("Please say within 30 days when anything here is not as you know it."), "text"),
        ]

    return drawn_for(loan, gettext_lazy("Statement of account"), made)


COLUMNS = ("amount", "principal", "interest", "charges", "kept")


def _standing(loan, on):
    instalments = list(loan.instalments.filter(version=loan.current_version).order_by("number"))
    figures = figures_of(loan, instalments, on)
    rows = [(_("Principal owed"), Money(loan.principal_amount, loan.currency))]
    if figures.overdue:
        late = f"{Money(figures.overdue, loan.currency)}, {days_late(figures.days_late)}"
        rows.append((_("Of it late, with interest"), late))
    if figures.next_due:
        said = f"{Money(figures.next_due.open_amount, loan.currency)}, {day(figures.next_due.due_on)}"
        rows.append((_("Next instalment"), said))
    if loan.overpaid_amount:
        rows.append((_("Held for the borrower"), Money(loan.overpaid_amount, loan.currency)))
    return rows
