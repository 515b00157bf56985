"""The table of cards: the whole packet in one form, kept as it stands, and handed in by row or all at once."""

from http import HTTPStatus

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from audit.refusals import Invalid, Refusal
from pages.forms import done
from programmes.clock import today
from selection import services
from selection.access import seat_or_404, session_or_404
from selection.card_table import MOST_ROWS, CardTable
from selection.models import Review
from selection.own_packet import packet_of
from selection.views.ground import crumbs_of


@require_http_methods(["GET", "POST"])
def table(request, ref):
    """Keeps what was typed; a row's own button hands in that row; "all" goes on to the one confirmation."""
    session = _session(request, ref)
    what = request.POST.get("what", "")
    row = what.removeprefix("row_")
    handed = {int(row)} if row.isdecimal() and len(row) < 6 else set()
    if request.method == "GET":
        form = _form(request.user, session)
        return _page(request, session, form, form)
    if what not in ("keep", "all") and not handed:
        raise Invalid(_("Choose what to do with these cards."))
    form = _form(request.user, session, request.POST, handed)
    cards = _saved(request.user, session, form)
    if form.problems:
        return _page(request, session, form, form, _said(cards))
    if what == "all":
        return redirect("selection:hand_in", session.ref)
    return done(request, _said(cards) or _("Nothing was changed."), "selection:table", session.ref)


@require_http_methods(["GET", "POST"])
def hand_in(request, ref):
    """The one confirmation: every complete card as it is kept, with its total, and a button that hands them in."""
    session = _session(request, ref)
    form = shown = _form(request.user, session)
    if request.method == "POST":
        form = _form(request.user, session, request.POST)
        form.hand_in = {line.case.position for line in form.posted_lines}
        cards = _saved(request.user, session, form, whole=True)
        if not form.problems:
            return done(request, _said(cards), session)
    return _page(request, session, form, shown, template="selection/hand_in.html")


def _session(request, ref):
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    if not session.rules["criteria"]:
        raise Http404
    return session


def _form(user, session, data=None, handed=()):
    packet = packet_of(session, user)
    waiting = packet.left_to_score()
    reviews = _reviews(user, [row.case for row in packet.own])
    form = CardTable(data, rows=waiting[:MOST_ROWS], reviews=reviews, rules=session.rules, hand_in=handed)
    form.packet, form.waiting = packet, len(waiting)
    handed_in = [row.case for row in packet.own if row.scored][:MOST_ROWS]
    form.cards_in = [(case, _values(reviews[case.pk], form.grid)) for case in handed_in]
    return form


def _reviews(user, cases):
    """The member's cards by case, those that are in and those that are begun."""
    own = Review.objects.filter(member=user, case__in=[case.pk for case in cases])
    return {row.case_id: row for row in own.prefetch_related("scores__criterion")}


def _values(review, grid):
    """(criterion, its value as it is printed) of a card that is in, to compare by."""
    given = {one.criterion.code: one.value for one in review.scores.all()}
    return [(row, _("n/a") if given.get(row["code"]) is None else given[row["code"]]) for row in grid]


def _saved(user, session, form, whole=False):
    """The cards that were saved, and the form as it is after that. With `whole` all of the page or nothing."""
    form.is_valid()
    if form.gone:
        numbers = {"numbers": ", ".join(str(number) for number in form.gone)}
        form.add_error(
            None, _("Case %(numbers)s waits for no card of yours any more; nothing of it was saved.") % numbers
        )
        form.status = HTTPStatus.CONFLICT
    cards = [] if whole and form.problems else form.cards()
    if whole and not cards and not form.problems:
        form.add_error(None, _("No complete card waits to be handed in."))
        form.__dict__.pop("problems", None)
    if not cards:
        return []
    try:
        services.save_reviews(session=session, cards=cards, on=today(session.programme), by=user)
    except Refusal as refusal:
        form.refuse(refusal)
        return []
    form.note_saved(cards, _reviews(user, [line.case for line in form.lines]))
    return cards


def _page(request, session, form, shown, sentence="", template="selection/table.html"):
    """`form` tells what is wrong, `shown` has the rows of the page."""
    refused = bool(form.is_bound and form.problems)
    return render(
        request,
        template,
        {
            "title": _("All cases in one table"),
            "session": session,
            "form": form,
            "shown": shown,
            "packet": shown.packet,
            "sentence": sentence,
            "refused": refused,
            "crumbs": crumbs_of(session),
        },
        status=form.status if refused else 200,
    )


def _said(cards):
    """ "18 cards are in. 2 cards are kept." """
    handed = sum(card["submit"] for card in cards)
    kept = len(cards) - handed
    words = []
    if handed:
        words.append(ngettext("%(count)s card is in.", "%(count)s cards are in.", handed) % {"count": handed})
    if kept:
        words.append(ngettext("%(count)s card is kept.", "%(count)s cards are kept.", kept) % {"count": kept})
    return " ".join(words)
