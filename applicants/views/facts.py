"""Consents, identity numbers and target groups of a party: recorded by form, read only with a reason."""

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from applicants import rules as permissions
from applicants.consents import TEXT_VERSION
from applicants.forms.register import ConsentForm, GroupForm, IdentityForm, ReasonForm
from applicants.models import Consent, Enrolment, Identity
from applicants.services import (
    confirm_group,
    give_consent,
    read_groups,
    read_identity,
    record_identity,
    withdraw_consent,
)
from applicants.views.ground import day, find_party, posted, programmes_for
from applicants.views.register import party_crumbs
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from programmes.models import Programme, TargetGroup


def _demand(rule, user, row):
    if not rules.test_rule(rule, user, row):
        raise NotAllowed()


def new_consent(request, ref):
    party = find_party(request, ref)
    programmes = programmes_for(request, permissions.CONSENTING).filter(enrolments__party=party)
    if not programmes:
        raise NotAllowed()
    form = ConsentForm(posted(request), programmes=programmes, initial={"on": day(request)})
    if form.is_bound and attempt(form, give_consent, party=party, text_version=TEXT_VERSION, by=request.user):
        return done(request, _("The consent is recorded."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Record a consent of %(name)s") % {"name": party.name},
        submit=_("Record the consent"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
        template="applicants/party_consent.html",
    )


def end_consent(request, ref, pk):
    party = find_party(request, ref)
    programmes = Enrolment.objects.visible_to(request.user).filter(party=party).values("programme")
    found = Consent.objects.filter(party=party, programme__in=programmes, withdrawn_on=None)
    consent = get_object_or_404(found.select_related("party", "programme"), pk=pk)
    _demand("applicants.consent", request.user, party.enrolments.get(programme=consent.programme))
    form = ReasonForm(posted(request))
    if form.is_bound and attempt(form, withdraw_consent, consent=consent, on=day(request), by=request.user):
        return done(request, _("The consent is withdrawn."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("%(name)s takes a consent back") % {"name": party.name},
        lead=consent.get_purpose_display(),
        submit=_("Withdraw the consent"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def new_identity(request, ref):
    party = find_party(request, ref)
    _demand("applicants.record_identity", request.user, party)
    form = IdentityForm(posted(request))
    if form.is_bound and attempt(form, record_identity, party=party, on=day(request), by=request.user):
        return done(request, _("Seen, number stored."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Record a number of %(name)s") % {"name": party.name},
        submit=_("Store the number"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def show_identity(request, ref, pk):
    """Asks why; the answer to the POST shows the number once, and the read is on the record."""
    party = find_party(request, ref)
    _demand("applicants.read_identity", request.user, party)
    identity = get_object_or_404(
        Identity.objects.only("pk", "kind", "party").select_related("party"), pk=pk, party=party
    )
    form = ReasonForm(posted(request))
    if form.is_bound:
        read = attempt(form, read_identity, identity=identity, on=day(request), by=request.user)
        if read is not None:
            facts = [(read.get_kind_display(), read.number)]
            return _shown(request, party, _("Number of %(name)s") % {"name": party.name}, facts)
    return form_page(
        request,
        form,
        title=_("Read a number of %(name)s") % {"name": party.name},
        lead=_("Your name, the time and your reason are written down before the number is shown."),
        submit=_("Show the number"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def _shown(request, party, title, facts):
    return render(
        request,
        "applicants/party_shown.html",
        {"title": title, "party": party, "facts": facts, "crumbs": party_crumbs(party)},
    )


def _group_programme(request, party, key):
    """The programme whose target groups are asked; 404 outside the user's work."""
    programme = get_object_or_404(Programme, key=key)
    enrolment = Enrolment.objects.visible_to(request.user).filter(party=party, programme=programme).first()
    if enrolment is None:
        raise Http404
    _demand("applicants.target_groups", request.user, enrolment)
    return programme


def new_group(request, ref, key):
    party = find_party(request, ref)
    programme = _group_programme(request, party, key)
    form = GroupForm(posted(request), groups=TargetGroup.objects.filter(programme=programme))
    if form.is_bound and attempt(
        form, confirm_group, party=party, programme=programme, on=day(request), by=request.user
    ):
        return done(request, _("Confirmed and stored closed."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Confirm a target group of %(name)s") % {"name": party.name},
        lead=_("Only who advises the person, the manager and the data protection person can read it again."),
        submit=_("Confirm the group"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def show_groups(request, ref, key):
    party = find_party(request, ref)
    programme = _group_programme(request, party, key)
    form = ReasonForm(posted(request))
    if form.is_bound:
        names = attempt(form, read_groups, party=party, programme=programme, on=day(request), by=request.user)
        if names is not None:
            facts = [(_("Target group"), name) for name in names] or [(_("Target groups"), _("None confirmed"))]
            return _shown(request, party, _("Target groups of %(name)s") % {"name": party.name}, facts)
    return form_page(
        request,
        form,
        title=_("Read the target groups of %(name)s") % {"name": party.name},
        lead=_("Your name, the time and your reason are written down before they are shown."),
        submit=_("Show the groups"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )
