"""Score cards of a session as a list and as files: each reader gets those that Review.objects.shown_to() gives."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pages.lists import Column, ListPage
from selection.access import keeps, seat_or_404, session_or_404
from selection.comparison import total_of
from selection.models import Review
from selection.naming import Naming
from selection.views.ground import crumbs_of


class CardList(ListPage):
    """One row for each card, one column for each criterion of the frozen grid."""

    key = "scores"
    title = _("Score cards")
    noun = (_("%(count)s card"), _("%(count)s cards"))
    empty = _("No card that you may read yet.")
    ordering = "case__position"
    formats = ("csv", "xlsx", "json")
    stack = False
    template = "selection/scores.html"

    def __init__(self, request, queryset, *, session, naming, **kwargs):
        grid = session.rules["criteria"]
        self.columns = (
            Column(
                "case",
                _("Case"),
                value=lambda card: f"{card.case.position}. {naming.name(card.case)}",
                head=True,
                link=lambda card: card.case.get_absolute_url(),
                small=lambda card: card.case.application.ref,
                sort="case__position",
            ),
            Column("application", _("Application"), value="case.application.ref", only="file"),
            Column("member", _("Member"), value="member.name", small=_staleness),
            Column("revision", _("Revision"), only="file"),
            *(_criterion(row) for row in grid),
            Column("total", _("Total of 100"), value=lambda card: total_of(card, grid), number=True),
            Column("comment", _("Comment"), only="file"),
        )
        super().__init__(request, queryset, **kwargs)


def _criterion(row):
    return Column(row["code"], row["question"], value=lambda card: _value(card, row["code"]), number=True)


def _value(card, code):
    found = next((one for one in card.scores.all() if one.criterion.code == code), None)
    if found is None:
        return ""
    return _("n/a") if found.value is None else found.value


def _staleness(card):
    return _("on revision %(number)s: does not count") % {"number": card.revision} if card.is_stale else ""


@require_safe
def scores(request, ref):
    """All cards that are in for those who keep the session; for a member those of the cases whose own card is in."""
    session = session_or_404(request.user, ref)
    kept = keeps(session, request.user)
    if not kept:
        seat_or_404(session, request.user)
    if not session.rules.get("criteria"):
        raise Http404
    cards = Review.objects.shown_to(request.user).filter(case__session=session)
    cards = cards.select_related(
        "member", "case__session", "case__application__applicant", "case__application__business__manager"
    )
    return CardList(
        request,
        cards.prefetch_related("scores__criterion"),
        session=session,
        naming=Naming(session, request.user, kept),
        crumbs=[(str(label), url) for label, url in crumbs_of(session)],
        context={"session": session, "kept": kept},
    ).response()
