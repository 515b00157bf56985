"""Records that look alike: the list of one party's, two of them side by side, and the answers."""

import rules
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants import duplicates
from applicants.forms.doubles import DuplicateForm, HiddenDuplicateForm, WithdrawDuplicateForm
from applicants.models import Application, DuplicateAnswer, Enrolment, Party
from applicants.services import answer_duplicate, confirm_duplicate, withdraw_duplicate
from applicants.views.ground import day, find_party, posted
from audit.refusals import NotAllowed
from pages.forms import SeedbedForm, attempt, done, form_page


def _demand(rule, user, party):
    if not rules.test_rule(rule, user, party):
        raise NotAllowed()


def _crumbs(party, *more):
    here = reverse("applicants:doubles", args=[party.ref])
    crumbs = [(_("People"), reverse("applicants:parties")), (party.ref, party.get_absolute_url())]
    return [*crumbs, (_("Likely doubles"), here)] if more else crumbs


@require_safe
def doubles(request, ref):
    """What looks like this party, what was answered about it, and what this user can do."""
    party = find_party(request, ref)
    user = request.user
    _demand("applicants.confirm_duplicate", user, party)
    found = duplicates.of_party(party, user)
    return render(
        request,
        "applicants/doubles.html",
        {
            "title": _("Likely doubles of %(name)s") % {"name": party.name},
            "row": party,
            "crumbs": _crumbs(party),
            "found": found,
            "answers": _answers(party, user),
            "may_answer": rules.test_rule("applicants.answer_duplicate", user, party),
            "may_answer_hidden": rules.test_rule("applicants.answer_hidden_duplicate", user, party),
        },
    )


def _answers(party, user):
    """Live answers about the party, each with the other record where the user sees it."""
    rows = list(DuplicateAnswer.objects.live().about(party).select_related("party", "other", "kept", "answered_by"))
    others = [row.beside(party).pk for row in rows]
    seen = set(Party.objects.visible_to(user).filter(pk__in=others).values_list("pk", flat=True))
    return [
        {
            "row": row,
            "other": row.beside(party) if row.beside(party).pk in seen else None,
            "waits": row.verdict == DuplicateAnswer.Verdict.SAME and not row.confirmed_by_id,
            "own": row.answered_by_id == user.pk,
        }
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
def compare(request, ref, other):
    """Two records side by side, and the answer."""
    party, second = find_party(request, ref), find_party(request, other)
    _demand("applicants.answer_duplicate", request.user, party)
    why = duplicates.unsettled(party).get(second.pk)
    if why is None:
        raise Http404
    form = DuplicateForm(posted(request), pair=(party, second))
    given = {"party": party, "others": [second], "on": day(request), "by": request.user}
    if form.is_bound and attempt(form, answer_duplicate, **given) is not None:
        return done(request, _("The answer is recorded."), "applicants:doubles", party.ref)
    return form_page(
        request,
        form,
        title=_("Is it the same person?") if party.is_person else _("Is it the same business?"),
        lead=duplicates.SENTENCES[why],
        submit=_("Record the answer"),
        back=reverse("applicants:doubles", args=[party.ref]),
        crumbs=_crumbs(party, second),
        template="applicants/double.html",
        context={"pair": (party, second), "lines": _side_by_side(party, second, request.user)},
    )


def _side_by_side(party, second, user):
    """(label, what the one says, what the other says, are they equal) for what the user may see of both."""
    for label, read in (
        (_("Name"), lambda row: row.name),
        (_("Name in its own script"), lambda row: row.name_script),
        (_("Sex"), lambda row: row.get_sex_display() if row.is_person else ""),
        (_("Born"), lambda row: row.birth_year or ""),
        (_("Phone"), lambda row: row.phone),
        (_("Place"), lambda row: row.place),
        (_("Address"), lambda row: row.address),
        (_("Registration number"), lambda row: row.registration_number),
        (_("On the register since"), lambda row: f"{row.registered_on:%d.%m.%Y}"),
        (_("Programmes"), lambda row: _named(row, user)),
        (_("Applications"), lambda row: _applied(row, user)),
    ):
        one, other = str(read(party)), str(read(second))
        if one or other:
            yield label, one, other, one == other


def _named(party, user):
    rows = Enrolment.objects.visible_to(user).filter(party=party).select_related("programme", "region")
    return "; ".join(f"{row.programme}, {row.region}" for row in rows)


def _applied(party, user):
    rows = Application.objects.visible_to(user).filter(applicant=party).order_by("-pk")[:10]
    return "; ".join(f"{row.ref} {row.state_label}" for row in rows)


@require_http_methods(["GET", "POST"])
def hidden(request, ref):
    """The data protection person sets aside what lies outside of the user's view; nothing of it is shown."""
    party = find_party(request, ref)
    _demand("applicants.answer_hidden_duplicate", request.user, party)
    found = duplicates.unsettled(party)
    seen = Party.objects.visible_to(request.user).filter(pk__in=found).values("pk")
    others = list(Party.objects.filter(pk__in=found).exclude(pk__in=seen))
    if not others:
        raise Http404
    form = HiddenDuplicateForm(posted(request))
    given = {"party": party, "others": others, "on": day(request), "by": request.user}
    if form.is_bound and attempt(form, answer_duplicate, verdict=DuplicateAnswer.Verdict.OTHER, **given) is not None:
        return done(request, _("The hold is lifted."), "applicants:doubles", party.ref)
    return form_page(
        request,
        form,
        title=_("Lift the hold on %(ref)s") % {"ref": party.ref},
        lead=_("Somebody alike is on the register outside of your programmes. Ask there first; nothing is shown here."),
        submit=_("It is another person"),
        back=reverse("applicants:doubles", args=[party.ref]),
        crumbs=_crumbs(party, "hidden"),
    )


def _answer(request, ref, pk):
    """(party, live answer about it); 404 for an answer about somebody whom the user does not see."""
    party = find_party(request, ref)
    _demand("applicants.confirm_duplicate", request.user, party)
    rows = DuplicateAnswer.objects.live().about(party).select_related("party", "other", "kept")
    answer = get_object_or_404(rows, pk=pk)
    other = answer.beside(party)
    hidden_to_user = not Party.objects.visible_to(request.user).filter(pk=other.pk).exists()
    if hidden_to_user and not rules.test_rule("applicants.answer_hidden_duplicate", request.user, party):
        raise Http404
    return party, answer, None if hidden_to_user else other


@require_http_methods(["GET", "POST"])
def agree(request, ref, pk):
    """A second person agrees that the two are the same."""
    party, answer, other = _answer(request, ref, pk)
    form = SeedbedForm(posted(request))
    given = {"answer": answer, "party": party, "on": day(request), "by": request.user}
    if form.is_bound and attempt(form, confirm_duplicate, **given) is not None:
        return done(request, _("The two records count as one applicant."), "applicants:doubles", party.ref)
    return form_page(
        request,
        form,
        title=_("Agree that it is the same person"),
        lead=answer.reason,
        submit=_("I agree"),
        back=reverse("applicants:doubles", args=[party.ref]),
        crumbs=_crumbs(party, answer),
        template="applicants/double.html",
        context={
            "pair": (party, other),
            "lines": _side_by_side(party, other, request.user) if other else [],
            "kept": answer.kept,
        },
    )


@require_http_methods(["GET", "POST"])
def withdraw(request, ref, pk):
    """An answer was wrong, or the second person does not agree."""
    party, answer, _other = _answer(request, ref, pk)
    form = WithdrawDuplicateForm(posted(request))
    given = {"answer": answer, "party": party, "on": day(request), "by": request.user}
    if form.is_bound and attempt(form, withdraw_duplicate, **given) is not None:
        return done(request, _("The two records are open again."), "applicants:doubles", party.ref)
    return form_page(
        request,
        form,
        title=_("Take the answer back"),
        lead=f"{answer.get_verdict_display()}. {answer.reason}",
        submit=_("Take it back"),
        back=reverse("applicants:doubles", args=[party.ref]),
        crumbs=_crumbs(party, answer),
    )
