"""Pages of the set-up: a new programme, the list of its parts with what is missing, and a form for each part."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from audit.refusals import Blocked, NotAllowed
from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from programmes.forms_set_up import CopyForm, PlacesForm, ProgrammeForm
from programmes.models import Call
from programmes.readiness import gaps_before_opening, gaps_of
from programmes.services import copy_call, found_programme, keep_part, place_villages, remove_part
from programmes.services.set_up import reach_of
from programmes.set_up import PARTS
from programmes.views import programme_or_404


def _posted(request):
    return request.POST if request.method == "POST" else None


def _open(request, key, rule="programmes.set_up"):
    row = programme_or_404(request, key)
    if not rules.test_rule(rule, request.user, row):
        raise NotAllowed(_("The manager of the programme sets this up."))
    return row


def _home(row):
    return reverse("programmes:set_up", args=[row.key])


def _crumbs(row):
    return [
        (_("Programmes"), reverse("programmes:programmes")),
        (row.key, reverse("programmes:programme", args=[row.key])),
        (_("Set-up"), _home(row)),
    ]


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    if not rules.test_rule("programmes.found", request.user, None):
        raise NotAllowed(_("Only an administrator founds a programme."))
    form = ProgrammeForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        made = attempt(_Founding(form), found_programme, on=today(), by=request.user)
        if made is not None:
            return done(request, _("%(name)s is founded. Give its manager the role.") % {"name": made}, _to(made))
    crumbs = [(_("Programmes"), reverse("programmes:programmes"))]
    return form_page(request, form, title=_("New programme"), back=reverse("programmes:programmes"), crumbs=crumbs)


def _to(row):
    return reverse("programmes:programme", args=[row.key])


class _Founding:
    """The form as found_programme takes it: the row and the names of its regions."""

    def __init__(self, form):
        self.form = form

    def is_valid(self):
        return self.form.is_valid()

    def arguments(self):
        return {"row": self.form.instance, "relations": self.form.cleaned_data["region_names"]}

    def refuse(self, refusal):
        self.form.refuse(refusal)


@login_required
@require_GET
def set_up(request, key):
    """Everything that is set up, with what a call still lacks before it can open."""
    row = _open(request, key)
    manages = rules.test_rule("programmes.set_rules", request.user, row)
    parts = []
    for part in PARTS.values():
        lines = [(one, part.said(one)) for one in part.rows(row)]
        aboves = list(PARTS[part.under].rows(row)) if part.under else []
        parts.append({"part": part, "lines": lines, "aboves": aboves})
    context = {
        "title": _("Set-up of %(name)s") % {"name": row.name},
        "programme": row,
        "parts": parts if manages else [],
        "manages": manages,
        "missing": gaps_of(row, today(row)),
        "villages": sum(region.districts.count() for region in row.regions.all()),
        "crumbs": _crumbs(row)[:2],
    }
    return render(request, "programmes/set_up.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def basics(request, key):
    row = _open(request, key)
    form = ProgrammeForm(_posted(request), instance=row, programme=row)
    given = {"programme": row, "kind": "programme", "on": today(row), "by": request.user}
    if request.method == "POST" and attempt(form, keep_part, **given) is not None:
        return done(request, _("The programme is kept."), _home(row))
    return form_page(request, form, title=row.name, back=_home(row), crumbs=_crumbs(row))


@login_required
@require_http_methods(["GET", "POST"])
def places(request, key):
    row = _open(request, key)
    form = PlacesForm(_posted(request))
    given = {"programme": row, "on": today(row), "by": request.user}
    if request.method == "POST" and attempt(form, place_villages, **given) is not None:
        return done(request, _("The places are kept."), _home(row))
    return form_page(request, form, title=_("Towns and villages"), back=_home(row), crumbs=_crumbs(row))


def _part_or_404(kind):
    if kind not in PARTS:
        raise Http404
    return PARTS[kind]


@login_required
@require_http_methods(["GET", "POST"])
def new_part(request, key, kind):
    """A new row of a part; `?under=7` names the call or window it belongs to."""
    row, part = _open(request, key, "programmes.set_rules"), _part_or_404(kind)
    above = None
    if part.under:
        text = request.GET.get("under", "")
        pk = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
        above = get_object_or_404(PARTS[part.under].rows(row), pk=pk)
    form = part.form(_posted(request), programme=row, above=above)
    part.attach(form.instance, row, above)
    return _form(request, row, part, form, _("New: %(what)s") % {"what": part.one})


@login_required
@require_http_methods(["GET", "POST"])
def edit_part(request, key, kind, pk):
    row, part = _open(request, key, "programmes.set_rules"), _part_or_404(kind)
    one = get_object_or_404(part.rows(row), pk=pk)
    if not part.editable:
        raise Blocked(_("A version stays as it is, because figures were counted by it. Enter a new one."))
    form = part.form(_posted(request), instance=one, programme=row)
    return _form(request, row, part, form, str(one))


def _form(request, row, part, form, title):
    given = {"programme": row, "kind": part.kind, "on": today(row), "by": request.user}
    if request.method == "POST" and attempt(form, keep_part, **given) is not None:
        return done(request, _("Kept: %(what)s.") % {"what": form.instance}, _home(row))
    lead = _reach_in_words(reach_of(part.kind, form.instance))
    return form_page(request, form, title=title, lead=lead, back=_home(row), crumbs=_crumbs(row))


def _reach_in_words(reach):
    """Which applications a change governs, and which keep the rules they were judged by."""
    said = []
    if reach.governed:
        said.append(
            ngettext(
                "From today a change governs %(count)s application that is not before the committee yet: %(which)s.",
                "From today a change governs %(count)s applications that are not before the committee yet: %(which)s.",
                len(reach.governed),
            )
            % {"count": len(reach.governed), "which": _some(reach.governed)}
        )
    if reach.kept:
        said.append(
            ngettext(
                "%(count)s application that is before it or decided keeps its version of the rules: %(which)s.",
                "%(count)s applications that are before it or decided keep their version of the rules: %(which)s.",
                len(reach.kept),
            )
            % {"count": len(reach.kept), "which": _some(reach.kept)}
        )
    return " ".join(said)


def _some(refs, most=12):
    return ", ".join(refs[:most]) + (" …" if len(refs) > most else "")


def _call_or_404(row, pk):
    return get_object_or_404(Call.objects.filter(programme=row).select_related("programme"), pk=pk)


@login_required
@require_GET
def check(request, key, pk):
    """What is missing before one call can open, each with the page that mends it."""
    row = _open(request, key, "programmes.set_rules")
    call = _call_or_404(row, pk)
    context = {
        "title": _("Before %(call)s can open") % {"call": call},
        "programme": row,
        "call": call,
        "gaps": gaps_before_opening(call, today(row)),
        "crumbs": _crumbs(row),
    }
    return render(request, "programmes/call_check.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def copy(request, key, pk):
    row = _open(request, key, "programmes.set_rules")
    call = _call_or_404(row, pk)
    form = CopyForm(_posted(request), programme=row)
    if request.method == "POST":
        made = attempt(form, copy_call, call=call, on=today(row), by=request.user)
        if made is not None:
            page = reverse("programmes:check_call", args=[row.key, made.pk])
            return done(request, _("%(call)s is made. Change what differs before it opens.") % {"call": made}, page)
    return form_page(
        request,
        form,
        title=_("New call from %(call)s") % {"call": call},
        submit=_("Make the call"),
        lead=_("Windows, bands, grid, checks, documents, trainings and loan products come along."),
        back=_home(row),
        crumbs=_crumbs(row),
    )


@login_required
@require_http_methods(["GET", "POST"])
def remove(request, key, kind, pk):
    row, part = _open(request, key, "programmes.set_rules"), _part_or_404(kind)
    one = get_object_or_404(part.rows(row), pk=pk)
    form = SeedbedForm(_posted(request))
    given = {"programme": row, "kind": kind, "row": one, "on": today(row), "by": request.user}
    if request.method == "POST" and attempt(form, remove_part, **given) is not None:
        return done(request, _("It is taken out."), _home(row))
    title = _("Take out: %(what)s") % {"what": one}
    return form_page(request, form, title=title, submit=_("Take it out"), back=_home(row), crumbs=_crumbs(row))
