"""What the pages of the register share: where the user works, and finding a party."""

from django.db.models import Q
from django.shortcuts import get_object_or_404

from applicants.models import Party
from audit.refusals import NotAllowed
from programmes.clock import today
from programmes.models import Programme, Region
from programmes.roles import held_by


def posted(request):
    """The data of a POST, also when it is empty; None on GET."""
    return request.POST if request.method == "POST" else None


def day(request):
    """Today where the user works."""
    return today(request.desk.programme or next(iter(request.desk.programmes), None))


def held_in(request, roles):
    """The user's roles among `roles`, in the programme that is chosen in the top bar when it is one of theirs."""
    held = [row for row in held_by(request.user) if row.role in roles and row.programme_id]
    chosen = request.desk.programme
    inside = [row for row in held if chosen is not None and row.programme_id == chosen.pk]
    return inside or held


def programmes_for(request, roles):
    """Programmes in which the user holds one of `roles`. Raises NotAllowed when there is none."""
    found = Programme.objects.filter(pk__in={row.programme_id for row in held_in(request, roles)}).order_by("name")
    if not found:
        raise NotAllowed()
    return found


def regions_for(request, roles):
    """Regions in which the user holds one of `roles`."""
    found = Q(pk__in=[])
    for row in held_in(request, roles):
        found |= Q(pk=row.region_id) if row.region_id else Q(programmes=row.programme_id)
    return Region.objects.filter(pk__in=Region.objects.filter(found).values("pk")).order_by("name")


def find_party(request, ref):
    """The party behind a reference; 404 for one that the user does not see."""
    rows = Party.objects.visible_to(request.user).select_related("village__district__region", "manager")
    return get_object_or_404(rows, ref=ref)


def people_choice(user, programmes=None):
    """Persons that the user sees, for a choice in a form, in the order of their names."""
    found = Party.objects.visible_to(user).persons()
    if programmes is not None:
        found = found.filter(enrolments__programme__in=programmes).distinct()
    return found.order_by("name", "pk")
