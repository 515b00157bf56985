"""The guards whose loss a test must notice. Each mutant takes one of them away. The committee's have a module."""

from dataclasses import dataclass

BANK_FILES = "tests/test_payments_bank_files.py"


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
    Mutant(
        "lock: two promises read the same money of a line",
        "programmes/services/shared.py",
        "    line = FundingLine.objects.select_for_update().select_related(",
        "    line = FundingLine.objects.select_related(",
        ("tests/test_race_order.py::test_two_promises_against_the_last_money_of_a_line_wait_for_each_other",),
        postgresql=True,
    ),
    Mutant(
        "lock: an entry is numbered beside another one",
        "ledger/services.py",
        "    return Book.objects.select_for_update().get(key=key)",
        "    return Book.objects.get(key=key)",
        ("tests/test_race_loans.py::test_payments_of_different_loans_at_once_are_numbered_one_after_the_other",),
        postgresql=True,
    ),
    Mutant(
        "order: a caseload takes the last case first",
        "applicants/services/register.py",
        'held = list(cases.select_for_update().order_by("pk")',
        'held = list(cases.select_for_update().order_by("-pk")',
        ("tests/test_race_order.py::test_members_vote_while_the_caseload_goes_to_another_adviser",),
        postgresql=True,
    ),
    Mutant(
        "order: a collection sheet takes the last case first",
        "loans/services/repayments.py",
        'Application.objects.filter(pk__in=wanted).order_by("pk")',
        'Application.objects.filter(pk__in=wanted).order_by("-pk")',
        ("tests/test_race_order.py::test_a_collection_sheet_and_the_bank_sending_the_same_loans_back",),
        postgresql=True,
    ),
    Mutant(
        "guard: an event is changed on SQLite",
        "audit/guards.py",
        'BEFORE UPDATE ON {table} "\n            f"BEGIN SELECT RAISE(ABORT, \'{sentence}: UPDATE refused\'); END",',
        'BEFORE UPDATE ON {table} "\n            f"BEGIN SELECT 1; END",',
        ("tests/test_audit.py::test_the_database_refuses_to_change_an_event",),
    ),
    Mutant(
        "guard: an event is changed on PostgreSQL",
        "audit/guards.py",
        'events="BEFORE UPDATE OR DELETE",',
        'events="BEFORE DELETE",',
        ("tests/test_audit.py::test_the_database_refuses_to_change_an_event",),
        postgresql=True,
    ),
    Mutant(
        "guard: an event is replaced",
        "audit/guards.py",
        '(SELECT 1 FROM {table} WHERE {pk} = NEW.{pk}) "',
        '(SELECT 1 FROM {table} WHERE {pk} = -1) "',
        ("tests/test_audit.py::test_the_database_refuses_to_replace_or_truncate_events",),
    ),
    Mutant(
        "guard: an entry that does not balance is sealed",
        "ledger/guards.py",
        "NEW.id GROUP BY currency HAVING SUM(amount) <> 0);",
        "NEW.id GROUP BY currency HAVING SUM(amount) > 10000000000);",
        ("tests/test_ledger.py::test_the_database_seals_no_entry_that_does_not_balance",),
    ),
    Mutant(
        "guard: a leg joins a sealed entry",
        "ledger/guards.py",
        '"WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id) "',
        '"WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id IS NULL) "',
        ("tests/test_ledger.py::test_a_leg_cannot_join_a_sealed_entry",),
    ),
    Mutant(
        "escape: a line of text on paper is read as markup",
        "pages/paper.py",
        'escape(clean(value)).replace("\\n"',
        'clean(value).replace("\\n"',
        ("tests/test_pages_paper.py::test_a_name_in_any_script_comes_out_whole_in_text_and_in_a_table",),
    ),
    Mutant(
        "visibility: everybody on the register is shown",
        "applicants/models/party.py",
        "        if not everywhere:\n            return self.filter(in_villages)\n",
        "        if everywhere:\n            return self\n",
        (
            "tests/test_register.py::test_advisers_see_their_region_field_agents_their_villages_and_members_nobody",
            "tests/test_register.py::test_a_person_of_a_confidential_programme_is_seen_by_its_own_people_alone",
        ),
    ),
    Mutant(
        "visibility: applications of other regions are shown",
        "applicants/models/application.py",
        "found = rows_for(user, CASE_ROLES)\n",
        "found = rows_for(user, CASE_ROLES, region=None)\n",
        ("tests/test_application.py::test_an_adviser_of_another_region_opens_nothing_here",),
    ),
    Mutant(
        "visibility: payments of other programmes are shown",
        "payments/models/orders.py",
        "        return self.filter(rows_for(user, MONEY_ROLES, region=None))\n\n    def in_state(",
        "        return self\n\n    def in_state(",
        ("tests/test_payments.py::test_a_finance_officer_of_another_programme_sees_and_approves_nothing",),
    ),
    Mutant(
        "five people: one person plays two parts",
        "applicants/services/application.py",
        "    if kept.part != part:\n",
        "    if False:\n",
        ("tests/test_application.py::test_nobody_is_two_of_the_five_people",),
    ),
    Mutant(
        "maker and checker: one person is both",
        "payments/rules.py",
        "    if order.prepared_by_id == user.pk:\n        return False\n",
        "    return True\n",
        (
            "tests/test_payments.py::test_the_maker_does_not_approve_the_own_payment",
            "tests/test_payments.py::test_who_plays_another_part_on_the_dossier_does_not_check_it_with_a_second_role",
        ),
    ),
    Mutant(
        "bank files: what breaks the schema leaves",
        "payments/bank_files.py",
        "    if wrong is not None:\n",
        "    if False:\n",
        (f"{BANK_FILES}::test_a_file_that_breaks_the_schema_is_not_made_and_the_schema_says_why",),
    ),
    Mutant(
        "bank files: an account that changed after the approval is paid",
        "payments/bank_files.py",
        "        if order.account.version != order.account_version:\n",
        "        if False:\n",
        (f"{BANK_FILES}::test_no_file_and_no_list_pays_to_an_account_that_changed_after_it_was_approved",),
    ),
    Mutant(
        "batches: money of two accounts leaves from one of them",
        "payments/services/orders.py",
        "        if payers[order.pk] != payers[first.pk]:\n",
        "        if False:\n",
        (f"{BANK_FILES}::test_orders_that_are_paid_from_different_accounts_do_not_share_a_batch",),
    ),
    Mutant(
        "own accounts: two that are entered at once take the same line",
        "payments/services/own_accounts.py",
        "    locked = lock_lines(*[line.key for line in lines]).values()\n",
        "    locked = list(lines)\n",
        ("tests/test_race_payments.py::test_a_line_is_paid_from_one_account_however_many_are_entered_at_once",),
        postgresql=True,
    ),
    Mutant(
        "once: a key is good for every body",
        "audit/services.py",
        "once.verb != verb or once.body_hash != body_hash or",
        "once.verb != verb or",
        ("tests/test_audit.py::test_the_same_key_with_another_body_is_refused",),
    ),
    Mutant(
        "once: the same press acts twice",
        "audit/services.py",
        "            if earlier is not None:\n                return earlier\n",
        "",
        ("tests/test_audit.py::test_the_same_key_and_body_gives_the_same_answer_once",),
    ),
    Mutant(
        "applicants: one person alone makes two records one",
        "applicants/services/doubles.py",
        "    if answer.answered_by_id == by.pk:",
        "    if answer.answered_by_id == -1:",
        ("tests/test_register_doubles.py",),
    ),
    Mutant(
        "selection: text in a letter is read as markup",
        "pages/paper.py",
        "Paragraph(escape(clean(value))",
        "Paragraph((clean(value))",
        ("tests/test_selection_letters.py",),
    ),
    Mutant(
        "applicants: the person complained of finds the complaint",
        "applicants/models/complaints.py",
        "        return self.filter(found | Q(pk__in=referred)).without(user.pk)",
        "        return self.filter(found | Q(pk__in=referred))",
        ("tests/test_complaints.py",),
    ),
    Mutant(
        "applicants: a part on the named dossier keeps nobody out",
        "applicants/models/complaints.py",
        "        return self.exclude(Exists(excluded)).exclude(Exists(plays)).exclude(application__adviser=user_id)",
        "        return self.exclude(Exists(excluded))",
        ("tests/test_complaints.py",),
    ),
    Mutant(
        "applicants: abuse is read by who receives complaints",
        "applicants/models/complaints.py",
        "        found = handled_here & (self._received_by(user) | Q(handler=user.pk))",
        "        found = self._received_by(user) | Q(handler=user.pk)",
        ("tests/test_complaints.py",),
    ),
    Mutant(
        "applicants: who covers for the person complained of reads on",
        "applicants/models/complaints.py",
        "            if lender is not None:",
        "            if lender is not None and lender < 0:",
        ("tests/test_complaints.py",),
    ),
    Mutant(
        "applicants: the open pages count no knocks",
        "applicants/services/knocks.py",
        ".count() > most:",
        ".count() > most * 1000:",
        ("tests/test_complaints_pages.py",),
    ),
    Mutant(
        "selection: a copy of the packet does not say whose it is",
        "pages/paper.py",
        '    if words["watermark"]:',
        "    if False:",
        ("tests/test_selection_packet.py::test_every_page_says_whose_copy_it_is_which_session_and_which_day",),
    ),
    Mutant(
        "selection: a hidden group of the evaluation follows from the total",
        "reports/evaluation.py",
        "    return hidden_cells(values, sums, small) & ",
        "    return small & ",
        ("tests/test_reports_evaluation.py::test_no_hidden_group_follows_from_what_is_shown",),
    ),
    Mutant(
        "committee: who comes to another programme later holds the case",
        "applicants/duplicates.py",
        "    if found and application.state not in CHECKS_TO_PASS:",
        "    if False:",
        (
            "tests/test_register_doubles.py::"
            "test_who_comes_to_another_programme_later_is_held_there_and_no_case_here_that_has_passed",
        ),
    ),
    Mutant(
        "update: a save writes over a newer version",
        "audit/models.py",
        "        guarded = base_qs if read is None else base_qs.filter(version=read)",
        "        guarded = base_qs",
        ("tests/test_audit.py::test_a_save_over_a_newer_version_is_stale",),
    ),
    Mutant(
        "recusal: another role opens what a member stands back from",
        "applicants/recusal.py",
        "        found &= ~Q(pk__in=applications(user)) | Q(adviser=user.pk)",
        "        found &= Q()",
        ("tests/test_selection_review.py::test_who_declared_an_interest_meets_the_case_in_no_other_role_either",),
    ),
]
