"""What applications wait for, and finding them: the part of the desk that is about cases."""

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from applicants.conditions import open_sections
from applicants.models import Application, Check, FieldVerification, Opinion, called
from applicants.summary import TO_DO, for_case, submit_blocked
from pages.queues import LATER, TODAY, FieldForm, Hit, QueueItem
from pages.states import shape_of
from programmes.models import Role
from programmes.roles import held_by, roles_of, rows_for

MOST = 20
State = Application.State


def _item(row, verb_text, *extra, page="", section=TODAY, due=None):
    applicant = row.applicant
    why = [applicant.name, row.ref, str(applicant.village or row.region), *extra]
    return QueueItem(
        verb_text=verb_text,
        why=" · ".join(str(part) for part in why if part),
        url=f"{row.get_absolute_url()}{page}",
        state_class=shape_of("application", row.state),
        state_text=row.state_label,
        due=due,
        section=section,
        script=applicant.name_script,
        script_lang=applicant.script_language,
    )


def _rows(queryset):
    return queryset.select_related("applicant__village", "region", "programme", "call").order_by("pk")[:MOST]


def cases_for(user):
    """QueueItems about applications for each role that `user` holds."""
    roles = roles_of(user)
    items = []
    if Role.ADVISER in roles:
        items += [*_returned(user), *_drafts(user), *_opinions(user)]
    if Role.SECRETARY in roles:
        items += [*_to_check(user), *_lapsing(user)]
    if roles & {Role.SECRETARY, Role.MANAGER}:
        items += _to_confirm(user)
    if roles & {Role.ADVISER, Role.FIELD_AGENT}:
        items += _to_visit(user)
    return items


def _own(user):
    """Undecided applications of an adviser's own caseload, where they still are an adviser."""
    return Application.objects.filter(rows_for(user, [Role.ADVISER]), adviser=user.pk)


def _returned(user):
    for row in _rows(_own(user).in_state(State.RETURNED)):
        yield _item(row, _("Mend what the secretary returned"), row.title, page="plan/", due=row.call.closes_on)


def _drafts(user):
    needed = ("call__training_rules", "waivers", "applicant__consents")
    for row in for_case(_own(user).in_state(State.DRAFT)).prefetch_related(*needed).order_by("-pk")[:MOST]:
        left = open_sections(row)
        blocked = None if left else submit_blocked(row)
        if left:
            step, why, page = TO_DO[left[0]], "", f"plan/{left[0]}/"
        else:
            step, why = blocked or (_("Submit the application"), "")
            page = "plan/check/"
        yield _item(row, step, row.title, why, page=page, due=row.call.closes_on)


def _opinions(user):
    given = Opinion.objects.filter(application=OuterRef("pk"), revision=OuterRef("revision"))
    rows = _own(user).in_state(State.SUBMITTED, State.ELIGIBLE).exclude(Exists(given))
    for row in _rows(rows):
        yield _item(row, _("Give your opinion on the plan"), row.title, page="opinion/")


def _to_check(user):
    rows = Application.objects.filter(rows_for(user, [Role.SECRETARY])).in_state(State.SUBMITTED)
    failed = Check.objects.filter(
        application=OuterRef("pk"), revision=OuterRef("revision"), result=Check.Result.FAILED, confirmed_by=None
    )
    for row in _rows(rows.exclude(adviser=user.pk).exclude(Exists(failed))):
        yield _item(row, _("Check eligibility"), row.title, page="checks/")


def _to_confirm(user):
    rows = Check.objects.filter(
        rows_for(
            user, [Role.SECRETARY, Role.MANAGER], programme="application__programme", region="application__region"
        ),
        application__state=State.SUBMITTED,
        application__revision=F("revision"),
        result=Check.Result.FAILED,
        confirmed_by=None,
    )
    rows = rows.exclude(checked_by=user.pk).exclude(application__adviser=user.pk)
    rows = rows.select_related("application__applicant__village", "application__region").order_by("pk")
    for check in rows[:MOST]:
        yield _item(check.application, _("Confirm a failed check, or not"), check.question, page="checks/")


def _lapsing(user):
    """The reserve list of a call that is over: it is let lapse, or money is found."""
    rows = Application.objects.filter(rows_for(user, [Role.SECRETARY])).in_state(State.RESERVE)
    for row in _rows(rows):
        yield _item(row, _("Decide about the reserve list"), row.title, section=LATER)


def _to_visit(user):
    """Cases that nobody has visited: in a field agent's villages, and an adviser's own."""
    mine = Q(pk__in=_own(user).values("pk"))
    for held in held_by(user):
        if held.role == Role.FIELD_AGENT:
            mine |= Q(programme_id=held.programme_id, applicant__village_id__in=held.village_ids)
    visited = FieldVerification.objects.filter(application=OuterRef("pk"))
    rows = Application.objects.filter(mine).in_state(State.SUBMITTED, State.ELIGIBLE).exclude(Exists(visited))
    for row in _rows(rows):
        section = TODAY if row.state == State.ELIGIBLE else LATER
        step = _("Visit the business and say what you saw")
        yield _item(row, step, row.title, page="field-verification/", section=section)


def verifications_to_take_along(user):
    """The forms of the field verifications that are the user's to make."""
    for item in _to_visit(user):
        yield FieldForm(url=item.url, title=item.verb_text, why=item.why)


def find_cases(user, text):
    """Applications that `user` may see, by reference or applicant."""
    text = text.strip()
    if not text:
        return []
    rows = Application.objects.visible_to(user)
    found = rows.filter(ref=text.upper())
    if not found.exists():
        found = rows.filter(called(text, "applicant"))
    return [
        Hit(
            title=row.applicant.name,
            url=row.get_absolute_url(),
            why=f"{row.ref} · {row.title}",
            script=row.applicant.name_script,
            script_lang=row.applicant.script_language,
            state_class=shape_of("application", row.state),
            state_text=str(row.state_label),
        )
        for row in found.select_related("applicant").order_by("-pk")[:10]
    ]
