"""The links of a report: who has one, until when, when it was opened or refused; a new one; the end of one."""

from datetime import date

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from audit.refusals import Blocked, NotAllowed
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from pages.moves import MoveForm
from programmes.clock import today
from reports.forms import LinkForm
from reports.links import has_ended, make_link, paused_until, revoke_link
from reports.models import DonorLink, Issue, LinkOpening
from reports.views.issues import issue_of


@login_required
@require_http_methods(["GET", "POST"])
def links(request, ref):
    """The links of a report: who has one, until when, how often it was opened; and a new one."""
    row = issue_of(request, ref)
    if not rules.test_rule("reports.link", request.user, row):
        raise NotAllowed()
    if row.state == Issue.State.DRAFT:
        raise Blocked(_("Only a published report has links."))
    day = today(row.programme)
    posted = request.method == "POST"
    form = LinkForm(request.POST if posted else None, day=day)
    made = attempt(form, make_link, issue=row, on=day, by=request.user) if posted else None
    token = getattr(made, "token", "")
    if made is not None:
        form = LinkForm(day=day)
    context = {
        "title": _("Links to %(ref)s") % {"ref": row.ref},
        "crumbs": ((_("Reports"), reverse("reports:issues")), (row.ref, row.get_absolute_url())),
        "issue": row,
        "form": form,
        "address": request.build_absolute_uri(reverse("reports:opened", args=[token])) if token else "",
        "with_passcode": bool(made and made.passcode),
        "links": [_link_line(link, day) for link in row.links.prefetch_related("openings")],
        "refused": bool(form.is_bound and form.errors),
    }
    return render(request, "reports/links.html", context, status=form.status if context["refused"] else 200)


def _link_line(link, day: date):
    openings = link.openings.all()
    opened = [one for one in openings if one.outcome == LinkOpening.Outcome.OPENED]
    if link.revoked_on:
        state = "over", _("Revoked")
    elif has_ended(link, day):
        state = "over", _("Ended")
    elif paused_until(link):
        state = "wait", _("Paused after wrong passcodes")
    else:
        state = "live", _("Open")
    return {
        "link": link,
        "state": state,
        "ended": has_ended(link, day),
        "opened": len(opened),
        "refused": len(openings) - len(opened),
        "last": opened[0].opened_at if opened else None,
    }


class OpeningList(ListPage):
    key = "openings"
    noun = (gettext_lazy("%(count)s time"), gettext_lazy("%(count)s times"))
    empty = gettext_lazy("Nobody has opened it.")
    ordering = "-pk"
    columns = [
        Column("opened_at", gettext_lazy("When"), head=True),
        Column("outcome", gettext_lazy("What happened"), value=lambda row: row.get_outcome_display()),
        Column("format", gettext_lazy("As")),
    ]


@login_required
@require_GET
def log(request, ref, pk):
    """Each time that one link was opened or refused."""
    row = issue_of(request, ref)
    if not rules.test_rule("reports.link", request.user, row):
        raise NotAllowed()
    link = get_object_or_404(DonorLink, pk=pk, issue=row)
    crumbs = (
        (_("Reports"), reverse("reports:issues")),
        (row.ref, row.get_absolute_url()),
        (_("Links for donors"), reverse("reports:links", args=[row.ref])),
    )
    title = _("Openings of the link for %(whom)s") % {"whom": link.label}
    return OpeningList(request, link.openings.all(), title=title, crumbs=crumbs).response()


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request, ref, pk):
    """End a link now."""
    row = issue_of(request, ref)
    if not rules.test_rule("reports.link", request.user, row):
        raise NotAllowed()
    link = get_object_or_404(DonorLink, pk=pk, issue=row)
    form = MoveForm(request.POST or None, instance=row)
    back = reverse("reports:links", args=[row.ref])
    if request.method == "POST" and attempt(form, revoke_link, link=link, on=today(row.programme), by=request.user):
        return done(request, _("The link for %(whom)s opens nothing any more.") % {"whom": link.label}, back)
    return form_page(
        request,
        form,
        title=_("Revoke the link for %(whom)s") % {"whom": link.label},
        submit=_("Revoke"),
        back=back,
        crumbs=((row.ref, row.get_absolute_url()),),
    )
