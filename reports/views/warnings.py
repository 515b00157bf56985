"""Warnings of a programme: the list, one warning with its answer, its closing, and the rule by which they are found."""

import rules
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from applicants.models import Party
from audit.refusals import NotAllowed
from grants.models import Award
from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from reports.models import WARNING_READERS, WarningAnswer
from reports.views.issues import programmes_for
from reports.warnings.found import KINDS
from reports.warnings.lists import WarningList, listed
from reports.warnings.report import involved, rule_of
from reports.warnings.services import (
    LIMITS,
    LONGEST,
    answer_warning,
    close_warning,
    read_warnings,
    set_warning_rule,
)

# So many cases and people of a warning have a link on its page.
MOST = 20


class AnswerForm(SeedbedForm):
    versioned = True
    # Nothing is chosen beforehand: an answer that costs no thought explains nothing.
    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"), choices=[("", gettext_lazy("Choose one")), *WarningAnswer.Verdict.choices]
    )
    text = forms.CharField(
        label=gettext_lazy("What you found"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Whom you asked, which paper you saw, and what it means."),
    )


class CloseForm(SeedbedForm):
    versioned = True


class RuleForm(SeedbedForm):
    award_unit = forms.IntegerField(
        label=gettext_lazy("An award is round when it is a multiple of"),
        min_value=0,
        help_text=gettext_lazy("Whole units of money, such as 1000. With 0 it is not looked at."),
    )
    purchase_unit = forms.IntegerField(label=gettext_lazy("A purchase is round when it is a multiple of"), min_value=0)
    invoice_unit = forms.IntegerField(label=gettext_lazy("An invoice is round when it is a multiple of"), min_value=0)
    adviser_cases = forms.IntegerField(
        label=gettext_lazy("An adviser is looked at from this many decided cases"), min_value=1, max_value=1000
    )
    account_days = forms.IntegerField(
        label=gettext_lazy("A new account is odd in this many days before a payment"), min_value=0, max_value=365
    )


def programme_of(request, key):
    return get_object_or_404(programmes_for(request.user, WARNING_READERS), key=key)


def _crumbs(programme):
    return (
        (_("Reports"), reverse("reports:issues")),
        (_("Warnings"), reverse("reports:warnings", args=[programme.key])),
    )


@login_required
@require_GET
def warnings(request, key):
    """Every warning of the programme, computed now; each reading is logged."""
    programme = programme_of(request, key)
    report = read_warnings(programme=programme, on=today(programme), by=request.user)
    buttons = []
    if rules.test_rule("reports.set_target", request.user, programme):
        buttons.append((_("Set the rule"), reverse("reports:warning_rule", args=[programme.key]), "plain"))
    page = WarningList(
        request,
        listed(report, programme),
        buttons=buttons,
        crumbs=_crumbs(programme)[:1],
        context={"kinds": report.kinds(), "programme": programme},
    )
    page.template = "reports/warnings.html"
    return page.response()


@login_required
@require_http_methods(["GET", "POST"])
def warning(request, key, code):
    """One warning: why it may matter, its innocent explanations, its answer, and the form to answer it."""
    programme = programme_of(request, key)
    on = today(programme)
    finding = read_warnings(programme=programme, on=on, by=request.user).of(code)
    if finding is None or finding.url:
        raise Http404
    answer = finding.answer
    initial = {"version": answer.version if answer else 0}
    initial |= {"verdict": answer.verdict, "text": answer.text} if answer else {}
    form = AnswerForm(request.POST or None, initial=initial)
    back = reverse("reports:warnings", args=[programme.key])
    given = {"programme": programme, "code": code, "on": on, "by": request.user}
    if request.method == "POST" and attempt(form, answer_warning, **given):
        return done(request, _("Your answer is kept. A second person closes the warning."), back)
    may_answer = rules.test_rule("reports.answer_warning", request.user, programme)
    free = may_answer and request.user.pk not in involved(finding)
    awards = Award.objects.visible_to(request.user).filter(application__in=finding.cases).select_related("applicant")
    context = {
        "finding": finding,
        "awards": awards.order_by("pk")[:MOST],
        "parties": Party.objects.visible_to(request.user).filter(pk__in=finding.parties).order_by("pk")[:MOST],
        "kind": KINDS[finding.kind],
        "answer": answer,
        "programme": programme,
        "may_answer": free and not (answer and answer.closed_on),
        "may_close": free and finding.state == "waits" and answer.answered_by_id != request.user.pk,
        "concerned": may_answer and not free,
    }
    return form_page(
        request,
        form,
        title=finding.title,
        submit=_("Keep the answer"),
        back=back,
        crumbs=_crumbs(programme),
        template="reports/warning.html",
        context=context,
    )


@login_required
@require_http_methods(["GET", "POST"])
def close(request, key, code):
    """A second person closes an answered warning."""
    programme = programme_of(request, key)
    if not rules.test_rule("reports.answer_warning", request.user, programme):
        raise NotAllowed()
    answer = get_object_or_404(WarningAnswer, programme=programme, key=code)
    form = CloseForm(request.POST or None, initial={"version": answer.version})
    back = reverse("reports:warning", args=[programme.key, code])
    if request.method == "POST" and attempt(form, close_warning, answer=answer, on=today(programme), by=request.user):
        return done(request, _("The warning is closed."), reverse("reports:warnings", args=[programme.key]))
    return form_page(
        request,
        form,
        title=_("Close the warning"),
        submit=_("Close"),
        back=back,
        crumbs=_crumbs(programme),
        lead=_("You agree with the answer: “%(text)s”") % {"text": answer.text},
    )


@login_required
@require_http_methods(["GET", "POST"])
def rule(request, key):
    """From when on a sum is round, an adviser is looked at, an account is new."""
    programme = programme_of(request, key)
    if not rules.test_rule("reports.set_target", request.user, programme):
        raise NotAllowed()
    kept = rule_of(programme)
    form = RuleForm(request.POST or None, initial={name: getattr(kept, name) for name in LIMITS})
    back = reverse("reports:warnings", args=[programme.key])
    given = {"programme": programme, "on": today(programme), "by": request.user}
    if request.method == "POST" and attempt(form, set_warning_rule, **given):
        return done(request, _("The rule is set."), back)
    return form_page(
        request,
        form,
        title=_("Rule of the warnings"),
        submit=_("Set the rule"),
        back=back,
        crumbs=_crumbs(programme),
    )
