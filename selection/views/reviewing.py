"""The review loop of a member: one case with its score card, and its photos."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from applicants.services.evidence import path_of
from audit.refusals import Invalid
from pages.forms import attempt, done
from programmes.clock import today
from selection import services
from selection.access import case_or_404, keeps, seat_or_404
from selection.comparison import compare
from selection.forms import ReviewForm, VoteForm
from selection.models import Decision, Review, Session, Vote
from selection.naming import Naming, names_of, without_names
from selection.own_packet import packet_of
from selection.packet import photos_of, summary_of
from selection.services.clarifying import ASKED_IN
from selection.views.ground import crumbs_of

CARD_ACTS = ("submit", "keep", "abstain")


def member_page(request, session, row, seat):
    """One case for a member: the summary with the score card, then the vote."""
    packet = packet_of(session, request.user, around=row.position)
    review = Review.objects.filter(case=row, member=request.user).first()
    vote = Vote.objects.live().filter(case=row, member=request.user).first()
    decided = Decision.objects.live().filter(case=row).exists()
    stale = review is not None and review.submitted_on is not None and review.revision != row.revision
    open_now = session.state in ASKED_IN and not decided
    scoring = open_now and bool(session.rules["criteria"]) and (review is None or not review.submitted_on or stale)
    voting = open_now and session.state == Session.State.SITTING and vote is None and not row.votes_by_consent
    what = request.POST.get("what", "")
    # What is posted is judged by the service, also where the page would not have offered it.
    score_form = _score_form(request, session, review, row, what) if scoring or what in CARD_ACTS else None
    vote_form = VoteForm(request.POST if what == "vote" else None, case=row) if voting or what == "vote" else None
    if request.method == "POST":
        answer = _act(request, row, what, score_form, vote_form, packet)
        if answer is not None:
            return answer
    form = vote_form if what == "vote" else score_form
    refused = form is not None and form.is_bound and bool(form.errors)
    packet.naming.dress([row])
    before, after = packet.beside(row.position)
    return render(
        request,
        "selection/case.html",
        {
            "title": row.shown_name,
            "session": session,
            "case": row,
            "summary": summary_of(row, unnamed=packet.naming.hides(row)),
            "unnamed": packet.naming.hides(row),
            "packet": packet,
            "before": before,
            "after": after,
            "next": packet.after(row.position),
            "score_form": score_form if scoring else None,
            "vote_form": vote_form if voting else None,
            "form": form if refused else None,
            "refused": refused,
            "review": review,
            "stale": stale,
            "vote": vote,
            "may_lift": open_now and row.votes_by_consent and vote is None,
            "decided": decided,
            "questions": questions_of(row, packet.naming.hides(row)),
            "may_ask": open_now and seat.votes,
            "comparison": compare(cards_of(row, request.user), session.rules),
            "crumbs": crumbs_of(session),
        },
        status=form.status if refused else 200,
    )


def questions_of(case, unnamed=False):
    """Questions to the adviser and their answers; without names where the reader is not told them."""
    found = list(case.clarifications.all())
    names = names_of(case.application) if unnamed else ()
    for one in found:
        one.question, one.answer = without_names(one.question, names), without_names(one.answer, names)
    return found


def cards_of(case, user):
    """The score cards of a case that `user` may read, with their values."""
    shown = Review.objects.shown_to(user).filter(case=case)
    return list(shown.select_related("member", "case").prefetch_related("scores__criterion"))


def _score_form(request, session, review, case, what):
    initial = {"revision": case.revision}
    if review is not None:
        for score in review.scores.select_related("criterion"):
            initial[f"score_{score.criterion.code}"] = "na" if score.value is None else str(score.value)
            initial[f"reason_{score.criterion.code}"] = score.comment
        initial["comment"] = review.comment
    data = request.POST if what in CARD_ACTS else None
    return ReviewForm(data, rules=session.rules, whole=what != "keep", initial=initial)


def _act(request, row, what, score_form, vote_form, packet):
    """The redirect after a score card or a vote; None when the form is shown again."""
    given = {"case": row, "on": today(row.session.programme), "by": request.user}
    here = row.get_absolute_url()
    number = {"number": row.position}
    if what == "vote":
        if attempt(vote_form, services.cast_vote, **given) is None:
            return None
        return done(request, _("Your vote on case %(number)s is cast.") % number, here)
    if what == "abstain":
        nothing = {line["code"]: None for line in score_form.criteria}
        services.save_review(scores=nothing, comment=request.POST.get("comment", ""), **given)
        return done(request, _("You do not score case %(number)s.") % number, _next(packet, row))
    if what in CARD_ACTS:
        if attempt(score_form, services.save_review, **given) is None:
            return None
        if what == "keep":
            return done(request, _("Kept. The others do not see it yet."), here)
        return done(request, _("Your scores of case %(number)s are in.") % number, _next(packet, row))
    raise Invalid(_("Choose what to do with this case."))


def _next(packet, row):
    following = packet.after(row.position)
    if following is not None and following.case.pk != row.pk:
        return following.case.get_absolute_url()
    return row.session.get_absolute_url()


@require_safe
def photo(request, ref, position, pk):
    """A photo of the field verification, for whoever may read the case; no other file of it opens here."""
    session, row = case_or_404(request.user, ref, position)
    if Naming(session, request.user, keeps(session, request.user)).hides(row):
        raise Http404
    if not keeps(session, request.user):
        seat_or_404(session, request.user)
    evidence = get_object_or_404(photos_of(row.application), pk=pk)
    path = path_of(evidence.sha256)
    if not path.exists():
        raise Http404
    answer = FileResponse(path.open("rb"), content_type=evidence.media_type)
    # The name as given may name somebody.
    answer["Content-Disposition"] = f'inline; filename="photo-{evidence.pk}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
