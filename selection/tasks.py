"""Slow work of the committee, done by the background worker."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone, translation
from django_tasks import task

from programmes.clock import today
from selection.invitations import invitation_text
from selection.models import Invitation, PacketFile, Session
from selection.papers.packet import packet_paper
from selection.printed import printed_packet
from selection.services.packets import note_progress

log = logging.getLogger(__name__)


@task()
def draw_packet(pk):
    """Draw a packet that waits. What it may hold is asked now, not when it was asked for."""
    file = PacketFile.objects.select_related("session__programme", "session__committee", "session__call", "member")
    file = file.filter(pk=pk, state=PacketFile.State.WAITING).first()
    if file is None:
        return
    try:
        _draw(file)
    except Exception:
        note_progress(file, PacketFile.State.FAILED)
        raise


def _draw(file):
    state = PacketFile.State
    printed = printed_packet(file.session, file.member)
    if printed.is_empty:
        note_progress(file, state.FAILED)
        return
    file.contents_key = printed.contents_key
    PacketFile.objects.filter(pk=file.pk).update(contents_key=file.contents_key, cases_total=len(printed.cases))
    note_progress(file, state.DRAWING)
    content = packet_paper(
        printed,
        today(file.session.programme),
        language=file.language,
        progress=lambda done: note_progress(file, state.DRAWING, done),
    )
    file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.path.write_bytes(content)
    note_progress(file, state.DONE, len(printed.cases))


@task()
def mail_invitations(session_pk, link):
    """Mail the invitations of the session that have not left. One that cannot be sent stays marked as not mailed."""
    session = Session.objects.select_related("programme", "committee").get(pk=session_pk)
    rows = Invitation.objects.filter(session=session, mailed_at=None).select_related("member", "sent_by")
    for row in rows:
        with translation.override(row.member.language):
            subject, body = invitation_text(session, row.member, link, row.sent_by.name)
        try:
            send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [row.member.email])
        except (SMTPException, OSError) as wrong:
            # The page says "not mailed" beside the member; the reason is for whoever keeps the server.
            log.warning("invitation %s to %s was not mailed: %s", row.pk, session.ref, type(wrong).__name__)
            continue
        Invitation.objects.filter(pk=row.pk).update(mailed_at=timezone.now())
