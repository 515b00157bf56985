"""Invitations: the secretary sends them, members read theirs."""

import rules
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pages.forms import attempt, done, form_page
from programmes.clock import today
from selection import services
from selection.access import keeps, posted, session_or_404
from selection.invitation_forms import InviteForm
from selection.invitations import facts_of, invitation_text
from selection.models import Invitation, Session
from selection.tasks import mail_invitations
from selection.views.ground import ask_secretary, crumbs_of

OPEN = (Session.State.OPEN, Session.State.SITTING)


@require_http_methods(["GET", "POST"])
def invitation(request, ref):
    """For the secretary: who is invited, what the message says, send it (again). For a member: the own invitation."""
    session = session_or_404(request.user, ref)
    if not keeps(session, request.user):
        return _own(request, session)
    if session.state not in OPEN:
        raise Http404
    form = InviteForm(posted(request), session=session)
    link = request.build_absolute_uri(session.get_absolute_url())
    if request.method == "POST":
        ask_secretary(request.user, session)
        given = {"session": session, "on": today(session.programme), "by": request.user}
        if attempt(form, services.invite_members, **given) is not None:
            mail_invitations.enqueue(session.pk, link)
            return done(request, _("The invitations are sent."), reverse("selection:invitation", args=[session.ref]))
    subject, body = invitation_text(session, request.user, link, request.user.name)
    return form_page(
        request,
        form,
        title=_("Invite the members"),
        submit=_("Send the invitations"),
        back=session.get_absolute_url(),
        crumbs=crumbs_of(session),
        template="selection/invite.html",
        context={
            "session": session,
            "subject": subject,
            "body": body,
            "is_secretary": rules.test_rule("selection.keep_session", request.user, session),
        },
    )


def _own(request, session):
    row = Invitation.objects.filter(session=session, member=request.user).select_related("sent_by").first()
    if request.method == "POST" or row is None:
        raise Http404
    committee = "" if session.programme.confidential else session.committee.name
    return render(
        request,
        "selection/invitation.html",
        {
            "title": _("Invitation to %(ref)s") % {"ref": session.ref},
            "session": session,
            "invitation": row,
            "facts": facts_of(session, committee),
            "crumbs": crumbs_of(session),
        },
    )
