"""The page that a link opens: one published report, without an account and without a cookie."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pages.paper_language import languages_of_paper
from programmes.clock import today
from reports.forms import PasscodeForm
from reports.links import has_ended, is_passed, link_of, note_opening, pass_for, paused_until, try_passcode
from reports.models import Issue, LinkOpening
from reports.renderers import FORMATS
from reports.shown import page_of
from reports.views.issues import file_response, report_of


@login_not_required
@csrf_exempt  # There is no cookie that a forged post could ride on: see reports.links.
@require_http_methods(["GET", "HEAD", "POST"])
def opened(request, token):
    """404 for a token that was never given, 410 for one that ended, 403 and 429 for wrong passcodes.

    Each opening and each refusal is noted, without who it was.
    """
    language = request.GET.get("lang")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    link = link_of(token)
    if link is None:
        raise Http404
    wanted = request.GET.get("format", "")
    if wanted and wanted not in FORMATS:
        raise Http404
    if has_ended(link, today(link.issue.programme)):
        note_opening(link=link, wanted=wanted or "html", outcome=LinkOpening.Outcome.ENDED)
        return _private(render(request, "reports/ended.html", {"title": _("This link has ended")}, status=410))
    if request.method == "POST" and not link.passcode:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if request.method == "POST" or not is_passed(link, request.GET.get("pass", "")):
        return _private(_asked(request, link))
    note_opening(link=link, wanted=wanted or "html")
    report = report_of(link.issue, wanted)
    if wanted:
        return _private(file_response(report, wanted, language if language in languages_of_paper() else ""))
    later = Issue.objects.filter(supersedes=link.issue).exclude(state=Issue.State.DRAFT).exists()
    context = {"title": report.title, "link": link, "superseded": later, **page_of(report)}
    return _private(render(request, "reports/opened.html", context))


def _asked(request, link):
    """The page that asks for the passcode and says nothing of the report; after the right one, the way to it."""
    form = PasscodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and try_passcode(link=link, passcode=form.cleaned_data["passcode"]):
        query = {**request.GET.dict(), "pass": pass_for(link)}
        return HttpResponseRedirect(f"{request.path}?{urlencode(query)}", status=HTTPStatus.SEE_OTHER)
    link.refresh_from_db(fields=["failures", "failed_at"])
    status, until = HTTPStatus.OK, paused_until(link)
    if form.is_bound:
        status = HTTPStatus.FORBIDDEN if form.is_valid() else HTTPStatus.BAD_REQUEST
    if until:
        form, status = None, HTTPStatus.TOO_MANY_REQUESTS
    elif status == HTTPStatus.FORBIDDEN:
        form.add_error("passcode", _("This is not the passcode of this link."))
    context = {"title": _("This report asks for a passcode"), "form": form}
    response = render(request, "reports/passcode.html", context, status=status)
    if until:
        response["Retry-After"] = str(int((until - now()).total_seconds()) + 1)
    return response


def _private(response):
    """What a link opens is kept by nobody on the way, indexed by nobody, and its address is told to nobody."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
