"""Invitations to a session: who is invited, where to, and how often."""

from django.utils.translation import gettext_lazy as _

from audit.refusals import Invalid
from audit.services import record, service
from programmes.services import check_date
from selection.models import Invitation, Session
from selection.services.locks import ask, ask_state, lock_session

LONGEST_PLACE = 200


@service
def invite_members(*, session, members, place="", on, by, reason="", key=None):
    """Invite these members (users with a seat), again if they were invited before. Returns the Session.

    The mail itself leaves afterwards, by tasks.mail_invitations.
    """
    session = lock_session(session)
    ask("selection.keep_session", by, session)
    ask_state(session, Session.State.OPEN, Session.State.SITTING)
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    place = " ".join(place.split())
    if len(place) > LONGEST_PLACE:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": LONGEST_PLACE}, field="place")
    chosen = {member.pk: member for member in members}
    seated = set(session.committee.seats.held_on(session.sits_on).values_list("user_id", flat=True))
    if not chosen:
        raise Invalid(_("Tick at least one member."), field="members")
    if set(chosen) - seated:
        raise Invalid(_("Somebody on the list has no seat on that day."), field="members")
    if place != session.place:
        session.place = place
        session.save(update_fields=["place"])
    for pk in sorted(chosen):
        _invite(session, chosen[pk], on, by)
    record(
        "session.invite",
        session.ref,
        by=by,
        on=on,
        programme=session.programme.key,
        body={"members": [chosen[pk].ref for pk in sorted(chosen)]},
        reason=reason,
    )
    return session


def _invite(session, member, on, by):
    row = Invitation.objects.filter(session=session, member=member).first()
    if row is None:
        Invitation.objects.create(session=session, member=member, sent_on=on, sent_by=by)
        return
    row.times, row.sent_on, row.sent_by, row.mailed_at = row.times + 1, on, by, None
    row.save()
