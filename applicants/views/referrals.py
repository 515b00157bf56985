"""Referrals: who was sent to us, the answer, and the file that it opens; and the handing over of a caseload."""

import rules
from django.contrib.auth import get_user_model
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants import rules as permissions
from applicants.forms.register import AnswerForm, HandOverForm, ReferralForm
from applicants.models import Enrolment, Party, Referral
from applicants.register_lists import ReferralList
from applicants.services import answer_referral, hand_over_caseload, record_referral
from applicants.views.ground import day, posted, programmes_for, regions_for
from applicants.views.register import people_crumb
from audit.refusals import NotAllowed
from pages.forms import attempt, done, form_page
from programmes.models import Membership, Role
from programmes.roles import roles_of

MOST = 300


def referrals_crumb():
    return (_("Referrals"), reverse("applicants:referrals"))


def referrals(request):
    rows = Referral.objects.visible_to(request.user).select_related("region", "party")
    if request.desk.programme:
        rows = rows.filter(programme=request.desk.programme)
    buttons = []
    if roles_of(request.user) & set(permissions.REFERRING):
        buttons.append((_("Record a referral"), reverse("applicants:new_referral"), "primary"))
    return ReferralList(request, rows, buttons=buttons, crumbs=[people_crumb()]).response()


def new_referral(request):
    form = ReferralForm(
        posted(request),
        programmes=programmes_for(request, permissions.REFERRING),
        regions=regions_for(request, permissions.REFERRING),
        initial={"on": day(request)},
    )
    if form.is_bound:
        referral = attempt(form, record_referral, by=request.user)
        if referral is not None:
            return done(request, _("The referral is recorded."), referral.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Record a referral"),
        submit=_("Record the referral"),
        back=reverse("applicants:referrals"),
        crumbs=[people_crumb(), referrals_crumb()],
    )


def find_referral(request, pk):
    rows = Referral.objects.visible_to(request.user).select_related("programme", "region", "party", "answered_by")
    return get_object_or_404(rows, pk=pk)


def referral(request, pk):
    row = find_referral(request, pk)
    party = row.party
    if party is not None and not Party.objects.visible_to(request.user).filter(pk=party.pk).exists():
        party = None
    return render(
        request,
        "applicants/referral.html",
        {
            "title": row.name,
            "row": row,
            "party": party,
            "waits": row.answer == Referral.Answer.WAITING,
            "may_answer": rules.test_rule("applicants.answer_referral", request.user, row),
            "crumbs": [people_crumb(), referrals_crumb()],
        },
    )


def answer(request, pk):
    row = find_referral(request, pk)
    if not rules.test_rule("applicants.answer_referral", request.user, row):
        raise NotAllowed()
    form = AnswerForm(posted(request))
    if form.is_bound and attempt(form, answer_referral, referral=row, on=day(request), by=request.user):
        return done(request, _("The referral is answered."), row.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Answer the referral of %(name)s") % {"name": row.name},
        submit=_("Record the answer"),
        back=row.get_absolute_url(),
        crumbs=[people_crumb(), referrals_crumb(), (row.name, row.get_absolute_url())],
    )


def caseload(request):
    """The advisers of the programme with the number of their people: where a handing over begins."""
    programmes = programmes_for(request, permissions.HANDING_OVER)
    rows = [
        (programme, adviser, Enrolment.objects.filter(programme=programme, adviser=adviser).count())
        for programme in programmes
        for adviser in _advisers(programme, past=True)
    ]
    return render(
        request,
        "applicants/party_caseloads.html",
        {"title": _("Hand over a caseload"), "rows": rows, "crumbs": [people_crumb()]},
    )


def _advisers(programme, past=False):
    """Users who advise in the programme today; with `past`, also those whose role has ended."""
    held = Membership.objects.filter(programme=programme, role=Role.ADVISER)
    if not past:
        held = held.current()
    return get_user_model().objects.filter(pk__in=held.values("user")).order_by("name")


def hand_over(request, key, adviser_pk):
    programme = programmes_for(request, permissions.HANDING_OVER).filter(key=key).first()
    if programme is None:
        raise Http404
    adviser = get_object_or_404(_advisers(programme, past=True), pk=adviser_pk)
    parties = (
        Party.objects.visible_to(request.user)
        .filter(enrolments__programme=programme, enrolments__adviser=adviser)
        .order_by("name", "pk")
    )
    form = HandOverForm(
        posted(request),
        advisers=_advisers(programme).exclude(pk=adviser.pk),
        caseload=parties,
        shown=Party.objects.filter(pk__in=list(parties.values_list("pk", flat=True)[:MOST])).order_by("name", "pk"),
    )
    if form.is_bound:
        moved = attempt(
            form, hand_over_caseload, programme=programme, from_adviser=adviser, on=day(request), by=request.user
        )
        if moved is not None:
            return _signed_list(request, programme, adviser, form.cleaned_data["to_adviser"], moved)
    return form_page(
        request,
        form,
        title=_("Hand over from %(adviser)s") % {"adviser": adviser},
        lead=_("Their applications that are not decided go along. Afterwards there is a list for both to sign."),
        submit=_("Hand over"),
        back=reverse("applicants:caseload"),
        crumbs=[people_crumb(), (_("Hand over a caseload"), reverse("applicants:caseload"))],
    )


def _signed_list(request, programme, from_adviser, to_adviser, parties):
    return render(
        request,
        "applicants/party_handed_over.html",
        {
            "title": _("Handed over: %(count)s") % {"count": len(parties)},
            "programme": programme,
            "from_adviser": from_adviser,
            "to_adviser": to_adviser,
            "day": day(request),
            "parties": Party.objects.filter(pk__in=[party.pk for party in parties])
            .select_related("village")
            .order_by("name", "pk"),
            "crumbs": [people_crumb(), (_("Hand over a caseload"), reverse("applicants:caseload"))],
        },
    )
