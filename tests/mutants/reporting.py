"""Guards of what is written into a report: words, stories with consent, the agreement's period, neutral names."""

from tests.mutants.list import Mutant

WORDS = "tests/test_reports_words.py"
BUILDER = "tests/test_reports_builder.py"

REPORTING: list[Mutant] = [
    Mutant(
        "reports: a published report is written in",
        "reports/builder/services.py",
        "    if issue.state != Issue.State.DRAFT:",
        "    if False:",
        (f"{WORDS}::test_what_is_published_cannot_be_written_in",),
    ),
    Mutant(
        "reports: the last one to save a box wins",
        "reports/builder/services.py",
        "    if int(version) != (passage.version if passage else 0):",
        "    if False:",
        (f"{WORDS}::test_two_who_write_in_one_box_do_not_write_over_each_other",),
    ),
    Mutant(
        "reports: a text names a figure that there is not",
        "reports/builder/services.py",
        "    ask_codes(text, choices_of(issue))",
        "    codes_in = choices_of(issue)",
        (f"{WORDS}::test_an_unknown_figure_is_refused_with_the_nearest_one_named",),
    ),
    Mutant(
        "reports: the words of a story are frozen with the figures",
        "reports/services.py",
        "frozen(sealed(report))",
        "frozen(report)",
        (f"{WORDS}::test_a_story_is_printed_with_its_consent_and_its_words_are_kept_out_of_the_frozen_body",),
    ),
    Mutant(
        "reports: a story outlives its consent",
        "reports/builder/written.py",
        "    return rows.filter(consent__withdrawn_on=None, party__anonymised_on=None)",
        "    return rows",
        (f"{WORDS}::test_a_story_whose_consent_is_withdrawn_is_told_no_more_anywhere",),
    ),
    Mutant(
        "reports: a story of somebody of another programme",
        "reports/builder/services.py",
        "    if party.anonymised_on or not enrolled.exists():",
        "    if party.anonymised_on:",
        (f"{WORDS}::test_nobody_tells_a_story_of_people_they_may_not_see",),
    ),
    Mutant(
        "reports: a text names the confidential programme",
        "reports/builder/neutral.py",
        "    if not programme.confidential:",
        "    if True:",
        (f"{WORDS}::test_nobody_names_a_confidential_programme_in_its_agreement_report_or_words",),
    ),
    Mutant(
        "reports: the page of data quality tells a hidden cell",
        "reports/quality.py",
        "    return check.dim in whole and not",
        "    return check.dim in {*whole, 'sex'} and not",
        (f"{WORDS}::test_a_line_about_people_is_printed_only_where_the_whole_breakdown_of_them_is",),
    ),
    Mutant(
        "reports: a line of data quality tells of few persons",
        "reports/quality.py",
        "not (few and check.of_people) and",
        "",
        (
            f"{WORDS}::test_a_line_of_data_quality_tells_donors_of_no_few_persons_and_of_nobody_in_a_confidential_programme",
        ),
    ),
    Mutant(
        "reports: data quality tells of people of a confidential programme",
        "reports/quality.py",
        " and (check.impersonal or not strict)",
        "",
        (
            f"{WORDS}::test_a_line_of_data_quality_tells_donors_of_no_few_persons_and_of_nobody_in_a_confidential_programme",
        ),
    ),
    Mutant(
        "reports: a period reaches beyond the agreement",
        "reports/builder/periods.py",
        "    if period_to > agreement.ends_on:",
        "    if False:",
        (f"{BUILDER}::test_a_report_to_the_last_day_of_the_agreement_and_not_one_day_more",),
    ),
]
