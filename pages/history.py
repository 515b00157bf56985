"""The history of a record from the audit chain, as the timeline tag prints it."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from audit.models import Event, Remark
from pages.templatetags.seedbed import moment

_words = {}


def register_words(words):
    """Add {"application.submit": _("Submitted"), ...}: how an event's kind reads. Called from AppConfig.ready()."""
    _words.update(words)


def word_for(kind):
    """The word for an event; for a kind that nobody named, its verb: "loan.take_back" reads "Take back"."""
    if kind in _words:
        return _words[kind]
    verb = kind.rpartition(".")[2].replace("_", " ")
    return _("Made") if verb == "create" else verb.capitalize()


def history_of(*subjects, most=20, names=True, programmes=None, leave_out=()):
    """Events about these references, newest first, for `{% timeline events %}`.

    Three queries, whatever the number of events. `names=False` leaves out who it was and the remarks, for readers who
    must not know (a committee member before the own score, a donor). `programmes`: only events of these programmes
    (their keys), for a record that several share. `leave_out`: kinds of events that the reader must not know of.
    """
    found = Event.objects.about(*subjects)
    if programmes is not None:
        found = found.filter(programme__in=programmes)
    if leave_out:
        found = found.exclude(kind__in=leave_out)
    events = list(found.order_by("-seq")[:most])
    people, remarks = {}, {}
    if names:
        people = {
            user.pk: str(user) for user in get_user_model().objects.filter(pk__in={event.actor_id for event in events})
        }
        with_remark = [event.seq for event in events if event.remark_hash]
        remarks = {row.event_seq: row for row in Remark.objects.filter(event_seq__in=with_remark)}
    return [_line(event, number == 0, people, remarks) for number, event in enumerate(events)]


def _line(event, newest, people, remarks):
    remark = remarks.get(event.seq)
    said = ""
    if remark is not None:
        said = _("(taken out on request)") if remark.redacted else remark.text
    late = event.on != event.moment.date()
    return {
        "when": moment(event.moment),
        "strong": word_for(event.kind),
        "text": _("for %(day)s") % {"day": f"{event.on:%d.%m.%Y}"} if late else "",
        "who": people.get(event.actor_id, _("by the program") if people and event.actor_id is None else ""),
        "remark": said,
        "state": "now" if newest else "",
    }
