"""What an invitation says: when, where, how many cases, a link. Nothing about any of them, no confidential name."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def invitation_text(session, member, link, signed_by):
    """(subject, body) of the message to one member, in the language that is active."""
    programme = session.programme
    words = {"programme": programme.public_name, "ref": session.ref}
    committee = "" if programme.confidential else session.committee.name
    lines = [
        _("Dear %(name)s,") % {"name": member.name},
        "",
        _("you are invited to session %(ref)s of the selection committee.") % words,
        "",
        *[f"{label}: {value}" for label, value in facts_of(session, committee)],
        "",
        _("Declare first whether you have an interest in what is on the agenda; then your packet opens:"),
        link,
        "",
        _("Nothing about the cases and requests stands in this message. Sign in to read them."),
        "",
        signed_by,
        programme.public_name,
    ]
    return _("%(programme)s: committee session %(ref)s") % words, "\n".join(str(line) for line in lines)


def facts_of(session, committee=""):
    """[(label, value)]: day, place, how much is on the agenda, deadlines."""
    written = session.procedure == session.Procedure.WRITTEN and session.votes_due_on
    rows = [
        (_("Committee"), committee),
        (_("The committee sits on"), "" if written else f"{session.sits_on:%d.%m.%Y}"),
        (_("Written procedure, votes until"), f"{session.votes_due_on:%d.%m.%Y}" if written else ""),
        (_("Place and hour"), "" if written else session.place),
        (_("On the agenda"), _agenda(session)),
        (_("Scores until"), f"{session.scores_due_on:%d.%m.%Y}" if session.scores_due_on else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _agenda(session):
    """ "4 cases, 1 request"."""
    cases, requests = session.cases.on_agenda().count(), session.motions.on_agenda().count()
    words = [
        (cases, ngettext("%(count)s case", "%(count)s cases", cases)),
        (requests, ngettext("%(count)s request", "%(count)s requests", requests)),
    ]
    return ", ".join(word % {"count": count} for count, word in words if count)
