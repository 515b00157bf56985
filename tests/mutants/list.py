"""The guards whose loss a test must notice. Each mutant takes one of them away."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old` in `file` becomes `new`; then one of `tests` (node ids of pytest) must turn red.

    `old` must occur exactly once. A mutant on `postgresql` is one that SQLite cannot show, for example a lost lock.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    postgresql: bool = False


MUTANTS: list[Mutant] = [
    Mutant(
        "pages: a name on paper is read as markup",
        "pages/paper.py",
        "Paragraph(escape(clean(value))",
        "Paragraph((clean(value))",
        ("tests/test_pages_paper.py",),
    ),
    Mutant(
        "pages: a cell may begin a formula",
        "pages/sheets.py",
        'FORMULA = tuple("=+-@',
        'FORMULA = tuple("+-@',
        ("tests/test_pages_sheets.py",),
    ),
    Mutant(
        "pages: a zip directory is believed",
        "pages/sheets.py",
        "            if size > left:",
        "            if size > left * 1000:",
        ("tests/test_pages_sheets.py",),
    ),
    Mutant(
        "pages: a cell in the last corner is laid out",
        "pages/sheets.py",
        "        if int(line) > most_rows + 1:",
        "        if int(line) > 10**9:",
        ("tests/test_pages_sheets.py",),
    ),
    Mutant(
        "pages: a list forgets where equal names were cut",
        "pages/lists.py",
        'tie = Q(**{f"pk__{word}": pk})',
        "tie = Q(pk__in=[])",
        ("tests/test_pages_lists.py",),
    ),
    Mutant(
        "pages: a file leaves without a record",
        "pages/lists.py",
        "        self.on_export(wanted)\n",
        "",
        ("tests/test_pages_lists.py",),
    ),
    Mutant(
        "pages: another person's move has a page",
        "pages/moves.py",
        "    if is_open and step.permission is not None and not step.has_perm(row, request.user):",
        "    if False:",
        ("tests/test_pages_moves.py",),
    ),
    Mutant(
        "pages: an internal verb has a page",
        "pages/moves.py",
        '    if all(step.custom.get("internal") for step in method._django_fsm.transitions.values()):',
        "    if False:",
        ("tests/test_pages_moves.py",),
    ),
    Mutant(
        "pages: a form lets its version go",
        "pages/forms.py",
        'if name not in ("version", "key") or name in taken',
        'if name not in ("version", "key")',
        ("tests/test_pages_forms.py", "tests/test_pages_moves.py"),
    ),
    Mutant(
        "pages: pages of signed-in people are kept by caches",
        "pages/middleware.py",
        '            response.headers["Cache-Control"] = "no-store"',
        "            pass",
        ("tests/test_pages_desk.py",),
    ),
    Mutant(
        "sign-in: money needs no second step",
        "accounts/middleware.py",
        "            and required_for(request.user)\n",
        "            and False\n",
        ("tests/test_pages_sign_in.py",),
    ),
    Mutant(
        "sign-in: one lock for everybody at an address",
        "accounts/adapters.py",
        'return (typed or "").strip().lower()',
        'return ""',
        ("tests/test_pages_sign_in.py",),
    ),
    Mutant(
        "desk: the programme switch leads to any site",
        "config/views.py",
        "    return redirect(after if inside else",
        "    return redirect(after if after else",
        ("tests/test_pages_desk.py",),
    ),
    Mutant(
        "desk: anybody may choose any programme",
        "config/desk.py",
        "Programme.objects.filter(pk__in=ids).order_by",
        "Programme.objects.order_by",
        ("tests/test_pages_desk.py",),
    ),
    Mutant(
        "loans: money that comes late leaves later money as it was",
        "loans/services/restating.py",
        "parts is None or kept[row.pk] != shares_of(parts)",
        "parts is None",
        ("tests/test_loans.py::test_money_entered_late_is_booked_as_if_it_had_been_entered_in_time",),
    ),
    Mutant(
        "loans: an officer writes off a loan of the officer's own",
        "loans/rules.py",
        "(is_officer | is_manager) & is_not_theirs",
        "(is_officer | is_manager)",
        ("tests/test_loans_ends.py::test_an_end_is_decided_and_done_by_another_person_once",),
    ),
    Mutant(
        "loans: a penalty is charged twice for the same days",
        "loans/standing.py",
        "            row.accrued_to = day\n",
        "",
        ("tests/test_loans_standing.py",),
    ),
    Mutant(
        "loans: the loan of another programme is shown",
        "loans/views/access.py",
        "get_object_or_404(Loan.objects.visible_to(request.user)",
        "get_object_or_404(Loan.objects.all()",
        ("tests/test_loans_pages.py::test_another_programmes_loan_is_not_there",),
    ),
    Mutant(
        "loans: a reversal raises the other side of the fund statement",
        "loans/fund.py",
        'if row["debit"] != row["reversal"] else',
        'if row["debit"] else',
        ("tests/test_fund.py::test_a_reversal_lowers_the_term_that_it_undoes",),
    ),
    Mutant(
        "loans: a refunded overpayment is taken away again",
        "loans/standing.py",
        "        if standing.overpaid < 0:",
        "        if standing.overpaid < -(10**9):",
        ("tests/test_loans_standing.py::test_a_refund_leaves_only_from_what_is_held",),
    ),
    Mutant(
        "loans: payments of one loan at once wait for nobody",
        "loans/services/access.py",
        "    application = lock_application(loan.application)\n"
        '    fresh = Loan.objects.select_for_update(of=("self",)).select_related',
        "    application = loan.application\n    fresh = Loan.objects.select_related",
        ("tests/test_race_loans.py::test_eight_payments_of_one_loan_are_all_counted",),
        postgresql=True,
    ),
]
