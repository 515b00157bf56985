"""Guards of open data: who may be known from it, and what the rules of IATI would send back."""

from tests.mutants.list import Mutant

FILES = ("tests/test_reports_open_data.py",)
ROWS = ("tests/test_reports_annexes.py",)

OPEN_DATA: list[Mutant] = [
    Mutant(
        "open data: single rows of a confidential programme",
        "reports/annexes.py",
        "    if scope.programme.confidential:",
        "    if False:",
        ROWS,
    ),
    Mutant(
        "open data: a record by which one recipient is known",
        "reports/annexes.py",
        "        if all(len(parties) >= LEAST for parties in groups.values()):",
        "        if groups:",
        ROWS,
    ),
    Mutant(
        "open data: named after the consent was taken back",
        "reports/annexes.py",
        "purpose=Consent.Purpose.NAMING, withdrawn_on=None)",
        "purpose=Consent.Purpose.NAMING)",
        ROWS,
    ),
    Mutant(
        "open data: grants of fewer than five individuals",
        "reports/annexes.py",
        "    if len(people) < LEAST:",
        "    if False:",
        ROWS,
    ),
    Mutant(
        "open data: lists of records to any donor",
        "reports/services.py",
        "agreement.record_lists and agreement.donor_id == issue.donor_id",
        "agreement.record_lists",
        ROWS,
    ),
    Mutant(
        "open data: the parts of a hidden figure",
        "reports/open_data.py",
        "    code = FIGURES.get(flow.kind)\n    if code is None:\n        return not strict",
        "    code = FIGURES.get(flow.kind)\n    if flow.kind:\n        return True",
        ROWS,
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
