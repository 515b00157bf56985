"""Files: added to a party, opened by those who see the case, always as an attachment and nothing else."""

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applicants import cases
from applicants import rules as permissions
from applicants.forms.register import FileForm, ReasonForm
from applicants.models import Enrolment, Evidence
from applicants.services import add_evidence, withdraw_evidence
from applicants.services.evidence import path_of
from applicants.views.ground import day, find_party, posted
from applicants.views.register import party_crumbs
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from programmes.roles import holds


def find_file(request, pk):
    """The file, for those who see its case; 404 for everybody else."""
    evidence = get_object_or_404(Evidence.objects.select_related("programme", "party"), pk=pk)
    if not cases.visible(request.user, evidence):
        raise Http404
    return evidence


@require_safe
def download(request, pk):
    """The bytes as they were kept. The name is the one given; the browser is told not to guess and not to run it."""
    evidence = find_file(request, pk)
    path = path_of(evidence.sha256)
    if not path.exists():
        raise Http404
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=evidence.name, content_type=evidence.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def new_file(request, ref):
    party = find_party(request, ref)
    enrolments = Enrolment.objects.visible_to(request.user).filter(party=party).select_related("programme")
    enrolment = next((one for one in enrolments if holds(request.user, permissions.STAFF, one.programme_id)), None)
    if enrolment is None:
        raise NotAllowed()
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["content"]
        kept = attempt(
            form,
            add_evidence,
            programme=enrolment.programme,
            case_ref=party.ref,
            party=party,
            content=file.read(),
            name=file.name,
            on=day(request),
            by=request.user,
        )
        if kept is not None:
            return done(request, _("The file is kept."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Add a file about %(name)s") % {"name": party.name},
        submit=_("Keep the file"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def withdraw(request, pk):
    evidence = find_file(request, pk)
    if evidence.withdrawn_on or evidence.party is None:
        raise Http404
    if not holds(request.user, permissions.STAFF, evidence.programme_id):
        raise NotAllowed()
    form = ReasonForm(posted(request))
    back = evidence.party.get_absolute_url()
    if form.is_bound and attempt(form, withdraw_evidence, evidence=evidence, on=day(request), by=request.user):
        return done(request, _("The file no longer counts."), back)
    return form_page(
        request,
        form,
        title=_("Withdraw the file %(name)s") % {"name": evidence.name},
        lead=_("It stays kept, and no longer counts."),
        submit=_("Withdraw the file"),
        back=back,
        crumbs=party_crumbs(evidence.party),
    )
