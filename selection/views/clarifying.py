"""Questions to the adviser of a case: asked from the case, answered by the adviser, who sees no more of the session."""

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pages.forms import attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import case_or_404, keeps, posted, seat_or_404
from selection.forms import AnswerForm, QuestionForm
from selection.models import Clarification
from selection.naming import Naming
from selection.views.ground import ask_secretary, crumbs_of


@require_http_methods(["GET", "POST"])
def ask(request, ref, position):
    """A member who judges the case, or the secretary, asks its adviser."""
    session, row = case_or_404(request.user, ref, position)
    kept = keeps(session, request.user)
    if kept:
        ask_secretary(request.user, session)
    else:
        seat_or_404(session, request.user)
    form = QuestionForm(posted(request))
    if request.method == "POST":
        given = {"case": row, "on": today(session.programme), "by": request.user}
        if attempt(form, services.ask_clarification, **given) is not None:
            return done(request, _("The adviser is asked. Your scores stay as they are."), row)
    name = Naming(session, request.user, kept).name(row)
    return form_page(
        request,
        form,
        title=_("Ask the adviser"),
        lead=f"{row.position}. {name}",
        submit=_("Ask"),
        back=row.get_absolute_url(),
        crumbs=[*crumbs_of(session), (name, row.get_absolute_url())],
    )


@require_http_methods(["GET", "POST"])
def clarification(request, pk):
    """The adviser reads the question and answers it once."""
    rows = Clarification.objects.advised_by(request.user).select_related(
        "case__session__programme", "case__application__applicant", "case__application__programme"
    )
    row = get_object_or_404(rows, pk=pk)
    application = row.case.application
    if not rules.test_rule("selection.answer_clarification", request.user, application):
        raise Http404
    form = AnswerForm(posted(request))
    if request.method == "POST":
        given = {"clarification": row, "on": today(application.programme), "by": request.user}
        if attempt(form, services.answer_clarification, **given) is not None:
            return done(request, _("Your answer is with the committee."), application)
    return form_page(
        request,
        form,
        title=_("The committee asks"),
        submit=_("Answer"),
        back=application.get_absolute_url(),
        crumbs=[(_("Applications"), "/applications/"), (application.ref, application.get_absolute_url())],
        template="selection/clarification.html",
        context={"clarification": row, "application": application},
    )
