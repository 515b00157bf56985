"""What a member does when they judge: scores and votes. Each locks the Applications it is about, by pk."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Part
from applicants.services import claim_part
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from ledger.money import Money
from selection.models import Review, Score, Session, Vote
from selection.services.bench import ask_judge, day_of, open_agenda
from selection.services.locks import ask_state
from selection.signals import months_voted

MOST_COMMENT = 300
MOST_MONTHS = 120
REASON_DUE = (Vote.Choice.AGAINST, Vote.Choice.CONDITIONS, Vote.Choice.DEFER)


@service
def save_review(*, case, scores, on, by, comment="", comments=None, submit=True, version=None, revision=None):
    """Keep the member's scores: dict criterion code -> value, None for "not applicable".

    `comments` (criterion code -> text) says why a value was given where the call asks for it. With `submit` the card
    must be whole and in time, and is in: it is not changed any more, because the others' cards now show. A card on an
    earlier revision does not count, and is made anew.
    """
    session, cases = open_agenda(case.session, by, on, [case.application_id], version)
    case = cases[0]
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    ask_judge(session, case, by, revision)
    if submit and session.scores_due_on and on > session.scores_due_on:
        raise Blocked(
            _("The scores were due on %(date)s. The secretary can give more time.")
            % {"date": day_of(session.scores_due_on)}
        )
    comments = {code: " ".join(text.split()) for code, text in (comments or {}).items() if text.strip()}
    _ask_values(session.rules, scores, comments, submit)
    review = Review.objects.filter(case=case, member=by).first()
    if review is not None and review.submitted_on and review.revision == case.revision:
        raise Blocked(_("Your scores of %(ref)s are in already.") % {"ref": case.application.ref})
    if submit:
        claim_part(application=case.application, user=by, part=Part.Name.MEMBER, on=on)
    review = review or Review(case=case, member=by)
    review.revision = case.revision
    review.comment = comment
    review.submitted_on = on if submit else None
    review.save()
    criteria = {row.code: row for row in session.call.criteria.filter(code__in=scores)}
    review.scores.all().delete()
    Score.objects.bulk_create(
        Score(review=review, criterion=criteria[code], value=value, comment=comments.get(code, ""))
        for code, value in scores.items()
    )
    record(
        "review.submit" if submit else "review.save",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": case.application.ref, "revision": case.revision, "values": len(scores)},
    )
    return review


def _ask_values(rules, scores, comments, submit):
    grid = {row["code"]: row for row in rules["criteria"]}
    if not grid:
        raise Blocked(_("This call has no evaluation grid."))
    for code, value in scores.items():
        if code not in grid:
            raise Invalid(_("The grid has no criterion “%(code)s”.") % {"code": code}, field=code)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is not None and not (whole and 0 <= value <= grid[code]["top"]):
            raise Invalid(
                _("“%(question)s” takes whole values from 0 to %(top)s.")
                % {"question": grid[code]["question"], "top": grid[code]["top"]},
                field=code,
            )
        if submit and value in rules.get("reasoned_values", ()) and code not in comments:
            raise Invalid(
                _("Say why you give %(value)s for “%(question)s”.")
                % {"value": value, "question": grid[code]["question"]},
                field=code,
            )
    for code in grid:
        if submit and code not in scores:
            raise Invalid(_("Choose a value for “%(question)s”.") % {"question": grid[code]["question"]}, field=code)
    for code, text in comments.items():
        if len(text) > MOST_COMMENT:
            raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_COMMENT}, field=code)


@service
def cast_vote(*, case, choice, on, by, amount=None, months=None, reason="", version=None, revision=None, key=None):
    """The member's vote on a case. `amount` in minor units may be lower than the amount before the committee.

    `months` to repay may be other than those before it. A reason is due when voting against, with conditions, for
    putting off, for another amount or for other months.
    """
    session, cases = open_agenda(case.session, by, on, [case.application_id], version)
    ask_state(session, Session.State.SITTING)
    return cast(session, cases[0], choice, amount, reason, on, by, months=months, revision=revision)


@service
def cast_votes(*, session, votes, on, by, version=None):
    """One member's votes on several cases, all or none: dicts case, choice, amount, months, reason, revision."""
    by_case = {vote["case"].pk: vote for vote in votes}
    if len(by_case) != len(votes) or not votes:
        raise Invalid(_("Vote on each case once."))
    pks = [vote["case"].application_id for vote in votes]
    session, cases = open_agenda(session, by, on, pks, version)
    ask_state(session, Session.State.SITTING)
    if {case.pk for case in cases} != set(by_case):
        raise Invalid(_("A case is not on this agenda."))
    for case in cases:
        vote = by_case[case.pk]
        given = vote["choice"], vote.get("amount"), vote.get("reason", "")
        cast(session, case, *given, on, by, months=vote.get("months"), revision=vote.get("revision"))
    return session


def cast(session, case, choice, amount, reason, on, by, *, months=None, revision=None, on_consent=False):
    """One vote under the lock of its Application. `session` comes from open_agenda()."""
    ref = case.application.ref
    room = ask_judge(session, case, by, revision)
    _ask_time(session, room, on, by)
    if Vote.objects.live().filter(case=case, member=by).exists():
        raise Blocked(_("You have voted on %(ref)s already.") % {"ref": ref})
    amount, months = _voted_amount(case, choice, amount), _voted_months(case, choice, months)
    reason = reason.strip()
    if choice in REASON_DUE and not reason:
        raise Invalid(_("Give the reason or the conditions of your vote on %(ref)s.") % {"ref": ref}, field="reason")
    if amount is not None and not reason:
        raise Invalid(_("Say why you vote for another amount on %(ref)s.") % {"ref": ref}, field="reason")
    if months is not None and not reason:
        raise Invalid(_("Say why you vote for other months on %(ref)s.") % {"ref": ref}, field="reason")
    if case.votes_by_consent and (choice != Vote.Choice.FOR or amount is not None or months is not None):
        raise Blocked(_("%(ref)s is on the consent agenda: lift it out to vote otherwise than for.") % {"ref": ref})
    claim_part(application=case.application, user=by, part=Part.Name.MEMBER, on=on)
    vote = Vote.objects.create(
        case=case,
        member=by,
        choice=choice,
        amount=amount,
        months=months,
        reason=reason,
        cast_on=on,
        on_consent=on_consent,
    )
    body = {"case": ref, "choice": choice, "amount": amount, "currency": case.currency}
    if months is not None:
        body["months"] = months
    record(
        "vote.cast",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body=body | ({"consent": True} if on_consent else {}),
    )
    return vote


def _ask_time(session, room, on, by):
    if by.pk in room.absent:
        raise Blocked(_("The secretary has recorded you as absent from this sitting."))
    if on < session.sits_on:
        raise Invalid(_("The committee sits on %(date)s.") % {"date": day_of(session.sits_on)}, field="on")
    if session.votes_due_on and on > session.votes_due_on:
        raise Blocked(
            _("The time to vote ended on %(date)s. The secretary can give more time.")
            % {"date": day_of(session.votes_due_on)}
        )


def _voted_amount(case, choice, amount):
    """The amount to keep with the vote: None when it is the one before the committee."""
    if choice not in Vote.Choice.values:
        raise Invalid(_("Choose how you vote on %(ref)s.") % {"ref": case.application.ref}, field="choice")
    if amount is None or choice not in (Vote.Choice.FOR, Vote.Choice.CONDITIONS) or amount == case.proposed_amount:
        return None
    floor = min(case.application.window.floor_amount, case.proposed_amount)
    if not floor <= amount < case.proposed_amount:
        raise Invalid(
            _("Vote for an amount from %(floor)s to %(top)s.")
            % {"floor": Money(floor, case.currency), "top": Money(case.proposed_amount, case.currency)},
            field="amount",
        )
    return amount


def _voted_months(case, choice, months):
    """The months to keep with the vote: None when they are those before the committee."""
    if months is None or choice not in (Vote.Choice.FOR, Vote.Choice.CONDITIONS) or months == case.proposed_months:
        return None
    if case.proposed_months is None:
        raise Invalid(_("Nothing of %(ref)s is repaid.") % {"ref": case.application.ref}, field="months")
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid(_("A loan is repaid in 1 to 120 months."), field="months")
    months_voted.send(sender=Vote, application=case.application, months=months)
    return months


@service
def take_back_vote(*, case, on, by, reason=""):
    """A member takes the own vote back while the committee sits and the case is not decided; then votes anew."""
    session, cases = open_agenda(case.session, by, on, [case.application_id])
    ask_state(session, Session.State.SITTING)
    ask_judge(session, cases[0], by)
    vote = Vote.objects.live().filter(case=case, member=by).first()
    if vote is None:
        raise Blocked(_("You have no vote on this case."))
    vote.voided_on = on
    vote.void_reason = reason.strip() or str(_("Taken back by the member"))
    vote.save(update_fields=["voided_on", "void_reason"])
    record(
        "vote.take_back",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": cases[0].application.ref},
        reason=reason,
    )
    return vote
