"""The open pages: anybody complains without an account, and sees with a code how it stands."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.adapters import address_at_the_door
from applicants import complaints
from applicants.forms.complaints import ComplaintForm, StandingForm
from applicants.services import receive_complaint
from applicants.services.knocks import MOST_COMPLAINTS, MOST_QUESTIONS, knock
from applicants.views.cases import sent
from pages.forms import attempt, form_page
from programmes.clock import today


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def box(request):
    """The complaint itself. What is sent is answered by the page that shows reference and code, this once."""
    form = ComplaintForm(sent(request))
    if form.is_bound and form.is_valid():
        knock(purpose="complaint", address=address_at_the_door(request), most=MOST_COMPLAINTS)
        complaint = attempt(form, receive_complaint, on=today(), language=get_language())
        if complaint is not None:
            return received(request, complaint)
    return form_page(
        request,
        form,
        title=_("Make a complaint"),
        lead=_("Anybody can complain here, also without a name. It costs nothing, and nothing is taken away for it."),
        submit=_("Send the complaint"),
        template="complaints/box.html",
    )


def received(request, complaint):
    """Reference and code, shown once; by when something happens."""
    return render(request, "complaints/received.html", {"title": _("We have your complaint"), "complaint": complaint})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def standing(request):
    """How a complaint stands, and its answer, for whoever has its reference and its code."""
    form = StandingForm(sent(request))
    complaint = None
    if form.is_bound:
        knock(purpose="standing", address=address_at_the_door(request), most=MOST_QUESTIONS)
        if form.is_valid():
            complaint = complaints.found_by(form.cleaned_data["ref"], form.cleaned_data["code"])
            if complaint is None:
                form.add_error(None, _("There is no complaint with this reference and this code."))
            else:
                form = StandingForm(initial={"ref": complaint.ref})
    return form_page(
        request,
        form,
        title=_("How does my complaint stand?"),
        submit=_("Show it"),
        template="complaints/standing.html",
        context={
            "complaint": complaint,
            "words": complaints.STANDING[complaint.state] if complaint else "",
        },
    )
