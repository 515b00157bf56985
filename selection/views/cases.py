"""Pages of one case: the packet and score card of a member, the votes and the decision for the secretary."""

import rules
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import case_or_404, keeper_or_404, keeps, posted, seat_or_404, session_or_404
from selection.board import packet_of
from selection.forms import (
    ApproveReserveForm,
    DecideForm,
    DeclareForm,
    ReasonedForm,
    RemoveForm,
    ReviewForm,
    VoteForm,
    VotesForm,
)
from selection.models import Case, Decision, Declaration, Review, Session, Vote
from selection.packet import summary_of
from selection.quorum import other_parts
from selection.ruling import rulings_of
from selection.wording import votes_sentence


@require_http_methods(["GET", "POST"])
def declare(request, ref):
    """Declarations over names alone; nothing of a case can be opened before."""
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    cases = list(
        session.cases.on_agenda()
        .select_related("application__applicant__village", "application__business")
        .prefetch_related("application__parts")
    )
    for case in cases:
        case.session = session
    cases = [case for case in cases if request.user.pk not in other_parts(case)]
    declared = dict(
        Declaration.objects.live().filter(case__session=session, member=request.user).values_list("case_id", "kind")
    )
    form = DeclareForm(posted(request), cases=cases, declared=declared)
    if request.method == "POST":
        result = attempt(
            form, services.declare_interests, session=session, on=today(session.programme), by=request.user
        )
        if result is not None:
            return done(request, _("Your declarations are recorded."), session)
    return form_page(
        request,
        form,
        title=_("Declare your interests"),
        submit=_("Record the declarations"),
        back=session.get_absolute_url(),
        crumbs=_crumbs(session),
        template="selection/declare.html",
        context={"session": session, "sitting": session.state == Session.State.SITTING},
    )


def _crumbs(session):
    return [(_("Committee sessions"), reverse("selection:sessions")), (session.ref, session.get_absolute_url())]


@require_http_methods(["GET", "POST"])
def case(request, ref, position):
    """One case: for a member with the score card or the vote, for a keeper with votes and decision."""
    session, row = case_or_404(request.user, ref, position)
    if keeps(session, request.user):
        return _keeper_page(request, session, row)
    seat_or_404(session, request.user)
    return _member_page(request, session, row)


def _keeper_page(request, session, row):
    if request.method == "POST":
        raise Http404
    ruling = rulings_of(session, Case.objects.filter(pk=row.pk))[0]
    decision = Decision.objects.live().filter(case=row).first()
    judging = session.state in (Session.State.SITTING, Session.State.CLOSED)
    return render(
        request,
        "selection/case_kept.html",
        {
            "title": str(row.application.business or row.application.applicant),
            "session": session,
            "case": row,
            "summary": summary_of(row),
            "ruling": ruling,
            "votes": _votes(session, ruling) if judging else [],
            "counted": votes_sentence(ruling.tally) if judging else "",
            "decision": decision,
            "cards": _cards(row, request.user, everything=True),
            "form": DecideForm(),
            "is_secretary": rules.test_rule("selection.keep_session", request.user, session),
            "crumbs": _crumbs(session),
        },
    )


def _votes(session, ruling):
    """(name, vote or None, why there is none) of each voting member."""
    by_member = {vote.member_id: vote for vote in ruling.votes}
    room, found = ruling.room, []
    for seat in session.committee.seats.held_on(session.sits_on).voting().select_related("user"):
        why = ""
        if seat.user_id in room.conflicted:
            why = _("takes no part: interest or another part")
        elif seat.user_id in room.undeclared:
            why = _("has not declared")
        elif seat.user_id in room.absent:
            why = _("absent")
        found.append((seat.user, by_member.get(seat.user_id), why))
    return found


def _cards(row, user, everything=False):
    """Score cards that `user` may see: all for a keeper; for a member the own, and the others' once the own is in."""
    cards = Review.objects.filter(case=row, submitted_on__isnull=False).select_related("member")
    cards = cards.prefetch_related("scores__criterion")
    if everything or cards.filter(member=user).exists():
        return list(cards)
    return []


def _member_page(request, session, row):
    packet = packet_of(session, request.user)
    review = Review.objects.filter(case=row, member=request.user).first()
    vote = Vote.objects.live().filter(case=row, member=request.user).first()
    decided = Decision.objects.live().filter(case=row).exists()
    criteria = session.rules["criteria"]
    scoring = bool(criteria) and session.state in (Session.State.OPEN, Session.State.SITTING)
    scoring = scoring and not decided and not (review and review.submitted_on)
    voting = session.state == Session.State.SITTING and not decided and vote is None
    what = request.POST.get("what", "")
    score_form = _score_form(request, criteria, review, what) if scoring else None
    vote_form = VoteForm(request.POST if what == "vote" else None, case=row) if voting else None
    if request.method == "POST":
        answer = _act(request, session, row, what, score_form, vote_form, packet)
        if answer is not None:
            return answer
    form = vote_form if what == "vote" else score_form
    refused = form is not None and form.is_bound and form.errors
    before, after = packet.beside(row.position)
    return render(
        request,
        "selection/case.html",
        {
            "title": str(row.application.business or row.application.applicant),
            "session": session,
            "case": row,
            "summary": summary_of(row),
            "packet": packet,
            "before": before,
            "after": after,
            "next": packet.after(row.position),
            "score_form": score_form,
            "vote_form": vote_form,
            "form": form if refused else None,
            "refused": bool(refused),
            "review": review,
            "vote": vote,
            "decided": decided,
            "cards": _cards(row, request.user),
            "crumbs": _crumbs(session),
        },
        status=form.status if refused else 200,
    )


def _score_form(request, criteria, review, what):
    initial = {}
    if review is not None:
        initial = {
            f"score_{score.criterion.code}": "na" if score.value is None else str(score.value)
            for score in review.scores.select_related("criterion")
        }
        initial["comment"] = review.comment
    data = request.POST if what in ("submit", "keep", "abstain") else None
    return ReviewForm(data, criteria=criteria, whole=what != "keep", initial=initial)


def _act(request, session, row, what, score_form, vote_form, packet):
    """The redirect after a score card or a vote; None when the form is shown again."""
    given = {"case": row, "on": today(session.programme), "by": request.user}
    here = row.get_absolute_url()
    if what == "vote" and vote_form is not None:
        if attempt(vote_form, services.cast_vote, **given) is not None:
            return done(request, _("Your vote on case %(number)s is cast.") % {"number": row.position}, here)
        return None
    if what == "abstain" and score_form is not None:
        nothing = {line["code"]: None for line in score_form.criteria}
        services.save_review(scores=nothing, comment=request.POST.get("comment", ""), **given)
        return done(request, _("You do not score case %(number)s.") % {"number": row.position}, _next(packet, row))
    if what in ("submit", "keep") and score_form is not None:
        if attempt(score_form, services.save_review, **given) is None:
            return None
        if what == "keep":
            return done(request, _("Kept. The others do not see it yet."), here)
        return done(request, _("Your scores of case %(number)s are in.") % {"number": row.position}, _next(packet, row))
    return redirect(here)


def _next(packet, row):
    following = packet.after(row.position)
    if following is not None and following.case.pk != row.pk:
        return following.case.get_absolute_url()
    return row.session.get_absolute_url()


@require_http_methods(["GET", "POST"])
def vote(request, ref):
    """One form for all cases that wait for the member's vote."""
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    packet = packet_of(session, request.user)
    decided = set(Decision.objects.live().filter(case__session=session).values_list("case_id", flat=True))
    cases = [line.case for line in packet.left_to_vote() if line.case.pk not in decided]
    form = VotesForm(posted(request), cases=cases)
    if request.method == "POST":
        result = attempt(form, services.cast_votes, session=session, on=today(session.programme), by=request.user)
        if result is not None:
            return done(request, _("Your votes are cast."), session)
    return form_page(
        request,
        form,
        title=_("Vote"),
        submit=_("Cast my votes"),
        back=session.get_absolute_url(),
        crumbs=_crumbs(session),
        template="selection/vote.html",
        context={"session": session, "cases": cases, "sitting": session.state == Session.State.SITTING},
    )


CASE_MOVES = {
    "decide": (DecideForm, services.decide_case, _("Record the decision"), _("The decision is recorded.")),
    "remove": (RemoveForm, services.remove_case, _("Take off the agenda"), _("The case is off the agenda.")),
    "take_back_vote": (ReasonedForm, services.take_back_vote, _("Take my vote back"), _("Your vote is taken back.")),
}


@require_http_methods(["GET", "POST"])
def move(request, ref, position, verb):
    """Confirm page and act of what is done to one case."""
    session, row = case_or_404(request.user, ref, position)
    if verb == "approve_reserve":
        return _approve_reserve(request, session, row)
    if verb not in CASE_MOVES:
        raise Http404
    if verb == "take_back_vote":
        seat_or_404(session, request.user)
    else:
        keeper_or_404(session, request.user)
        _ask_secretary(request.user, session)
    form_class, service, title, sentence = CASE_MOVES[verb]
    form = form_class(posted(request))
    if request.method == "POST":
        result = attempt(form, service, case=row, on=today(session.programme), by=request.user)
        if result is not None:
            return done(request, sentence, session)
    return form_page(
        request,
        form,
        title=title,
        submit=title,
        back=session.get_absolute_url(),
        crumbs=_crumbs(session),
        lead=f"{row.application.ref} · {row.application.title}",
    )


def _approve_reserve(request, session, row):
    keeper_or_404(session, request.user)
    _ask_secretary(request.user, session)
    form = ApproveReserveForm(posted(request))
    if request.method == "POST":
        given = {"application": row.application, "on": today(session.programme), "by": request.user}
        if attempt(form, services.approve_reserve, **given) is not None:
            return done(request, _("%(ref)s is approved.") % {"ref": row.application.ref}, session)
    title = _("Approve from the reserve list")
    return form_page(request, form, title=title, submit=title, back=session.get_absolute_url(), crumbs=_crumbs(session))


def _ask_secretary(user, session):
    if not rules.test_rule("selection.keep_session", user, session):
        raise NotAllowed(_("The secretary of the committee does this."))
