"""What stands behind the result of each eligibility rule: the facts that it looked at, with a way to open them."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants import duplicates
from applicants.conditions import cofinancing_share, counted_own_amount, wanted_documents
from applicants.eligibility import finished
from applicants.models import Application, Course, DuplicateAnswer, TrainingPlace
from ledger.money import Money
from programmes.models import Commitment

MOST = 10


def evidence_for(rule, application, user):
    """[(sentence, address or "")] behind one rule's result, newest first; addresses only of what `user` may open."""
    return list(EVIDENCE[rule.kind](application, user))[:MOST]


def _amount(application, user):
    window, currency = application.window, application.currency
    yield (
        _("Asks for %(asked)s; the window %(window)s takes %(floor)s to %(ceiling)s.")
        % {
            "asked": Money(application.asked_amount, currency),
            "window": window,
            "floor": Money(window.floor_amount, currency),
            "ceiling": Money(window.ceiling_amount, currency),
        },
        "",
    )


def _cofinancing(application, user):
    window, counted = application.window, counted_own_amount(application)
    share = cofinancing_share(counted, application.asked_amount, window.cofinancing_base)
    yield (
        _("Own part %(own)s, of which %(counted)s count: %(share).2f%% by %(base)s; the least is %(least).2f%%.")
        % {
            "own": Money(application.own_amount, application.currency),
            "counted": Money(counted, application.currency),
            "share": share,
            "base": window.get_cofinancing_base_display(),
            "least": window.cofinancing_pct,
        },
        "",
    )


def _trainings(application, user):
    kinds = application.call.training_rules.values("course_kind")
    own = Q(person=application.applicant) | Q(person__member_of__party=application.applicant)
    places = TrainingPlace.objects.filter(
        own, outcome="completed", course__programme=application.programme, course__kind__in=kinds
    )
    seen = set(Course.objects.visible_to(user).filter(pk__in=places.values("course")).values_list("pk", flat=True))
    for place in places.select_related("course", "person").distinct().order_by("-outcome_on", "-pk"):
        facts = {"course": place.course.title, "name": place.person.name, "date": f"{place.outcome_on:%d.%m.%Y}"}
        url = place.course.get_absolute_url() if place.course_id in seen else ""
        yield _("%(name)s completed “%(course)s” on %(date)s.") % facts, url
    for waiver in application.waivers.select_related("rule", "decided_by"):
        facts = {
            "kind": waiver.rule.course_kind.replace("_", " "),
            "why": waiver.get_reason_code_display(),
            "who": waiver.decided_by,
            "date": f"{waiver.decided_on:%d.%m.%Y}",
        }
        yield _("“%(kind)s” was waived: %(why)s (%(who)s, %(date)s).") % facts, ""


def _consents(application, user):
    rows = application.applicant.consents.filter(programme=application.programme, purpose="processing")
    for consent in rows.select_related("recorded_by"):
        facts = {
            "date": f"{consent.given_on:%d.%m.%Y}",
            "means": consent.get_means_display(),
            "version": consent.text_version,
            "who": consent.recorded_by,
        }
        words = _("Given on %(date)s, %(means)s, text %(version)s, recorded by %(who)s.") % facts
        if consent.withdrawn_on:
            words += " " + _("Withdrawn on %(date)s.") % {"date": f"{consent.withdrawn_on:%d.%m.%Y}"}
        yield words, application.applicant.get_absolute_url()


def _documents(application, user):
    given = {row.code: row for row in application.documents.select_related("evidence")}
    for document in wanted_documents(application):
        row = given.get(document.code)
        if row is None or row.evidence.withdrawn_on:
            yield _("%(label)s: missing.") % {"label": document.label}, ""
        else:
            facts = {"label": document.label, "name": row.evidence.name, "date": f"{row.evidence.dated:%d.%m.%Y}"}
            url = reverse("applicants:file", args=[row.evidence_id])
            yield _("%(label)s: %(name)s, %(date)s.") % facts, url


def _birth(application, user):
    party = application.applicant
    yield _("Born %(year)s, as the register says.") % {"year": party.birth_year or "?"}, party.get_absolute_url()
    for identity in party.identities.order_by("-seen_on", "-pk"):
        facts = {"kind": identity.get_kind_display(), "date": f"{identity.seen_on:%d.%m.%Y}"}
        yield _("%(kind)s seen on %(date)s.") % facts, ""


def _place(application, user):
    party = application.business or application.applicant
    place = party.place or application.region
    yield _("%(name)s: %(place)s.") % {"name": party.name, "place": place}, party.get_absolute_url()


def _awards(application, user):
    own = duplicates.references_of(application.applicant)
    rows = Commitment.objects.live().filter(window=application.window, applicant_ref__in=own)
    rows = list(rows.exclude(case_ref=application.ref).by_case().order_by("-made_on", "-first"))
    over = finished({row["case_ref"] for row in rows})
    cases = {
        row.ref: row
        for row in Application.objects.visible_to(user).filter(ref__in=[row["case_ref"] for row in rows]).only("ref")
    }
    for row in rows:
        facts = {
            "case": row["case_ref"],
            "amount": Money(row["promised"], row["currency"]),
            "date": f"{row['made_on']:%d.%m.%Y}",
            "state": _("over") if row["case_ref"] in over else _("live"),
        }
        url = cases[row["case_ref"]].get_absolute_url() if row["case_ref"] in cases else ""
        yield _("%(case)s: %(amount)s promised on %(date)s, %(state)s.") % facts, url
    if not rows:
        yield _("No other promise to this applicant in the window %(window)s.") % {"window": application.window}, ""


def _doubles(application, user):
    answers = DuplicateAnswer.objects.settled().about(application.applicant).order_by("-pk")
    url = reverse("applicants:doubles", args=[application.applicant.ref])
    for answer in answers.select_related("answered_by"):
        facts = {
            "verdict": answer.get_verdict_display(),
            "who": answer.answered_by,
            "date": f"{answer.answered_on:%d.%m.%Y}",
        }
        yield _("Compared: %(verdict)s (%(who)s, %(date)s).") % facts, url
    if not answers:
        yield _("No double was compared with this applicant."), url


def _kind(application, user):
    party = application.applicant
    yield f"{party.get_kind_display()} {party.ref}", party.get_absolute_url()


def _person(application, user):
    return []


EVIDENCE = {
    "ceiling": _amount,
    "cofinancing": _cofinancing,
    "training": _trainings,
    "consent": _consents,
    "documents": _documents,
    "age": _birth,
    "region": _place,
    "live_award": _awards,
    "duplicate": _doubles,
    "applicant_kind": _kind,
    "person": _person,
}
