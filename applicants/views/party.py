"""The page of a party: what is known of it where the user works, and nothing of where they do not."""

import rules
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants import rules as permissions
from applicants.models import Application, Consent, Course, Enrolment, Evidence, Party, TrainingPlace
from applicants.ownership import said_of
from applicants.panels import panels_for
from applicants.services.ownership import OWNED_KINDS
from applicants.views.ground import day, find_party
from pages.history import history_of
from programmes.models import Role
from programmes.roles import held_by, holds

MOST = 50


def party(request, ref):
    """One party. Each part is asked of the programmes in which the user works; the others are not mentioned."""
    row, user = find_party(request, ref), request.user
    enrolments = list(
        Enrolment.objects.visible_to(user).filter(party=row).select_related("programme", "region", "adviser")
    )
    programmes = [enrolment.programme_id for enrolment in enrolments]
    return render(
        request,
        "applicants/party.html",
        {
            "title": row.name,
            "row": row,
            "enrolments": enrolments,
            "manager": _manager(row, user),
            "groups": _members(row, user),
            "owned": said_of(row, day(request)) if row.kind in OWNED_KINDS else None,
            "belongs": _belongs(row, user),
            "managed": Party.objects.visible_to(user).filter(manager=row).order_by("pk")[:MOST],
            "applications": _applications(row, user),
            "trainings": _trainings(row, user),
            "consents": _consents(row, programmes),
            "identities": _identities(row, user),
            "sensitive": [one for one in enrolments if holds(user, permissions.KNOWING_GROUPS, one.programme_id)],
            "files": Evidence.objects.filter(case_ref=row.ref, programme__in=programmes, withdrawn_on=None)[:MOST],
            "panels": panels_for("party", user, row),
            "history": history_of(
                row.ref,
                programmes=[one.programme.key for one in enrolments],
                leave_out=_secret_kinds(row, user, enrolments),
            ),
            "may": _may(row, user, enrolments),
            "acts": _acts(row, user, enrolments),
        },
    )


def _manager(row, user):
    if row.manager_id is None:
        return None
    return Party.objects.visible_to(user).filter(pk=row.manager_id).first()


def _members(row, user):
    """People of a household, group or enterprise that the user sees, and how many others there are."""
    if row.is_person:
        return None
    members = list(row.members.filter(until=None).select_related("person").order_by("pk"))
    seen = set(
        Party.objects.visible_to(user).filter(pk__in=[one.person_id for one in members]).values_list("pk", flat=True)
    )
    shown = [one for one in members if one.person_id in seen]
    return {"shown": shown, "others": len(members) - len(shown)}


def _belongs(row, user):
    visible = Party.objects.visible_to(user).filter(members__person=row, members__until=None)
    return (
        row.member_of.filter(until=None, party__in=visible.values("pk")).select_related("party").order_by("pk")[:MOST]
        if row.is_person
        else []
    )


def _applications(row, user):
    """Applications that the party made, or that are for it as a business."""
    found = Application.objects.visible_to(user).select_related("call", "window")
    return (found.filter(applicant=row) | found.filter(business=row)).distinct().order_by("-pk")[:MOST]


def _trainings(row, user):
    courses = Course.objects.visible_to(user).values("pk")
    return TrainingPlace.objects.filter(person=row, course__in=courses).select_related("course").order_by("-pk")[:MOST]


def _consents(row, programmes):
    found = Consent.objects.filter(party=row, programme__in=programmes).select_related("programme", "recorded_by")
    return found.order_by("withdrawn_on", "-given_on", "-pk")


def _identities(row, user):
    """Kinds of numbers that are stored, never a number; None for those who must not know."""
    if not (
        rules.test_rule("applicants.read_identity", user, row)
        or rules.test_rule("applicants.record_identity", user, row)
    ):
        return None
    return row.identities.only("pk", "kind", "seen_on", "party").order_by("pk")


def _secret_kinds(row, user, enrolments):
    """Kinds of events that tell, by being there, what the user must not know: that somebody is of a target group."""
    kinds = []
    if not all(holds(user, permissions.KNOWING_GROUPS, one.programme_id) for one in enrolments):
        kinds += ["group.confirm", "group.read"]
    if not rules.test_rule("applicants.read_identity", user, row):
        kinds += ["identity.record", "identity.read"]
    return kinds


def _may(row, user, enrolments):
    places = {enrolment.pk: enrolment for enrolment in enrolments}.values()
    return {
        "edit": rules.test_rule("applicants.edit_party", user, row),
        "read_identity": rules.test_rule("applicants.read_identity", user, row),
        "record_identity": rules.test_rule("applicants.record_identity", user, row),
        "consent": any(rules.test_rule("applicants.consent", user, place) for place in places),
        "add_file": any(rules.test_rule("applicants.add_evidence", user, place) for place in places),
    }


def _acts(row, user, enrolments):
    """What the user can begin from here: (label, address, style)."""
    acts = []
    if any(holds(user, [Role.ADVISER], one.programme_id, one.region_id) for one in enrolments):
        acts.append((_("New application"), f"{reverse('applicants:new_application')}?party={row.ref}", "primary"))
    if rules.test_rule("applicants.edit_party", user, row):
        acts.append((_("Change the facts"), reverse("applicants:edit_party", args=[row.ref]), "plain"))
        here = {one.programme_id for one in enrolments}
        if any(held.programme_id not in here for held in held_by(user) if held.role in permissions.REGISTRARS):
            acts.append((_("Add to a programme"), reverse("applicants:enrol_party", args=[row.ref]), "plain"))
    if rules.test_rule("applicants.confirm_duplicate", user, row):
        acts.append((_("Likely doubles"), reverse("applicants:doubles", args=[row.ref]), "plain"))
    return acts
