"""The packet of a member: asked for, drawn in the background, handed out, thrown away."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked
from audit.services import record, service
from selection.models import PacketFile
from selection.models.papers import packet_folder
from selection.printed import printed_packet


@service
def ask_packet(*, session, language, on, by):
    """The member's packet waits to be drawn anew. Returns its PacketFile; an earlier one is thrown away."""
    printed = printed_packet(session, by)
    if printed.is_empty:
        raise Blocked(_("Nothing is in your packet yet: declare first whether you have an interest in the cases."))
    drop_packets(PacketFile.objects.filter(session=session, member=by))
    return PacketFile.objects.create(
        session=session,
        member=by,
        language=language,
        contents_key=printed.contents_key,
        cases_total=len(printed.cases),
        asked_on=on,
    )


@service
def note_packet(*, printed, form, on, by):
    """A packet or a score sheet leaves with its member. The cases that it holds are named in the audit chain.

    The event is about the packet and not the session: reading is no hand in its decisions.
    """
    session = printed.session
    record(
        f"packet.{form}",
        f"packet:{session.ref}",
        by=by,
        on=on,
        programme=session.programme.key,
        body={
            "cases": [case.application.ref for case in printed.cases],
            "gone": printed.gone,
            **({"motions": [one.motion.ref for one in printed.motions]} if printed.motions else {}),
        },
    )
    return session


def note_progress(file, state, done=0):
    """Say how far a packet is. Outside any transaction, so that its page sees it."""
    PacketFile.objects.filter(pk=file.pk).update(state=state, cases_done=done, touched_at=timezone.now())


def drop_packets(files):
    """Throw away the PacketFiles of a queryset with their bytes. Returns how many there were."""
    rows = list(files)
    for row in rows:
        row.path.unlink(missing_ok=True)
    PacketFile.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def drop_strays():
    """Throw away drawn packets that no row knows, for example of a session with a person who was forgotten."""
    known = {row.path for row in PacketFile.objects.all()}
    for path in packet_folder().glob("*.pdf"):
        if path not in known:
            path.unlink(missing_ok=True)
