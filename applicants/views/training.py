"""Pages of trainings: the list, a course, places, the sheet of a day, the outcomes."""

from datetime import date, timedelta

import rules
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants import rules as permissions
from applicants.forms.training import CourseForm, OutcomesForm, PlacesForm, SheetForm
from applicants.models import Attendance, Course, Party, TrainingPlace
from applicants.register_lists import CourseList
from applicants.services import enrol_on_course, plan_course, record_attendance, record_outcomes
from applicants.views.ground import day, posted, programmes_for, regions_for
from audit.refusals import Blocked, Invalid, NotAllowed
from pages.forms import attempt, done, form_page
from programmes.models import TrainingRule
from programmes.roles import roles_of

MOST_OFFERED = 100
MOST_DAYS = 60


def courses_crumb():
    return (_("Trainings"), reverse("applicants:courses"))


def course_crumbs(row):
    return [courses_crumb(), (row.title, row.get_absolute_url())]


def counted(queryset):
    """Courses with the number of places, of those who completed and of those who left."""
    return queryset.annotate(
        people=Count("places"),
        completed=Count("places", filter=Q(places__outcome="completed")),
        dropped=Count("places", filter=Q(places__outcome="dropped_out")),
    )


def courses(request):
    rows = counted(Course.objects.visible_to(request.user)).select_related("region", "village", "trainer")
    if request.desk.programme:
        rows = rows.filter(programme=request.desk.programme)
    buttons = []
    if roles_of(request.user) & set(permissions.TRAINING):
        buttons.append((_("Plan a training"), reverse("applicants:new_course"), "primary"))
    return CourseList(request, rows, buttons=buttons).response()


def find_course(request, pk):
    rows = Course.objects.visible_to(request.user).select_related("programme", "region", "village", "trainer")
    return get_object_or_404(rows, pk=pk)


def _demand(rule, request, row):
    if not rules.test_rule(rule, request.user, row):
        raise NotAllowed()


def new_course(request):
    programmes = programmes_for(request, permissions.TRAINING)
    form = CourseForm(posted(request), programmes=programmes, regions=regions_for(request, permissions.TRAINING))
    if form.is_bound:
        row = attempt(form, plan_course, trainer=request.user, on=day(request), by=request.user)
        if row is not None:
            return done(request, _("The training is planned."), row.get_absolute_url())
    kinds = TrainingRule.objects.filter(call__programme__in=programmes).values_list("course_kind", flat=True)
    return form_page(
        request,
        form,
        title=_("Plan a training"),
        submit=_("Plan the training"),
        back=reverse("applicants:courses"),
        crumbs=[courses_crumb()],
        template="applicants/course_new.html",
        context={"kinds": sorted(set(kinds))},
    )


def places_of(request, row):
    """The places that the user may look at, each with a label, and how many others there are.

    People of another region or village are not named: those who record outcomes see the reference, others nothing.
    """
    places = list(
        row.places.select_related("person").annotate(
            came=Count("attendance", filter=Q(attendance__present=True)), days_kept=Count("attendance")
        )
    )
    seen = set(
        Party.objects.visible_to(request.user)
        .filter(pk__in=[place.person_id for place in places])
        .values_list("pk", flat=True)
    )
    for place in places:
        place.visible = place.person_id in seen
        place.label = f"{place.person.name}, {place.person.ref}" if place.visible else place.person.ref
    return places


def course(request, pk):
    row = find_course(request, pk)
    places = places_of(request, row)
    return render(
        request,
        "applicants/course.html",
        {
            "title": row.title,
            "row": row,
            "places": [place for place in places if place.visible],
            "others": sum(not place.visible for place in places),
            "days": _days(row, day(request)),
            "may_train": not row.closed_on and rules.test_rule("applicants.train", request.user, row),
            "may_attend": not row.closed_on and rules.test_rule("applicants.attend", request.user, row),
            "crumbs": [courses_crumb()],
        },
    )


def _days(row, today):
    """The days of the course up to today, each with how many were present (None: not recorded)."""
    kept = dict(
        Attendance.objects.filter(place__course=row)
        .values_list("day")
        .annotate(present=Count("pk", filter=Q(present=True)))
        .order_by("day")
    )
    last = min(row.ends_on, today)
    length = min((last - row.starts_on).days + 1, MOST_DAYS)
    days = [row.starts_on + timedelta(days=number) for number in range(max(length, 0))]
    return [(one, kept.get(one)) for one in sorted({*days, *kept})]


def enrol(request, pk):
    """Give places: people of the programme that the user sees, found by name or village."""
    row = find_course(request, pk)
    _demand("applicants.attend", request, row)
    if row.closed_on:
        raise Blocked(_("The outcomes of this course are recorded. It is closed."))
    text = request.GET.get("q", "").strip()[:100]
    people = (
        Party.objects.visible_to(request.user)
        .persons()
        .in_programme(row.programme)
        .exclude(pk__in=row.places.values("person"))
        .filter(anonymised_on=None)
    )
    found = people.matching(text) if text else people
    offered = list(found.order_by("-pk").values_list("pk", flat=True)[:MOST_OFFERED])
    chosen = request.POST.getlist("persons") if request.method == "POST" else []
    keys = {*offered, *(int(pk) for pk in chosen if pk.isascii() and pk.isdigit() and len(pk) < 18)}
    form = PlacesForm(posted(request), people=people.filter(pk__in=keys).order_by("name", "pk"))
    if form.is_bound:
        places = attempt(form, enrol_on_course, course=row, on=day(request), by=request.user)
        if places is not None:
            return done(request, _("Places given: %(count)s.") % {"count": len(places)}, row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Give places"),
        lead=row.title,
        submit=_("Give places"),
        back=row.get_absolute_url(),
        crumbs=course_crumbs(row),
        template="applicants/course_places.html",
        context={"text": text, "found": len(offered), "most": MOST_OFFERED},
    )


def attendance(request, pk):
    """The sheet of one day, `?day=2026-03-10`: everybody on it whom the user sees."""
    row = find_course(request, pk)
    _demand("applicants.attend", request, row)
    when = _day_of(request)
    people = Party.objects.visible_to(request.user).filter(training_places__course=row).order_by("name", "pk")
    came = Attendance.objects.filter(place__course=row, day=when, present=True).values_list("place__person", flat=True)
    form = SheetForm(posted(request), people=people, initial={"present": list(came)})
    if form.is_bound and attempt(form, record_attendance, course=row, day=when, on=day(request), by=request.user):
        return done(request, _("The sheet of %(day)s is kept.") % {"day": f"{when:%d.%m.%Y}"}, row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Who was present on %(day)s?") % {"day": f"{when:%d.%m.%Y}"},
        lead=row.title,
        submit=_("Keep the sheet"),
        back=row.get_absolute_url(),
        crumbs=course_crumbs(row),
    )


def _day_of(request):
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError as wrong:
        raise Invalid(_("The address of this page needs a day.")) from wrong


def outcomes(request, pk):
    """How it ended for each. Those who were never present are offered as dropped out."""
    row = find_course(request, pk)
    _demand("applicants.train", request, row)
    if row.closed_on:
        raise Blocked(_("The outcomes of this course are recorded. It is closed."))
    places = places_of(request, row)
    if not places:
        raise Http404
    kept = any(place.days_kept for place in places)
    for place in places:
        place.came = place.came if kept else None
    form = OutcomesForm(posted(request), places=places)
    if form.is_bound and attempt(form, record_outcomes, course=row, on=day(request), by=request.user):
        return done(request, _("The outcomes are recorded."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("How did it end for each?"),
        lead=row.title,
        submit=_("Record the outcomes"),
        back=row.get_absolute_url(),
        crumbs=course_crumbs(row),
        template="applicants/course_outcomes.html",
        context={"kept": kept, "outcome": TrainingPlace.Outcome},
    )
