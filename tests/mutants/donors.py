"""Guards of donors' reports and links: small cells across reports, passcodes."""

from tests.mutants.list import Mutant

ATTACK = ("tests/test_reports_attack.py",)
LINKS = ("tests/test_reports_links.py",)

DONORS: list[Mutant] = [
    Mutant(
        "donors: a report is made as if there were none before it",
        "reports/suppression/together.py",
        "    agreeing, changed = _agreeing(statement, earlier, hidden, ids)",
        "    agreeing, changed = [], []",
        ATTACK,
    ),
    Mutant(
        "donors: few people who came between two reports are told",
        "reports/suppression/together.py",
        "        return high > 0 and low < LEAST and high - low < LEAST",
        "        return False",
        ATTACK,
    ),
    Mutant(
        "donors: what an earlier report left out follows from two later ones",
        "reports/suppression/together.py",
        "one_said.hidden & atoms.ids | atoms.left_out(one_said)",
        "one_said.hidden & atoms.ids",
        ATTACK,
    ),
    Mutant(
        "donors: a hidden amount may be known to the cent",
        "reports/suppression/together.py",
        "        return (high - low) * 100 < NEARLY * max(high, 1)",
        "        return False",
        ATTACK,
    ),
    Mutant(
        "donors: what a changed report hid is shown",
        "reports/suppression/together.py",
        "        if gone or few or (one in said.values and before is None):",
        "        if few:",
        ATTACK,
    ),
    Mutant(
        "donors: an amount of one award is told",
        "reports/suppression/donors.py",
        "    small |= _dominated(figures, strict=strict)\n",
        "",
        ("tests/test_reports_suppression.py",),
    ),
    Mutant(
        "donors: who was refused is reckoned from two steps",
        "reports/suppression/donors.py",
        "_without_few_between(figures) if strict else figures",
        "figures",
        ("tests/test_reports_suppression.py",),
    ),
    Mutant(
        "donors: a region is told where all are of one sensitive group",
        "reports/suppression/donors.py",
        "    if employed is None or not any(employed - number < LEAST for number in groups):",
        "    if True:",
        ("tests/test_reports_suppression.py",),
    ),
    Mutant(
        "donors: a report is published without a rate that it takes",
        "reports/edition.py",
        "    if report.lacking_rates:\n",
        "    if False:\n",
        ("tests/test_reports_translated.py::test_a_rate_missing_on_a_day_is_named_before_the_report_is_published",),
    ),
    Mutant(
        "donors: passcodes can be guessed without end",
        "reports/links.py",
        "    if paused_until(link):\n        return False\n",
        "",
        LINKS,
    ),
    Mutant(
        "donors: a link with a passcode opens without it",
        "reports/links.py",
        "    if not link.passcode:\n        return True\n",
        "    return True\n",
        LINKS,
    ),
]
