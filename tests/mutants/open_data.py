"""Guards of open data: who may be known from it, and what the rules of IATI would send back."""

from tests.mutants.list import Mutant

FILES = ("tests/test_reports_open_data.py",)


def row(name):
    return (f"tests/test_reports_annexes.py::test_{name}",)


CONFIDENTIAL = row("no_row_of_a_confidential_programme_is_kept_or_published")

OPEN_DATA: list[Mutant] = [
    Mutant(
        "open data: single rows of a confidential programme",
        "reports/annexes.py",
        "    if scope.programme.confidential:",
        "    if False:",
        CONFIDENTIAL,
    ),
    Mutant(
        "open data: a record by which one recipient is known",
        "reports/annexes.py",
        "        if all(len(parties) >= LEAST for parties in groups.values()):",
        "        if groups:",
        row("a_fact_that_fewer_than_five_share_is_left_out_of_all_rows"),
    ),
    Mutant(
        "open data: named after the consent was taken back",
        "reports/annexes.py",
        "purpose=Consent.Purpose.NAMING, withdrawn_on=None)",
        "purpose=Consent.Purpose.NAMING)",
        row("a_business_is_named_once_it_agreed_and_no_longer_when_it_takes_that_back"),
    ),
    Mutant(
        "open data: grants of fewer than five individuals",
        "reports/annexes.py",
        "    if len(people) < LEAST:",
        "    if False:",
        row("fewer_than_five_individuals_are_left_out"),
    ),
    Mutant(
        "open data: lists of records to any donor",
        "reports/services.py",
        "agreement.record_lists and agreement.donor_id == issue.donor_id",
        "agreement.record_lists",
        row("lists_of_records_go_only_to_the_donor_whose_agreement_says_so"),
    ),
    Mutant(
        "open data: the parts of a hidden figure",
        "reports/open_data.py",
        "    code = FIGURES.get(flow.kind)\n    if code is None:\n        return not strict",
        "    code = FIGURES.get(flow.kind)\n    if flow.kind:\n        return True",
        CONFIDENTIAL,
    ),
    Mutant(
        "open data: figures of groups of a confidential programme",
        "reports/iati/results.py",
        "    return not report.confidential or figure.code in BY_CODE",
        "    return True",
        FILES,
    ),
    Mutant(
        "iati: a transaction in the future",
        "reports/iati/rules.py",
        "        if on > today or (",
        "        if (",
        FILES,
    ),
    Mutant(
        "iati: sectors that are not a hundred percent",
        "reports/iati/rules.py",
        " or sum(shares) != HUNDRED:",
        ":",
        FILES,
    ),
    Mutant(
        "iati: a budget of more than a year",
        "reports/iati/rules.py",
        "        if first and last and last >= _year_after(first):",
        "        if False:",
        FILES,
    ),
    Mutant(
        "iati: a period without an actual",
        "reports/iati/rules.py",
        '            if last and last <= today and period.find("actual") is None:',
        "            if False:",
        FILES,
    ),
    Mutant(
        "iati: parts in any order",
        "reports/iati/rules.py",
        "            if -1 < after < before:",
        "            if False:",
        FILES,
    ),
]
