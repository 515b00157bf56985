"""The page that asks who owns and leads a business."""

import rules
from django.http import Http404
from django.utils.translation import gettext as _

from applicants.forms.ownership import OwnershipForm
from applicants.ownership import followed
from applicants.services import record_ownership
from applicants.services.ownership import OWNED_KINDS
from applicants.views.ground import day, find_party, posted
from applicants.views.register import party_crumbs
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page


def new_ownership(request, ref):
    """Asks what is not known from the register, with what was said last in the boxes."""
    party = find_party(request, ref)
    if party.kind not in OWNED_KINDS:
        raise Http404
    if not rules.test_rule("applicants.edit_party", request.user, party):
        raise NotAllowed()
    on = day(request)
    follows = followed(party, on)
    form = OwnershipForm(posted(request), follows=follows, last=party.ownerships.last(), initial={"on": on})
    if form.is_bound and attempt(form, record_ownership, party=party, by=request.user):
        return done(request, _("Who owns and leads it is kept."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Who owns and leads %(name)s") % {"name": party.name},
        lead=" ".join(map(str, follows.values())) or _("Leave open what is not known: it counts as not known."),
        submit=_("Keep it"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )
