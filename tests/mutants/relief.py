"""Guards of relief that the committee decides on."""

from tests.mutants.list import Mutant

RELIEF = "tests/test_loan_relief.py"

RELIEF_GUARDS: list[Mutant] = [
    Mutant(
        "relief: a member with an interest votes on the request",
        "selection/services/motions.py",
        "    if by.pk in room.conflicted:\n",
        "    if by.pk in ():\n",
        (
            f"{RELIEF}::test_a_member_with_an_interest_neither_sees_the_request_nor_votes",
            f"{RELIEF}::test_a_standing_interest_in_the_borrower_reaches_the_request",
        ),
    ),
    Mutant(
        "relief: who asked for it votes on it",
        "selection/motions.py",
        "(interested[motion.pk] | {motion.asked_by_id}) & room.voting",
        "interested[motion.pk] & room.voting",
        (f"{RELIEF}::test_who_asked_does_not_vote_on_it",),
    ),
    Mutant(
        "relief: it is put in force without an approval",
        "loans/models/requests.py",
        "        source=State.APPROVED,\n        target=State.IN_FORCE,\n        conditions=[\n"
        "            conditions.loan_runs,\n            conditions.decision_stands,\n",
        "        source=[State.ASKED, State.BEFORE, State.APPROVED],\n        target=State.IN_FORCE,\n"
        "        conditions=[\n            conditions.loan_runs,\n",
        (f"{RELIEF}::test_nothing_is_put_in_force_without_an_approval",),
    ),
    Mutant(
        "relief: it is put in force while the sitting is open again",
        "loans/models/requests.py",
        "            conditions.decision_stands,\n",
        "",
        (f"{RELIEF}::test_a_sitting_that_is_opened_again_takes_the_approval_back_until_it_closes",),
    ),
    Mutant(
        "relief: who asked for it puts it in force",
        "loans/rules.py",
        "    return theirs and user.pk != request.asked_by_id\n",
        "    return theirs\n",
        (f"{RELIEF}::test_nobody_puts_in_force_what_they_asked_for_themselves",),
    ),
    Mutant(
        "relief: below its quorum a request is approved",
        "selection/motions.py",
        'result.outcome if enough else "defer"',
        "result.outcome",
        (f"{RELIEF}::test_below_the_quorum_it_is_put_off_and_waits_for_another_session",),
    ),
    Mutant(
        "relief: more is written off than the committee was told",
        "loans/models/requests.py",
        "            conditions.no_more_is_owed,\n",
        "",
        (f"{RELIEF}::test_more_principal_than_the_committee_was_told_is_not_written_off",),
    ),
    Mutant(
        "relief: any committee decides on any amount",
        "selection/services/motions.py",
        "ask_motion_mandate(session, one.applications, one.amounts, ref)",
        "0",
        (f"{RELIEF}::test_a_request_about_an_amount_of_another_committee_goes_to_that_one",),
    ),
    Mutant(
        "relief: a request that the member did not declare on is in the packet",
        "selection/printed.py",
        "own_motions(session, user) if told]",
        "own_motions(session, user)]",
        (f"{RELIEF}::test_packet_and_invitation_tell_of_requests_but_not_who_has_an_interest",),
    ),
    Mutant(
        "relief: waivers below the limit add up to more than it",
        "loans/services/relief.py",
        'before["total"] + amount > limit',
        "amount > limit",
        (f"{RELIEF}::test_a_waiver_above_the_limit_and_another_rate_go_through_the_committee",),
    ),
    Mutant(
        "relief: a typed decision changes the rate",
        "loans/services/relief.py",
        "        if waiver_limit(loan) is not None:\n            raise Blocked(NEEDS_COMMITTEE)\n",
        "",
        (f"{RELIEF}::test_a_waiver_above_the_limit_and_another_rate_go_through_the_committee",),
    ),
    Mutant(
        "relief: the number of what was approved is typed again",
        "loans/services/relief.py",
        '        _need_own_decision(loan, "waive", decision_ref)\n',
        "        pass\n",
        (f"{RELIEF}::test_what_the_committee_approved_is_put_in_force_once_and_not_typed_again",),
    ),
    Mutant(
        "relief: who put the committee's waiver in force takes it back alone",
        "loans/services/relief.py",
        "    if waiver.recorded_by_id == by.pk and decided.exists():",
        "    if False:",
        (f"{RELIEF}::test_what_the_committee_waived_is_taken_back_by_another_than_who_put_it_in_force",),
    ),
    Mutant(
        "relief: what follows a death is an approval of before",
        "loans/services/life_events.py",
        ", asked_on__gte=event.happened_on",
        "",
        ("tests/test_loan_people.py::test_what_follows_a_death_is_what_the_committee_approved_since",),
    ),
]
