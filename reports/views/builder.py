"""How a report is built: begun from its agreement, looked at for gaps, written in, told stories in, followed up."""

import rules
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.refusals import Blocked, NotAllowed
from pages.forms import SeedbedForm, attempt, done, form_page
from pages.moves import MoveForm
from pages.templatetags.seedbed import moment
from programmes.clock import today
from reports import quality
from reports.builder.copies import from_last_time
from reports.builder.periods import due_period, next_period
from reports.builder.services import (
    change_story,
    draft_from_agreement,
    draft_next,
    save_passage,
    story_party,
    take_out_story,
    tell_story,
)
from reports.builder.tokens import typed_figures
from reports.builder.written import BOXES, LESSONS, NEXT, SUMMARY, gaps_of
from reports.forms_builder import DraftForm, PassageForm, StoryForm, StoryWordsForm
from reports.framework import chapters
from reports.models import DonorAgreement, Issue
from reports.services import draft_issue, report_of_draft
from reports.views.issues import DRAFTERS, issue_of, programmes_for
from reports.views.steps import steps_of
from reports.words import value_words


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    """The reports that are due, each begun by one press; below them any other."""
    programmes = programmes_for(request.user, DRAFTERS)
    if not programmes:
        raise NotAllowed()
    chosen = request.desk.programme if request.desk.programme in programmes else programmes[0]
    day = today(chosen)
    found = DonorAgreement.objects.filter(programme__in=programmes).select_related("programme", "donor")
    if request.desk.programme:
        found = found.filter(programme=chosen)
    initial = {
        "programme": chosen.key,
        "period_from": chosen.starts_on,
        "period_to": min(day, chosen.ends_on or day),
        "title": "" if found else _("Impact report"),
    }
    posted = request.method == "POST"
    form = DraftForm(request.POST if posted else None, programmes=programmes, agreements=found, initial=initial)
    if posted:
        begin = draft_from_agreement if request.POST.get("agreement") else draft_issue
        issue = attempt(form, begin, on=day, by=request.user)
        if issue is not None:
            return done(
                request,
                _("%(ref)s is drafted. First see how good its data is.") % {"ref": issue.ref},
                reverse("reports:quality", args=[issue.ref]),
            )
    due = [(one, due_period(one, today(one.programme))) for one in found]
    context = {"due": [(one, period) for one, period in due if period], "key": form["key"].value()}
    back = reverse("reports:issues")
    return form_page(
        request,
        form,
        title=_("New report"),
        submit=_("Draft the report"),
        back=back,
        crumbs=((_("Reports"), back),),
        template="reports/new.html",
        context=context,
    )


def draft_of(request, ref):
    """The draft, for those who write in it. Raises NotAllowed, or Blocked when it is published."""
    row = issue_of(request, ref)
    if not rules.test_rule("reports.draft", request.user, row):
        raise NotAllowed()
    if row.state != Issue.State.DRAFT:
        raise Blocked(_("This report is published. What is written in it stays."))
    return row


def _page(request, row, now, template, title, context, status=200):
    crumbs = ((_("Reports"), reverse("reports:issues")), (row.ref, row.get_absolute_url()))
    shared = {"title": title, "issue": row, "crumbs": crumbs, "steps": steps_of(row, request.user, now)}
    return render(request, template, {**shared, **context}, status=status)


# How good the data is ------------------------------------------------------------------------------------------------


@login_required
@require_GET
def data_quality(request, ref):
    """What is missing in the data of a draft: counts, the pages that mend it, and the grade by the printed rule."""
    row = draft_of(request, ref)
    report = report_of_draft(row)
    gaps = gaps_of(row, report.figures)
    frozen = {gap.code for gap in report.gaps}
    context = {
        "grade": report.grade,
        "rule": quality.RULE,
        "lines": [
            {
                "gap": gap,
                "page": quality.page_for(gap, row.programme, request.user) if gap.count else "",
                "kept_back": gap.code not in frozen,
            }
            for gap in gaps
        ],
    }
    return _page(request, row, "quality", "reports/quality.html", _("How good the data is"), context)


# Words ---------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def write(request, ref):
    """The boxes of a draft, and the figures that can be put into them."""
    row = draft_of(request, ref)
    return _write_page(request, row)


def _write_page(request, row, wrong=None, status=200):
    """The page of all boxes; `wrong` is (box, form) where a box was refused."""
    report = report_of_draft(row)
    figures = {figure.code: figure for figure in report.figures}
    saved = {passage.box: passage for passage in row.passages.select_related("saved_by")}
    shown = {SUMMARY, LESSONS, NEXT, *(chapter.key for chapter, _figures in chapters(report))}
    stale = from_last_time(row)
    boxes = []
    for box, title in BOXES.items():
        passage = saved.get(box)
        if box not in shown and not (passage and passage.text):
            continue
        form = wrong[1] if wrong and wrong[0] == box else _passage_form(box, passage)
        typed = typed_figures(passage.text, figures) if passage else []
        boxes.append(
            {"box": box, "title": title, "form": form, "passage": passage, "typed": typed, "old": box in stale}
        )
    context = {
        "boxes": boxes,
        "figures": [(figure, value_words(figure)) for figure in report.figures],
        "refused": bool(wrong),
        "form": wrong[1] if wrong else None,
    }
    return _page(request, row, "write", "reports/write.html", _("Words of the report"), context, status)


def _passage_form(box, passage, data=None):
    initial = {"text": passage.text if passage else "", "version": passage.version if passage else 0}
    form = PassageForm(data, initial=initial, auto_id=f"id_{box}_%s")
    form.fields["text"].label = BOXES[box]
    return form


@login_required
@require_POST
def passage(request, ref, box):
    """Save one box: by the button, or by the script while one writes (it asks for JSON)."""
    row = issue_of(request, ref)
    if box not in BOXES:
        raise Http404
    form = _passage_form(box, None, request.POST)
    saved = attempt(form, save_passage, issue=row, box=box, on=today(row.programme), by=request.user)
    if request.headers.get("Accept") == "application/json":
        if saved is None:
            said = [str(error) for errors in form.errors.values() for error in errors]
            return JsonResponse({"error": " ".join(said)}, status=form.status)
        words = _("Saved, %(moment)s") % {"moment": moment(saved.saved_at)}
        return JsonResponse({"version": saved.version, "said": words})
    if saved is None:
        return _write_page(request, draft_of(request, ref), (box, form), form.status)
    return redirect(f"{reverse('reports:write', args=[row.ref])}#{box}")


# Stories -------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def stories(request, ref):
    """The stories of a draft, and a new one."""
    row = draft_of(request, ref)
    if row.programme.confidential:
        raise Blocked(_("A report of a confidential programme tells no story of anybody."))
    posted = request.method == "POST"
    given = (request.POST, request.FILES) if posted else (None, None)
    form = StoryForm(*given, find=lambda reference: story_party(reference, request.user))
    if posted:
        told = attempt(form, tell_story, issue=row, on=today(row.programme), by=request.user)
        if told is not None:
            return done(request, _("The story is in the report."), reverse("reports:stories", args=[row.ref]))
    context = {
        "form": form,
        "stories": row.stories.select_related("party", "consent", "told_by"),
        "refused": bool(form.is_bound and form.errors),
    }
    status = form.status if context["refused"] else 200
    return _page(request, row, "stories", "reports/stories.html", _("Stories"), context, status)


def _story_of(request, ref, pk):
    row = draft_of(request, ref)
    return row, get_object_or_404(row.stories.select_related("issue__programme", "party", "consent"), pk=pk)


def _story_crumbs(row):
    home = reverse("reports:stories", args=[row.ref])
    return home, ((_("Reports"), reverse("reports:issues")), (row.ref, row.get_absolute_url()), (_("Stories"), home))


@login_required
@require_http_methods(["GET", "POST"])
def story(request, ref, pk):
    """Other words for a story."""
    row, one = _story_of(request, ref, pk)
    posted = request.POST if request.method == "POST" else None
    form = StoryWordsForm(posted, instance=one, initial={"title": one.title, "text": one.text})
    home, crumbs = _story_crumbs(row)
    if posted is not None and attempt(form, change_story, story=one, on=today(row.programme), by=request.user):
        return done(request, _("The story is changed."), home)
    return form_page(request, form, title=_("Change the story"), back=home, crumbs=crumbs)


@login_required
@require_http_methods(["GET", "POST"])
def take_out(request, ref, pk):
    """Take a story out of the draft."""
    row, one = _story_of(request, ref, pk)
    form = SeedbedForm(request.POST if request.method == "POST" else None)
    home, crumbs = _story_crumbs(row)
    if request.method == "POST" and attempt(form, take_out_story, story=one, on=today(row.programme), by=request.user):
        return done(request, _("The story is taken out."), home)
    return form_page(
        request,
        form,
        title=_("Take out “%(title)s”") % {"title": one.title},
        submit=_("Take it out"),
        lead=_("The consent stays among the files of %(party)s.") % {"party": one.party.ref},
        back=home,
        crumbs=crumbs,
    )


# The next one --------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def follow_up(request, ref):
    """Begin the report of the next period from this one."""
    row = issue_of(request, ref)
    if not rules.test_rule("reports.draft", request.user, row):
        raise NotAllowed()
    day = today(row.programme)
    period = next_period(row, day)
    if period is None:
        raise Blocked(_("The period after this report has not ended yet, or lies outside of the agreement."))
    form = MoveForm(request.POST if request.method == "POST" else None, instance=row)
    if request.method == "POST":
        made = attempt(form, draft_next, issue=row, on=day, by=request.user)
        if made is not None:
            said = _("%(ref)s is drafted. First see how good its data is.") % {"ref": made.ref}
            return done(request, said, reverse("reports:quality", args=[made.ref]))
    return form_page(
        request,
        form,
        title=_("New report from %(ref)s") % {"ref": row.ref},
        submit=_("Draft the report"),
        lead=_(
            "It is about %(period)s. The agreement and the words come along; the figures in them are those of the new "
            "period. Stories do not: each report has its own."
        )
        % {"period": period},
        back=row.get_absolute_url(),
        crumbs=((_("Reports"), reverse("reports:issues")), (row.ref, row.get_absolute_url())),
    )
