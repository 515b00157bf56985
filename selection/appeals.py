"""Appeals, read: until when one is possible, who may not answer it, and what the pages and `verify` say of them."""

from datetime import timedelta

from applicants.models import Application
from audit.models import Event
from programmes.models import Membership, Role
from selection.models import Appeal, Case, Letter, LetterKind, Review, Seat, Session, Vote

APPEALABLE = (Application.State.INELIGIBLE, Application.State.REJECTED)
ANSWERERS = (Role.SECRETARY, Role.MANAGER)
LETTERS = (LetterKind.INELIGIBLE, LetterKind.REJECT)
# Moves of the application by which somebody decided, or helped to decide, that it ends.
DECIDING_MOVES = ("application.pass_checks", "application.fail_checks", "application.lapse")


def deadline_of(application):
    """The last day of an appeal: counted from the day the letter was sent, before that from the decision.

    None: no decision stands that one could appeal against.
    """
    if application.state not in APPEALABLE or application.decided_on is None:
        return None
    days = timedelta(days=application.call.appeal_days)
    sent = Letter.objects.live().filter(
        application=application, kind__in=LETTERS, decision_ref=application.decision_ref, sent_on__isnull=False
    )
    letter = sent.order_by("-sent_on", "-pk").first()
    if letter is None:
        return application.decided_on + days
    # A letter that lay in the office for some days takes none of them from the applicant.
    return max(letter.appeal_until or letter.sent_on, letter.sent_on + days)


def answered_before(application):
    """The refused appeal against the decision that stands, or None: nobody appeals twice against one decision."""
    return Appeal.objects.filter(
        application=application,
        decision_ref=application.decision_ref,
        upheld=False,
        received_on__gte=application.decided_on,
    ).first()


def deciders_of(application):
    """Ids of everybody who had a hand in the decision: they do not answer the appeal against it.

    Whoever voted, scored or held any seat in a session that the case was before; who kept that session; who checked
    the application or confirmed a failure; its adviser, and every other part on the dossier.
    """
    cases = Case.objects.filter(application=application)
    sessions = list(Session.objects.filter(pk__in=cases.values("session")))
    found = {application.adviser_id}
    for rows in (
        application.parts.values_list("user_id"),
        application.opinions.values_list("given_by_id"),
        application.checks.values_list("checked_by_id", "confirmed_by_id"),
        Vote.objects.filter(case__in=cases).values_list("member_id"),
        Review.objects.filter(case__in=cases).values_list("member_id"),
        Event.objects.about(application.ref).filter(kind__in=DECIDING_MOVES).values_list("actor_id"),
        Event.objects.about(*(session.ref for session in sessions)).values_list("actor_id"),
    ):
        found.update(pk for row in rows for pk in row)
    for session in sessions:
        found.add(session.planned_by_id)
        seats = Seat.objects.filter(committee=session.committee_id).held_on(session.sits_on)
        found.update(seats.values_list("user_id", flat=True))
    return found - {None}


def answerers_of(application, on):
    """Users who could answer an appeal of this application today: a role for it, and no hand in the decision."""
    rows = Membership.objects.current(on).filter(
        programme=application.programme_id, role__in=ANSWERERS, user__is_active=True
    )
    found = {row.user for row in rows.select_related("user") if row.region_id in (None, application.region_id)}
    decided = deciders_of(application)
    return sorted((user for user in found if user.pk not in decided), key=lambda user: user.name)


def faults():
    """What `verify` asks: a case comes back by an upheld appeal alone, and nobody answers for their own decision."""
    moved = {}
    for ref in Event.objects.filter(kind="application.uphold_appeal").values_list("subject", flat=True):
        moved[ref] = moved.get(ref, 0) + 1
    upheld = {}
    for ref in Appeal.objects.filter(upheld=True).values_list("application__ref", flat=True):
        upheld[ref] = upheld.get(ref, 0) + 1
    for ref in sorted(moved.keys() | upheld.keys()):
        if moved.get(ref, 0) != upheld.get(ref, 0):
            yield (
                f"applicants_application {ref} came back {moved.get(ref, 0)} times and "
                f"{upheld.get(ref, 0)} of its appeals were upheld"
            )
    for appeal in Appeal.objects.exclude(answered_on=None).select_related("application").order_by("pk"):
        voted = Vote.objects.filter(case__application=appeal.application_id, member=appeal.answered_by_id)
        checked = appeal.application.checks.filter(confirmed_by=appeal.answered_by_id)
        if appeal.application.adviser_id == appeal.answered_by_id or voted.exists() or checked.exists():
            yield f"selection_appeal {appeal.pk} of {appeal.application.ref} was answered by somebody who decided"
