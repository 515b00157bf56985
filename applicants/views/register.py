"""Pages of the register: the list, registering somebody, the party, its facts, members and programmes."""

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants import rules as permissions
from applicants.consents import TEXT_VERSION, TEXTS
from applicants.forms.register import BusinessForm, EditForm, EnrolForm, MemberForm, ReasonForm, RegisterForm
from applicants.models import Enrolment, Party, PartyMember, Referral
from applicants.register_lists import PartyList
from applicants.services import (
    add_member,
    edit_party,
    end_member,
    enrol_party,
    register_business,
    register_person,
)
from applicants.views.ground import day, find_party, people_choice, posted, programmes_for, regions_for
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from programmes.roles import holds, roles_of

BUSINESSES = {
    "household": gettext_lazy("Register a household"),
    "group": gettext_lazy("Register a group"),
    "enterprise": gettext_lazy("Register an enterprise"),
    "municipality": gettext_lazy("Register a municipality"),
}
REGISTRARS = permissions.REGISTRARS


def people_crumb():
    return (_("People"), reverse("applicants:parties"))


def parties(request):
    # Places are read apart: joined, a planner may begin with them and sort the whole register for one page.
    rows = Party.objects.visible_to(request.user).prefetch_related("village__district__region")
    if request.desk.programme:
        rows = rows.in_programme(request.desk.programme)
    held = roles_of(request.user)
    buttons = []
    if held & set(REGISTRARS):
        buttons.append((_("Register a person"), reverse("applicants:register_person"), "primary"))
        buttons.append(
            (_("A business or group"), reverse("applicants:register_business", args=["enterprise"]), "plain")
        )
    if held & set(permissions.IMPORTERS):
        buttons.append((_("Import"), reverse("applicants:imports"), "plain"))
    if held & set(permissions.HANDING_OVER):
        buttons.append((_("Hand over a caseload"), reverse("applicants:caseload"), "plain"))
    buttons.append((_("Referrals"), reverse("applicants:referrals"), "plain"))
    return PartyList(request, rows, buttons=buttons).response()


def new_person(request):
    """Eight answers; `?referral=7` opens the file of somebody who was sent to us."""
    programmes = programmes_for(request, REGISTRARS)
    referral = None
    if request.GET.get("referral"):
        waiting = Referral.objects.visible_to(request.user).filter(answer=Referral.Answer.WAITING)
        referral = get_object_or_404(waiting.select_related("programme", "region"), pk=_number(request, "referral"))
        programmes = programmes.filter(pk=referral.programme_id)
        if not programmes:
            raise NotAllowed()
    form = RegisterForm(
        posted(request),
        programmes=programmes,
        regions=regions_for(request, REGISTRARS),
        referral=referral,
        may_clear=_may_clear(request, programmes),
        initial={"name": referral.name} if referral else {},
    )
    if form.is_bound:
        person = attempt(
            form, register_person, referral=referral, consent_version=TEXT_VERSION, on=day(request), by=request.user
        )
        if person is not None:
            sentence = _("%(name)s is on the register as %(ref)s.") % {"name": person.name, "ref": person.ref}
            return done(request, sentence, person.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Register a person"),
        submit=_("Save person"),
        lead=_("Eight answers. You can add the rest later. Nothing is saved yet."),
        back=reverse("applicants:parties"),
        crumbs=[people_crumb()],
        template="applicants/party_register.html",
        context={"consent_text": TEXTS["processing"], "referral": referral, "sources": _sources(request, programmes)},
    )


def _number(request, name):
    text = request.GET[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


def _may_clear(request, programmes):
    return any(
        rules.test_rule("applicants.clear_hold", request.user, Enrolment(programme=programme))
        for programme in programmes
    )


def _sources(request, programmes):
    """Who has sent people before: offered while one types."""
    found = Referral.objects.visible_to(request.user).filter(programme__in=programmes)
    return sorted(set(found.order_by("-pk").values_list("source", flat=True)[:200]))[:30]


def new_business(request, kind):
    if kind not in BUSINESSES:
        raise Http404
    programmes = programmes_for(request, REGISTRARS)
    form = BusinessForm(
        posted(request),
        kind=kind,
        programmes=programmes,
        regions=regions_for(request, REGISTRARS),
        people=people_choice(request.user, programmes),
        may_clear=_may_clear(request, programmes),
    )
    if form.is_bound:
        party = attempt(form, register_business, kind=kind, on=day(request), by=request.user)
        if party is not None:
            sentence = _("%(name)s is on the register as %(ref)s.") % {"name": party.name, "ref": party.ref}
            return done(request, sentence, party.get_absolute_url())
    return form_page(
        request,
        form,
        title=BUSINESSES[kind],
        back=reverse("applicants:parties"),
        crumbs=[people_crumb()],
        template="applicants/party_register.html",
        context={"kinds": [(one, label, one == kind) for one, label in BUSINESSES.items()]},
    )


def edit(request, ref):
    party = find_party(request, ref)
    if not rules.test_rule("applicants.edit_party", request.user, party):
        raise NotAllowed()
    form = EditForm(
        posted(request),
        instance=party,
        regions=regions_for(request, REGISTRARS),
        people=people_choice(request.user).exclude(pk=party.pk),
    )
    if form.is_bound and attempt(form, edit_party, party=party, on=day(request), by=request.user):
        return done(request, _("The facts are saved."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Change the facts of %(name)s") % {"name": party.name},
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def party_crumbs(party):
    return [people_crumb(), (party.ref, party.get_absolute_url())]


def enrol(request, ref):
    """Bring a party that the user sees into another of the user's programmes."""
    party = find_party(request, ref)
    programmes = programmes_for(request, REGISTRARS).exclude(enrolments__party=party)
    if not programmes:
        raise Http404
    form = EnrolForm(posted(request), programmes=programmes, regions=regions_for(request, REGISTRARS))
    if form.is_bound and form.is_valid():
        place = Enrolment(programme=form.cleaned_data["programme"], region=form.cleaned_data["region"])
        adviser = request.user if holds(request.user, ["adviser"], place.programme_id, place.region_id) else None
        if attempt(form, enrol_party, party=party, adviser=adviser, on=day(request), by=request.user):
            return done(request, _("%(ref)s belongs to the programme now.") % {"ref": ref}, party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Add %(name)s to a programme") % {"name": party.name},
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


ROLES_IN = {
    "household": (PartyMember.Role.HEAD, PartyMember.Role.MEMBER),
    "group": (PartyMember.Role.MEMBER, PartyMember.Role.MANAGER),
    "enterprise": (PartyMember.Role.OWNER, PartyMember.Role.MANAGER, PartyMember.Role.MEMBER),
    "municipality": (PartyMember.Role.MANAGER,),
}


def new_member(request, ref):
    party = find_party(request, ref)
    if party.is_person:
        raise Http404
    if not rules.test_rule("applicants.edit_party", request.user, party):
        raise NotAllowed()
    form = MemberForm(
        posted(request),
        people=people_choice(request.user),
        roles=[(role, PartyMember.Role(role).label) for role in ROLES_IN[party.kind]],
    )
    if form.is_bound and attempt(form, add_member, party=party, on=day(request), by=request.user):
        return done(request, _("The person is added."), party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Add a person to %(name)s") % {"name": party.name},
        lead=_("The person must be on the register."),
        submit=_("Add the person"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )


def leave(request, ref, pk):
    """A member leaves: asks why, keeps the row."""
    party = find_party(request, ref)
    member = get_object_or_404(party.members.select_related("person", "party"), pk=pk, until=None)
    if not rules.test_rule("applicants.edit_party", request.user, party):
        raise NotAllowed()
    form = ReasonForm(posted(request))
    if form.is_bound and attempt(form, end_member, member=member, on=day(request), by=request.user):
        return done(request, _("%(name)s left.") % {"name": member.person.name}, party.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("%(name)s leaves") % {"name": member.person.name},
        submit=_("End the membership"),
        back=party.get_absolute_url(),
        crumbs=party_crumbs(party),
    )
