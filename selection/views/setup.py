"""Pages on which a manager founds committees and gives seats."""

import rules
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from audit.refusals import NotAllowed
from pages.forms import ReasonField, SeedbedForm, attempt, done, form_page
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of
from selection import services
from selection.access import posted
from selection.forms import BandsForm, CommitteeForm, SeatForm, band_words
from selection.models import Committee, Seat, Session


class EndSeatForm(SeedbedForm):
    reason = ReasonField(label=_("Why does the seat end?"))


@require_http_methods(["GET", "POST"])
def committees(request):
    """Committees of the user's programmes; a manager founds one here."""
    if not roles_of(request.user) & {Role.SECRETARY, Role.MANAGER}:
        raise NotAllowed
    form = CommitteeForm(posted(request), user=request.user)
    if request.method == "POST":
        committee = attempt(form, services.found_committee, on=today(), by=request.user)
        if committee is not None:
            return done(request, _("The committee is founded. Now give its seats."), committee)
    rows = Committee.objects.visible_to(request.user).select_related("programme").prefetch_related("seats__user")
    return form_page(
        request,
        form,
        title=_("Committees"),
        submit=_("Found the committee"),
        crumbs=[(_("Committee sessions"), reverse("selection:sessions"))],
        template="selection/committees.html",
        context={"committees": rows, "may_found": Role.MANAGER in roles_of(request.user)},
    )


@require_http_methods(["GET", "POST"])
def committee(request, pk):
    """One committee: its seats now and before, its sessions; a manager gives seats here."""
    row = get_object_or_404(Committee.objects.visible_to(request.user).select_related("programme"), pk=pk)
    form = SeatForm(posted(request), committee=row)
    if request.method == "POST":
        given = {"committee": row, "on": today(row.programme), "by": request.user}
        if attempt(form, services.seat_member, **given) is not None:
            return done(request, _("The seat is given."), row)
    return form_page(
        request,
        form,
        title=row.name,
        submit=_("Give the seat"),
        crumbs=[(_("Committees"), reverse("selection:committees"))],
        template="selection/committee.html",
        context={
            "committee": row,
            "seats": row.seats.select_related("user"),
            "sessions": Session.objects.visible_to(request.user).filter(committee=row)[:10],
            "bands": [band_words(band) for band in row.bands.select_related("window__call")],
            "may_seat": rules.test_rule("selection.found_committee", request.user, row),
        },
    )


@require_http_methods(["GET", "POST"])
def bands(request, pk):
    """Amounts that only this committee decides."""
    row = get_object_or_404(Committee.objects.visible_to(request.user).select_related("programme"), pk=pk)
    if not rules.test_rule("selection.found_committee", request.user, row):
        raise NotAllowed
    form = BandsForm(posted(request), committee=row)
    if request.method == "POST":
        given = {"committee": row, "on": today(row.programme), "by": request.user}
        if attempt(form, services.set_bands, **given) is not None:
            return done(request, _("The amounts are recorded."), row)
    crumbs = [(_("Committees"), reverse("selection:committees")), (row.name, row.get_absolute_url())]
    return form_page(
        request,
        form,
        title=_("Amounts of %(committee)s") % {"committee": row},
        back=row.get_absolute_url(),
        crumbs=crumbs,
    )


@require_http_methods(["GET", "POST"])
def end_seat(request, pk, seat):
    row = get_object_or_404(Committee.objects.visible_to(request.user), pk=pk)
    held = get_object_or_404(Seat.objects.select_related("user", "committee__programme"), pk=seat, committee=row)
    if not rules.test_rule("selection.found_committee", request.user, row):
        raise NotAllowed
    form = EndSeatForm(posted(request))
    if request.method == "POST":
        given = {"seat": held, "on": today(row.programme), "by": request.user}
        if attempt(form, services.end_seat, **given) is not None:
            return done(request, _("The seat of %(name)s ends today.") % {"name": held.user}, row)
    title = _("End the seat of %(name)s") % {"name": held.user}
    crumbs = [(_("Committees"), reverse("selection:committees")), (row.name, row.get_absolute_url())]
    return form_page(request, form, title=title, submit=_("End it today"), back=row.get_absolute_url(), crumbs=crumbs)
