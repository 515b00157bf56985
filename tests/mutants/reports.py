"""Guards of reports: who reads the records behind a figure, what verify proves, what waits for a reason."""

from tests.mutants.list import Mutant

RECORDS = ("tests/test_reports_records.py",)
RESTATING = ("tests/test_reports_restating.py",)
TRANSLATED = ("tests/test_reports_translated.py",)
DASHBOARD = ("tests/test_reports_dashboard.py",)

REPORTS: list[Mutant] = [
    Mutant(
        "reports: a total over programmes tells of no few people of a confidential one",
        "reports/across.py",
        "        tells = _few(len(both))",
        "        tells = False",
        ("tests/test_reports_across.py",),
    ),
    Mutant(
        "reports: a total over programmes holds only those whose figures the reader reads",
        "reports/views/across.py",
        "    programmes = programmes_for(request.user, REPORT_ROLES)",
        "    programmes = programmes_for(request.user, REPORT_ROLES).model.objects.all()",
        ("tests/test_reports_across.py",),
    ),
    Mutant(
        "reports: who owns a business is not known until somebody says it",
        "applicants/ownership.py",
        "    return None if share is None else share >= least",
        "    return bool(share and share >= least)",
        ("tests/test_ownership.py",),
    ),
    Mutant(
        "reports: a post of the baseline that was lost lowers the net of jobs",
        "monitoring/figures.py",
        '        said["made"] - said["gone"] - went["number"],',
        '        said["made"] - said["gone"],',
        ("tests/test_reports.py",),
    ),
    Mutant(
        "reports: verify asks whether baseline and net are the posts that stand",
        "monitoring/checks.py",
        "    if reckoned != stand:",
        "    if False:",
        ("tests/test_reports.py",),
    ),
    Mutant(
        "monitoring: a business found closed loses its posts",
        "monitoring/services.py",
        "    if visit.business_state == MonitoringVisit.Business.CLOSED:",
        "    if False:",
        ("tests/test_reports.py",),
    ),
    Mutant(
        "reports: donors do not reach the records behind a figure",
        "reports/views/figures.py",
        "    if issue.state == Issue.State.DRAFT or not holds(request.user, REPORT_ROLES, issue.programme_id):",
        "    if issue.state == Issue.State.DRAFT:",
        RECORDS,
    ),
    Mutant(
        "reports: records of another region are not shown",
        "reports/recorded.py",
        "        return [key for key in keys if key in seen]",
        "        return list(keys)",
        RECORDS,
    ),
    Mutant(
        "reports: who looked at people is kept",
        "reports/views/figures.py",
        "    if kind.people and keys:",
        "    if False:",
        RECORDS,
    ),
    Mutant(
        "reports: verify compares the rows of a report with its frozen figures",
        "reports/checks.py",
        "        if row_facts(row) != row_facts(figure):",
        "        if False:",
        RECORDS,
    ),
    Mutant(
        "reports: verify works the hash of the records out again",
        "reports/checks.py",
        "            right = records.sha256 == one.sha256 and records.count == one.count",
        "            right = True",
        RECORDS,
    ),
    Mutant(
        "reports: a figure that changed waits for its reason",
        "reports/services.py",
        "    if missing:",
        "    if False:",
        RESTATING,
    ),
    Mutant(
        "reports: a change of few people is told without its numbers",
        "reports/restating.py",
        "    return any(0 < abs(one - other) < LEAST for one, other in pairs)",
        "    return False",
        RESTATING,
    ),
    Mutant(
        "reports: a stale rate translates nothing",
        "reports/translating.py",
        "        if row is None or (row.on < first and rule != FundingLine.RateRule.INSTALMENTS):",
        "        if row is None:",
        TRANSLATED,
    ),
    Mutant(
        "reports: how a programme stands is for those who answer for its reports",
        "reports/views/live.py",
        "    return get_object_or_404(programmes_for(request.user, REPORT_ROLES), key=key)",
        "    return get_object_or_404(programmes_for(request.user, [*REPORT_ROLES, 'adviser', 'donor']), key=key)",
        DASHBOARD,
    ),
    Mutant(
        "reports: a queue is told of to those who may open it",
        "reports/waiting.py",
        "queue.count(programme, user) if holds(user, queue.roles, programme.pk) else 0",
        "queue.count(programme, user)",
        DASHBOARD,
    ),
    Mutant(
        "reports: a number leads to the rows of its programme alone",
        "config/desk.py",
        'known.get(request.GET.get("programme", ""), chosen)',
        "chosen",
        DASHBOARD,
    ),
    Mutant(
        "reports: what is free of a line is less what is promised, paid or not",
        "reports/dashboard.py",
        "self.budget - self.committed",
        "self.budget - self.paid",
        DASHBOARD,
    ),
]
