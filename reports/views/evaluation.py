"""The evaluation report of a call: as a page, a PDF and a workbook, all of the same rows."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from audit.services import record, unit_of_work
from programmes.clock import today
from programmes.models import Call, Role
from programmes.roles import rows_for
from reports.evaluation import compile_evaluation
from reports.models import REPORT_ROLES
from reports.render_evaluation import FORMATS, edition_words, hidden_words

READERS = (*REPORT_ROLES, Role.SECRETARY)
EDITIONS = ("internal", "donor")


@login_required
@require_GET
def evaluation(request, key):
    """The donor's edition unless the internal one is asked for; a confidential programme has no internal one."""
    calls = Call.objects.filter(rows_for(request.user, READERS, region=None)).select_related("programme")
    call = get_object_or_404(calls, key=key)
    edition = request.GET.get("edition", "donor")
    if edition not in EDITIONS:
        raise Http404
    found = compile_evaluation(call, today(call.programme), internal=edition == "internal")
    wanted = request.GET.get("format")
    if wanted:
        return _file(request, call, found, wanted)
    return render(
        request,
        "reports/evaluation.html",
        {
            "title": _("Evaluation of %(call)s") % {"call": call},
            "call": call,
            "evaluation": found,
            "tables": [_shown(one) for one in found.tables],
            "edition_words": edition_words(found),
            "hidden_words": hidden_words(),
            "has_internal": not call.programme.confidential,
            "crumbs": ((_("Reports"), reverse("reports:issues")),),
        },
    )


def _shown(one):
    return {
        "table": one,
        "rows": [one.printed(row) for row in one.rows],
        "total": one.printed(one.total) if one.total else None,
        "words": one.key == "definitions",
        "has_hidden": any(cell is None for row in [*one.rows, one.total or []] for cell in row),
    }


def _file(request, call, found, wanted):
    if wanted not in FORMATS:
        raise Http404
    renderer, kind = FORMATS[wanted]
    with unit_of_work():
        body = {"format": wanted, "edition": "internal" if found.internal else "donor"}
        subject, programme = f"call:{call.key}"[:60], call.programme
        record("evaluation.export", subject, by=request.user, on=found.on, programme=programme.key, body=body)
    answer = HttpResponse(renderer(found), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{found.file_name}.{wanted}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
