"""Guards around the people and things behind loans: ceilings, second persons, shares, penalties that rest."""

from tests.mutants.list import Mutant

PEOPLE = ("tests/test_loan_people.py",)
GROUPS = ("tests/test_loan_groups.py",)
MORATORIUM = ("tests/test_loan_moratorium.py",)

LOAN_PEOPLE: list[Mutant] = [
    Mutant(
        "loans: a guarantor may pass the ceiling by a cent",
        "loans/exposure.py",
        "    if standing + more <= ceiling:",
        "    if standing + more <= ceiling + 1:",
        PEOPLE,
    ),
    Mutant(
        "loans: who recorded a death decides it",
        "loans/rules.py",
        "    return theirs and user.pk != event.recorded_by_id",
        "    return theirs",
        PEOPLE,
    ),
    Mutant(
        "loans: penalties run through a death",
        "loans/standing.py",
        "    return (day - since).days - rested",
        "    return (day - since).days",
        PEOPLE,
    ),
    Mutant(
        "loans: a moratorium is applied by who prepared it",
        "loans/rules.py",
        "    return user.pk != moratorium.asked_by_id",
        "    return True",
        MORATORIUM,
    ),
    Mutant(
        "loans: a moratorium does what was not shown",
        "loans/services/moratorium.py",
        "        if effect.principal_amount <= row.principal_amount and effect.waived_amount <= row.waived_amount:",
        "        if True:",
        MORATORIUM,
    ),
    Mutant(
        "loans: a moratorium needs no decision that stands",
        "loans/models/changes.py",
        "        conditions=[conditions.decision_stands],\n",
        "",
        MORATORIUM,
    ),
    Mutant(
        "loans: a committee is asked about loans that changed since the list was made",
        "loans/moratoria.py",
        "    if row is None:",
        "    if True:",
        MORATORIUM,
    ),
    Mutant(
        "selection: who has a part on one dossier of many votes on all",
        "selection/quorum.py",
        "        found[motion].add(user)",
        "        pass",
        MORATORIUM,
    ),
    Mutant(
        "selection: an interest in one dossier of many is none",
        "selection/motions.py",
        "        found[motion] |= matches[application]",
        "        pass",
        MORATORIUM,
    ),
    Mutant(
        "selection: who made a loan votes on its relief",
        "selection/motions.py",
        "            found[of_ref[ref]].add(user)",
        "            pass",
        MORATORIUM,
    ),
    Mutant(
        "selection: a vote on many dossiers takes no part on them",
        "selection/services/motions.py",
        "    claim_parts(applications=motion.applications.all(), user=by, part=Part.Name.MEMBER, on=on)\n",
        "",
        MORATORIUM,
    ),
    Mutant(
        "loans: shares may miss the loan",
        "loans/services/groups.py",
        "    if sum(shares.values()) != loan.amount:",
        "    if False:",
        GROUPS,
    ),
    Mutant(
        "loans: a guarantor stays bound when the loan is repaid",
        "loans/services/restating.py",
        "    let_go(loan, day=done, on=on, by=by)\n",
        "",
        PEOPLE,
    ),
    Mutant(
        "loans: a loan that is owed again has nobody who stands for it",
        "loans/services/restating.py",
        "        take_up(loan, on=on, by=by, reason=reason)\n",
        "",
        PEOPLE,
    ),
    Mutant(
        "loans: a lien secures two loans once the first is owed again",
        "loans/services/security.py",
        "        _need_free(row, loan)\n",
        "",
        PEOPLE,
    ),
    Mutant(
        "loans: what fell due to a group is divided by the shares of another day",
        "loans/group_account.py",
        "        sums[max((start for start in starts if start <= day), default=starts[0])] += amount",
        "        sums[starts[-1]] += amount",
        GROUPS,
    ),
    Mutant(
        "loans: who leaves a group takes the default along",
        "loans/group_account.py",
        "    last_days = {row.member_id: row.until for row in rows if row.member_id not in shares}",
        "    last_days = {}",
        GROUPS,
    ),
    Mutant(
        "loans: who takes a share over is short of what the group paid ahead",
        "loans/group_account.py",
        "    if covers:",
        "    if False:",
        GROUPS,
    ),
    Mutant(
        "loans: the others' payments pay the default of who left",
        "loans/group_account.py",
        "    owed = [max(line.due - line.paid, 0) if line.share else 0 for line in account]",
        "    owed = [max(line.due - line.paid, 0) for line in account]",
        GROUPS,
    ),
    Mutant(
        "loans: a death that is decided after the end leaves the penalties resting",
        "loans/services/life_events.py",
        '    _rest(loan, on=on, by=by)\n    body = {"event": event.pk, "outcome"',
        '    body = {"event": event.pk, "outcome"',
        PEOPLE,
    ),
]
