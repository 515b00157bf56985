"""Set-up: programmes, who holds which role, leave cover, safeguarding contacts, rates of exchange."""

import rules
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from audit.refusals import NotAllowed
from pages.forms import SeedbedForm, attempt, done, form_page
from pages.lists import Column, ListPage
from programmes.clock import today
from programmes.forms import ContactForm, CoverForm, EndContactForm, EndRoleForm, GrantForm, RateForm
from programmes.models import Delegation, ExchangeRate, Membership, Programme, Role, SafeguardingContact
from programmes.reading import five_people, lines_of
from programmes.roles import holds, roles_of
from programmes.services import (
    approve_delegation,
    end_contact,
    end_role,
    enter_rate,
    grant_role,
    name_contact,
    request_delegation,
)

STAFF = tuple(role for role in Role.values if role not in (Role.DONOR, Role.ADMINISTRATOR))


class ProgrammeList(ListPage):
    key = "programmes"
    title = gettext_lazy("Programmes")
    noun = (gettext_lazy("%(count)s programme"), gettext_lazy("%(count)s programmes"))
    empty = gettext_lazy("You hold no role in a programme. An administrator gives it.")
    ordering = "name"
    columns = (
        Column(
            "name",
            gettext_lazy("Programme"),
            head=True,
            link=lambda row: reverse("programmes:programme", args=[row.key]),
            small=lambda row: row.key,
        ),
        Column("place", gettext_lazy("Country"), value="place_name"),
        Column("currency", gettext_lazy("Currency")),
        Column("starts", gettext_lazy("From"), value="starts_on"),
        Column("ends", gettext_lazy("To"), value="ends_on"),
    )


def programmes_for(user):
    """Programmes whose set-up the user may see: those of their staff roles; all for an administrator.

    An administrator gives roles everywhere, and so must know that a confidential programme exists; its people are on
    the register, which they never see.
    """
    if Role.ADMINISTRATOR in roles_of(user):
        return Programme.objects.all()
    held = user.memberships.current().filter(role__in=STAFF)
    return Programme.objects.filter(pk__in=held.values("programme"))


def programme_or_404(request, key):
    return get_object_or_404(programmes_for(request.user), key=key)


@login_required
@require_GET
def programmes(request):
    buttons = []
    if rules.test_rule("programmes.found", request.user, None):
        buttons.append((_("New programme"), reverse("programmes:new"), "primary"))
    return ProgrammeList(request, programmes_for(request.user), buttons=buttons).response()


@login_required
@require_GET
def programme(request, key):
    row = programme_or_404(request, key)
    on = today(row)
    people = Membership.objects.current(on).filter(programme=row).select_related("user", "region", "donor")
    inside = holds(request.user, STAFF, row.pk)
    context = {
        "programme": row,
        "title": row.name,
        "five": five_people(row, on),
        "people": people.order_by("role", "user__name"),
        "inside": inside,
        "lines": lines_of(row) if inside else [],
        "calls": row.calls.prefetch_related("windows__bands", "criteria", "eligibility_rules", "training_rules"),
        "definition": row.definition_at(on),
        "covers": Delegation.objects.filter(membership__programme=row, ends_on__gte=on).select_related(
            "membership__user", "delegate", "requested_by", "approved_by"
        ),
        "rates": ExchangeRate.objects.filter(base__in=[line.currency for line in row.funding_lines.all()]).order_by(
            "-on"
        )[:10],
        "may_set_up": rules.test_rule("programmes.set_up", request.user, row),
        "contacts": row.safeguarding_contacts.current(on).select_related("user"),
        "may_contact": rules.test_rule("programmes.name_contact", request.user, row),
        "may_grant": rules.test_rule("programmes.grant_role", request.user, None),
        "may_approve": rules.test_rule("programmes.approve_delegation", request.user, row),
        "may_rate": rules.test_rule("programmes.enter_rate", request.user, row),
    }
    return render(request, "programmes/programme.html", context)


def _back(programme):
    return reverse("programmes:programme", args=[programme.key])


@login_required
def grant(request, key):
    row = programme_or_404(request, key)
    if not rules.test_rule("programmes.grant_role", request.user, None):
        raise NotAllowed(_("Only an administrator grants roles."))
    form = GrantForm(request.POST or None, programme=row)
    if request.method == "POST":
        made = attempt(form, grant_role, programme=row, on=today(row), by=request.user)
        if made is not None:
            return done(
                request, _("%(name)s: %(role)s.") % {"name": made.user, "role": made.get_role_display()}, _back(row)
            )
    return form_page(request, form, title=_("Give a role in %(programme)s") % {"programme": row}, back=_back(row))


@login_required
def end(request, pk):
    membership = get_object_or_404(
        Membership.objects.select_related("programme", "user").filter(programme__in=programmes_for(request.user)), pk=pk
    )
    if not rules.test_rule("programmes.grant_role", request.user, None):
        raise NotAllowed(_("Only an administrator ends roles."))
    form = EndRoleForm(request.POST or None)
    if request.method == "POST":
        day = today(membership.programme)
        if attempt(form, end_role, membership=membership, on=day, by=request.user) is not None:
            said = _("Today, %(day)s, is the last day of this role.") % {"day": f"{day:%d.%m.%Y}"}
            return done(request, said, _back(membership.programme))
    title = _("End the role of %(name)s") % {"name": membership.user}
    lead = _("%(role)s. Today is the last day. Who must stop at once has the account closed, under Users.") % {
        "role": membership.get_role_display()
    }
    return form_page(request, form, title=title, submit=_("End the role"), back=_back(membership.programme), lead=lead)


@login_required
def ask_cover(request, key):
    """The holder of a role, or the manager for anybody, asks that somebody covers it."""
    row = programme_or_404(request, key)
    on = today(row)
    memberships = Membership.objects.current(on).filter(programme=row).exclude(role=Role.DONOR).select_related("user")
    if not holds(request.user, [Role.MANAGER], row.pk):
        memberships = memberships.filter(user=request.user)
    people = User.objects.filter(is_active=True, memberships__programme=row).exclude(memberships__role=Role.DONOR)
    form = CoverForm(request.POST or None, memberships=memberships, people=people.distinct())
    if request.method == "POST" and attempt(form, request_delegation, on=on, by=request.user) is not None:
        return done(request, _("The cover waits for a second person’s approval."), _back(row))
    return form_page(request, form, title=_("Ask for leave cover"), submit=_("Ask"), back=_back(row))


@login_required
def approve_cover(request, pk):
    rows = Delegation.objects.select_related("membership__programme", "membership__user", "delegate")
    cover = get_object_or_404(rows.filter(membership__programme__in=programmes_for(request.user)), pk=pk)
    row = cover.membership.programme
    form = SeedbedForm(request.POST or None)
    if request.method == "POST" and attempt(form, approve_delegation, delegation=cover, on=today(row), by=request.user):
        return done(request, _("%(name)s covers the role.") % {"name": cover.delegate}, _back(row))
    lead = _("%(who)s as %(role)s, from %(start)s to %(end)s.") % {
        "who": cover.membership.user,
        "role": cover.membership.get_role_display(),
        "start": f"{cover.starts_on:%d.%m.%Y}",
        "end": f"{cover.ends_on:%d.%m.%Y}",
    }
    title = _("%(name)s covers for") % {"name": cover.delegate}
    return form_page(request, form, title=title, submit=_("Approve the cover"), back=_back(row), lead=lead)


@login_required
def rate(request, key):
    row = programme_or_404(request, key)
    if not rules.test_rule("programmes.enter_rate", request.user, row):
        raise NotAllowed(_("Only a finance officer enters rates."))
    form = RateForm(request.POST or None)
    if request.method == "POST" and attempt(form, enter_rate, by=request.user) is not None:
        return done(request, _("The rate is kept."), _back(row))
    return form_page(request, form, title=_("Enter the rate of a day"), back=_back(row))


def _contacts_address(programme):
    return reverse("programmes:contacts", args=[programme.key]) if programme else reverse("programmes:office_contacts")


def _contact_crumbs(programme):
    crumbs = [(_("Programmes"), reverse("programmes:programmes"))]
    return [*crumbs, (programme.key, reverse("programmes:programme", args=[programme.key]))] if programme else crumbs


def _people(programme):
    """Who can be named: staff of the programme; for the office, anybody who may sign in and is no donor."""
    people = User.objects.filter(is_active=True).exclude(memberships__role=Role.DONOR)
    if programme is not None:
        people = people.filter(memberships__programme=programme)
    return people.distinct().order_by("name")


@login_required
@require_http_methods(["GET", "POST"])
def contacts(request, key=None):
    """The contacts of one programme, or of the office for complaints that name no programme."""
    programme = programme_or_404(request, key) if key else None
    if not rules.test_rule("programmes.name_contact", request.user, programme):
        raise NotAllowed
    form = ContactForm(request.POST if request.method == "POST" else None, people=_people(programme))
    given = {"programme": programme, "on": today(programme), "by": request.user}
    if form.is_bound and attempt(form, name_contact, **given) is not None:
        return done(request, _("The contact is named."), _contacts_address(programme))
    rows = SafeguardingContact.objects.for_programme(programme and programme.pk).select_related("user")
    return form_page(
        request,
        form,
        title=_("Safeguarding contacts"),
        lead=_("Complaints about abuse and fraud are referred to this person alone, and handled by nobody here."),
        submit=_("Name this person"),
        crumbs=_contact_crumbs(programme),
        template="programmes/contacts.html",
        context={"contacts": rows, "programme": programme},
    )


@login_required
@require_http_methods(["GET", "POST"])
def end_named_contact(request, pk):
    contact = get_object_or_404(SafeguardingContact.objects.select_related("programme", "user"), pk=pk)
    if contact.programme:
        programme_or_404(request, contact.programme.key)
    if not rules.test_rule("programmes.name_contact", request.user, contact.programme):
        raise NotAllowed
    form = EndContactForm(request.POST if request.method == "POST" else None)
    given = {"contact": contact, "on": today(contact.programme), "by": request.user}
    if form.is_bound and attempt(form, end_contact, **given) is not None:
        return done(request, _("This person is asked no longer."), _contacts_address(contact.programme))
    return form_page(
        request,
        form,
        title=_("Ask %(name)s no longer") % {"name": contact.user},
        submit=_("End it today"),
        back=_contacts_address(contact.programme),
        crumbs=[
            *_contact_crumbs(contact.programme),
            (_("Safeguarding contacts"), _contacts_address(contact.programme)),
        ],
    )
