"""The page that a link opens: one published report, without an account and without a cookie."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programmes.clock import today
from reports.language import languages_of_paper
from reports.models import Issue
from reports.renderers import FORMATS
from reports.services import link_of, note_opening
from reports.shown import page_of
from reports.views.issues import file_response, report_of


@login_not_required
@require_safe
def opened(request, token):
    """404 for a token that was never given, 410 for one that ended. Each opening is noted, without who it was."""
    language = request.GET.get("lang")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    link = link_of(token)
    if link is None:
        raise Http404
    if link.revoked_on or link.expires_on < today(link.issue.programme):
        return _private(render(request, "reports/ended.html", {"title": _("This link has ended")}, status=410))
    wanted = request.GET.get("format", "")
    if wanted and wanted not in FORMATS:
        raise Http404
    note_opening(link=link, wanted=wanted or "html")
    report = report_of(link.issue, wanted)
    if wanted:
        return _private(file_response(report, wanted, language if language in languages_of_paper() else ""))
    later = Issue.objects.filter(supersedes=link.issue).exclude(state=Issue.State.DRAFT).exists()
    context = {"title": report.title, "link": link, "superseded": later, **page_of(report)}
    return _private(render(request, "reports/opened.html", context))


def _private(response):
    """What a link opens is kept by nobody on the way, indexed by nobody, and its address is told to nobody."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
