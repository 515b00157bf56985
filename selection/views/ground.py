"""What the pages of the committee share."""

import rules
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.refusals import NotAllowed


def crumbs_of(session=None):
    """The way to a page of the session, or to the list of sessions."""
    crumbs = [(_("Committee sessions"), reverse("selection:sessions"))]
    return [*crumbs, (session.ref, session.get_absolute_url())] if session else crumbs


def ask_secretary(user, session):
    if not rules.test_rule("selection.keep_session", user, session):
        raise NotAllowed(_("The secretary of the committee does this."))
