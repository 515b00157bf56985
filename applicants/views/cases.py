"""What the pages of a case share: finding it, its address, the day, the chosen programme."""

from django.shortcuts import get_object_or_404

from applicants.models import Application
from applicants.summary import Case, for_case
from pages.forms import attempt
from programmes.clock import today


def find_case(request, ref):
    """The application behind a reference, with all that its pages read; 404 for what the user does not see."""
    return get_object_or_404(for_case(Application.objects.visible_to(request.user)), ref=ref)


def opened(request, ref):
    """(application, Case, today in its programme)."""
    application = find_case(request, ref)
    return application, Case(application), today(application.programme)


def in_chosen_programme(request, queryset):
    """Rows of the programme chosen in the top bar; of all of the user's programmes without a choice."""
    programme = request.desk.programme
    return queryset.filter(programme=programme) if programme else queryset


def posted(request, form, service, **given):
    """What the service returns when the form was sent and accepted; None on GET and when it is to be shown again."""
    return attempt(form, service, **given) if request.method == "POST" else None


def sent(request):
    """The data of a POST, also when it is empty; None on GET."""
    return request.POST if request.method == "POST" else None


def files(request):
    return request.FILES if request.method == "POST" else None
