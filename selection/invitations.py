"""What an invitation says: when and where, until when, and a link. Nothing about any case, and no confidential name."""

from django.utils.translation import gettext as _


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
        _("Declare first whether you have an interest in a case; then your packet opens:"),
        link,
        "",
        _("Nothing about the cases stands in this message. Sign in to read them."),
        "",
        signed_by,
        programme.public_name,
    ]
    return _("%(programme)s: committee session %(ref)s") % words, "\n".join(str(line) for line in lines)


def facts_of(session, committee=""):
    """[(label, value)]: day, place, deadlines."""
    written = session.procedure == session.Procedure.WRITTEN and session.votes_due_on
    rows = [
        (_("Committee"), committee),
        (_("The committee sits on"), "" if written else f"{session.sits_on:%d.%m.%Y}"),
        (_("Written procedure, votes until"), f"{session.votes_due_on:%d.%m.%Y}" if written else ""),
        (_("Place and hour"), "" if written else session.place),
        (_("Scores until"), f"{session.scores_due_on:%d.%m.%Y}" if session.scores_due_on else ""),
    ]
    return [(label, value) for label, value in rows if value]
