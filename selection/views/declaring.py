"""Declarations of interest: names alone, before anything of a case can be opened."""

from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pages.forms import attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import posted, seat_or_404, session_or_404
from selection.forms import DeclareForm
from selection.models import Declaration, Session
from selection.naming import Naming
from selection.quorum import other_parts
from selection.views.ground import crumbs_of


@require_http_methods(["GET", "POST"])
def declare(request, ref):
    """Declarations over names alone; nothing of a case can be opened before.

    In a blind call the names stand in the order of the alphabet and without numbers, so that they do not tell which
    case is whose.
    """
    session = session_or_404(request.user, ref)
    seat_or_404(session, request.user)
    blind = Naming(session, request.user).blind
    form = DeclareForm(
        posted(request),
        cases=_cases(session, request.user, by_name=blind),
        declared=_declared(session, request.user),
        blind=blind,
    )
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
        crumbs=crumbs_of(session),
        template="selection/declare.html",
        context={"session": session, "sitting": session.state == Session.State.SITTING, "blind": blind},
    )


def _cases(session, user, by_name):
    cases = list(
        session.cases.on_agenda()
        .select_related("application__applicant__village", "application__business")
        .prefetch_related("application__parts")
    )
    for case in cases:
        case.session = session
    cases = [case for case in cases if user.pk not in other_parts(case)]
    return sorted(cases, key=lambda case: (case.application.applicant.name, case.pk)) if by_name else cases


def _declared(session, user):
    mine = Declaration.objects.live().filter(case__session=session, member=user)
    return dict(mine.values_list("case_id", "kind"))
