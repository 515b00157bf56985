"""The packet of a member as a paper, drawn at once or in the background when it is large; and its score sheet."""

from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from pages.pdf import pdf
from pages.sheets import XLSX_TYPE
from programmes.clock import today
from selection import services
from selection.access import keeps, seat_or_404, session_or_404
from selection.models import PacketFile, Session
from selection.papers.packet import gone_told, motions_gone_told, packet_paper
from selection.papers.score_sheet import score_sheet
from selection.printed import printed_packet
from selection.tasks import draw_packet
from selection.views.ground import crumbs_of


def _printed_or_404(request, ref):
    """The Printed packet of whoever keeps the session or holds a seat, from the moment when the packet is sent."""
    session = session_or_404(request.user, ref)
    if session.state == Session.State.PLANNED:
        raise Http404
    if not keeps(session, request.user):
        seat_or_404(session, request.user)
    return printed_packet(session, request.user)


def _file_of(printed):
    """The PacketFile that waits for its member, or None; one that holds something else by now is nobody's."""
    file = PacketFile.objects.filter(session=printed.session, member=printed.member).first()
    if file is None or (not file.is_running and file.contents_key != printed.contents_key):
        return None
    return file


@require_http_methods(["GET", "POST"])
def packet(request, ref):
    """What the packet holds and how far it is drawn. POST asks for it."""
    printed = _printed_or_404(request, ref)
    session = printed.session
    if request.method == "POST":
        file = services.ask_packet(
            session=session, language=get_language() or "en", on=today(session.programme), by=request.user
        )
        draw_packet.enqueue(file.pk)
        return redirect("selection:packet", session.ref)
    file = _file_of(printed)
    return render(
        request,
        "selection/packet.html",
        {
            "title": _("Packet of %(ref)s") % {"ref": session.ref},
            "session": session,
            "printed": printed,
            "gone": gone_told(printed.gone) if printed.gone else "",
            "motions_gone": motions_gone_told(printed.motions_gone) if printed.motions_gone else "",
            "file": file,
            "at_once": not printed.is_empty and not printed.is_large,
            "is_ready": file is not None and file.state == PacketFile.State.DONE and file.path.exists(),
            "crumbs": crumbs_of(session),
        },
    )


@require_safe
def packet_pdf(request, ref):
    """The paper itself. Each time that it leaves is an event that names what it held."""
    printed = _printed_or_404(request, ref)
    session = printed.session
    on = today(session.programme)
    file = _file_of(printed)
    if file is not None and file.state == PacketFile.State.DONE and file.path.exists():
        content = file.path.read_bytes()
    elif not printed.is_empty and not printed.is_large:
        content = packet_paper(printed, on, language=get_language() or "en")
    elif not printed.is_empty:
        return redirect(reverse("selection:packet", args=[session.ref]))
    else:
        raise Http404
    services.note_packet(printed=printed, form="pdf", on=on, by=request.user)
    return pdf(content, f"packet-{session.ref}.pdf")


@require_safe
def packet_xlsx(request, ref):
    """The score sheet of the packet. It leaves as the paper does: by an event that names what it held."""
    printed = _printed_or_404(request, ref)
    session = printed.session
    if not printed.cases or not session.rules["criteria"]:
        raise Http404
    on = today(session.programme)
    file = score_sheet(printed, on)
    services.note_packet(printed=printed, form="xlsx", on=on, by=request.user)
    return FileResponse(file, as_attachment=True, filename=f"scores-{session.ref}.xlsx", content_type=XLSX_TYPE)
