"""What a member does: declares interests, scores, votes. Each locks the Applications it is about, by pk."""

from django.utils.translation import gettext_lazy as _

from applicants.models import Part
from applicants.services import claim_part
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from ledger.money import Money
from programmes.services import check_date
from selection.call_rules import rules_of
from selection.models import Case, Decision, Declaration, Review, Score, Session, Vote
from selection.quorum import absent_members, other_parts, room_of, voting_members
from selection.services.deciding import undo
from selection.services.locks import ask, ask_state, fresh_session, lock_applications, with_applications

REASON_DUE = (Vote.Choice.AGAINST, Vote.Choice.CONDITIONS, Vote.Choice.DEFER)


def _open_agenda(session, by, on, applications=None):
    """The fresh session and its cases with their applications locked; `by` must hold a seat on its day.

    `session.bench` keeps who votes on that day and who is absent, read once for all cases.
    """
    pks = applications or list(Case.objects.filter(session=session.pk).values_list("application_id", flat=True))
    rows = lock_applications(pks)
    session = fresh_session(session)
    check_date(on=on, programme=session.programme, by=by)
    seat = session.committee.seats.held_on(session.sits_on).filter(user=by).first()
    if seat is None or (seat.ends_on and on > seat.ends_on):
        raise NotAllowed(_("Only members who hold a seat on %(date)s do this.") % {"date": _day(session.sits_on)})
    session.bench = voting_members(session), absent_members(session)
    return session, with_applications(session, rows)


def _day(day):
    return day.strftime("%d.%m.%Y")


@service
def declare_interests(*, session, declarations, on, by):
    """The member's declarations: dict application reference -> (kind, reason); "none" says there is no interest.

    An interest may be declared until the close. Declared while the committee sits, it voids the member's vote and
    undoes a decision that is not yet effective; the minutes say so. An interest once declared is not taken back.
    """
    by_ref = dict(
        Case.objects.filter(session=session.pk, application__ref__in=declarations).values_list(
            "application__ref", "application_id"
        )
    )
    unknown = sorted(set(declarations) - set(by_ref))
    if unknown or not declarations:
        raise Invalid(_("%(refs)s is not on the agenda.") % {"refs": ", ".join(unknown) or "-"})
    session, cases = _open_agenda(session, by, on, list(by_ref.values()))
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    for case in cases:
        kind, reason = declarations[case.application.ref]
        _declare(session, case, kind, reason, on, by)
    return session


def _declare(session, case, kind, reason, on, by):
    ref = case.application.ref
    if kind not in Declaration.Kind.values:
        raise Invalid(_("Choose what interest you have in %(ref)s.") % {"ref": ref}, field=ref)
    if kind != Declaration.Kind.NONE and not reason.strip():
        raise Invalid(_("Say what interest you have in %(ref)s.") % {"ref": ref}, field=ref)
    if kind == Declaration.Kind.NONE and by.pk in other_parts(case):
        raise Invalid(_("You have a part in %(ref)s already: declare that interest.") % {"ref": ref}, field=ref)
    before = Declaration.objects.live().filter(case=case, member=by).first()
    if before is not None and before.is_conflict:
        if kind == Declaration.Kind.NONE:
            raise Blocked(_("You have declared an interest in %(ref)s; it is not taken back.") % {"ref": ref})
        return
    if before is not None and kind == Declaration.Kind.NONE:
        return
    conflict = kind != Declaration.Kind.NONE
    late = conflict and session.state == Session.State.SITTING
    if before is not None:
        before.superseded_on = on
        before.save(update_fields=["superseded_on"])
    Declaration.objects.create(
        case=case, member=by, kind=kind, reason=reason.strip() if conflict else "", declared_on=on, late=late
    )
    record(
        "interest.declare",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": ref, "kind": kind, "late": late},
        reason=reason.strip() if conflict else "",
    )
    if conflict:
        _step_back(session, case, on, by)


def _step_back(session, case, on, by):
    """A member with an interest leaves the case: the vote is void, and a decision that counted it is undone."""
    voided = Vote.objects.live().filter(case=case, member=by)
    if not voided.update(voided_on=on, void_reason=str(_("Interest declared during the sitting"))):
        return
    record("vote.void", session.ref, by=by, on=on, programme=session.programme.key, body={"case": case.application.ref})
    decision = Decision.objects.live().filter(case=case, effective_on=None).first()
    if decision is not None:
        undo(decision, Decision.Undone.INTEREST, on=on, by=by)


def _ask_judge(session, case, by):
    """Raises unless `by` may judge the case: a voting seat, no other part in it, declared and free of interest."""
    ask("selection.vote", by, session)
    voting, absent = session.bench
    room = room_of(case, voting, absent, rules_of(session))
    if by.pk not in room.voting:
        raise NotAllowed(_("Your seat on this committee has no vote."))
    if by.pk in other_parts(case):
        raise NotAllowed(_("You have another part in %(ref)s and cannot judge it.") % {"ref": case.application.ref})
    if by.pk in room.conflicted:
        raise NotAllowed(_("You declared an interest in this case and take no part in it."))
    if by.pk in room.undeclared:
        raise Blocked(_("Declare first whether you have an interest in %(ref)s.") % {"ref": case.application.ref})
    if case.removed_on or case.application.state != "under_review":
        raise Blocked(_("%(ref)s is not before the committee any more.") % {"ref": case.application.ref})
    if Decision.objects.live().filter(case=case).exists():
        raise Blocked(_("%(ref)s is decided already.") % {"ref": case.application.ref})
    return room


@service
def save_review(*, case, scores, on, by, comment="", submit=True):
    """Keep the member's scores: dict criterion code -> value, None for "not applicable".

    With `submit` the card must be whole, and is in: it is not changed any more, because the others' cards now show.
    """
    session, cases = _open_agenda(case.session, by, on, [case.application_id])
    case = cases[0]
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    _ask_judge(session, case, by)
    grid = {row["code"]: row for row in session.rules["criteria"]}
    _ask_values(grid, scores, submit)
    review = Review.objects.filter(case=case, member=by).first()
    if review is not None and review.submitted_on:
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
        Score(review=review, criterion=criteria[code], value=value) for code, value in scores.items()
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


def _ask_values(grid, scores, submit):
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
    for code in grid:
        if submit and code not in scores:
            raise Invalid(_("Choose a value for “%(question)s”.") % {"question": grid[code]["question"]}, field=code)


@service
def cast_vote(*, case, choice, on, by, amount=None, reason="", key=None):
    """The member's vote on a case. `amount` in minor units may be lower than the amount before the committee.

    A reason is due when voting against, with conditions, for putting off, or for another amount.
    """
    session, cases = _open_agenda(case.session, by, on, [case.application_id])
    ask_state(session, Session.State.SITTING)
    return _cast(session, cases[0], choice, amount, reason, on, by)


@service
def cast_votes(*, session, votes, on, by):
    """One member's votes on several cases at once: dicts case, choice, amount, reason. All of them or none."""
    by_case = {vote["case"].pk: vote for vote in votes}
    if len(by_case) != len(votes) or not votes:
        raise Invalid(_("Vote on each case once."))
    pks = [vote["case"].application_id for vote in votes]
    session, cases = _open_agenda(session, by, on, pks)
    ask_state(session, Session.State.SITTING)
    if {case.pk for case in cases} != set(by_case):
        raise Invalid(_("A case is not on this agenda."))
    for case in cases:
        vote = by_case[case.pk]
        _cast(session, case, vote["choice"], vote.get("amount"), vote.get("reason", ""), on, by)
    return session


def _cast(session, case, choice, amount, reason, on, by):
    ref = case.application.ref
    room = _ask_judge(session, case, by)
    if by.pk in room.absent:
        raise Blocked(_("The secretary has recorded you as absent from this sitting."))
    if on < session.sits_on:
        raise Invalid(_("The committee sits on %(date)s.") % {"date": _day(session.sits_on)}, field="on")
    if Vote.objects.live().filter(case=case, member=by).exists():
        raise Blocked(_("You have voted on %(ref)s already.") % {"ref": ref})
    amount = _voted_amount(case, choice, amount)
    reason = reason.strip()
    if choice in REASON_DUE and not reason:
        raise Invalid(_("Give the reason or the conditions of your vote on %(ref)s.") % {"ref": ref}, field="reason")
    if amount is not None and not reason:
        raise Invalid(_("Say why you vote for another amount on %(ref)s.") % {"ref": ref}, field="reason")
    claim_part(application=case.application, user=by, part=Part.Name.MEMBER, on=on)
    vote = Vote.objects.create(case=case, member=by, choice=choice, amount=amount, reason=reason, cast_on=on)
    record(
        "vote.cast",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"case": ref, "choice": choice, "amount": amount, "currency": case.currency},
    )
    return vote


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


@service
def take_back_vote(*, case, on, by, reason=""):
    """A member takes the own vote back while the committee sits and the case is not decided; then votes anew."""
    session, cases = _open_agenda(case.session, by, on, [case.application_id])
    ask_state(session, Session.State.SITTING)
    _ask_judge(session, cases[0], by)
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
