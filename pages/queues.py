"""What waits for somebody, as the home page lists it. Each app offers `queue_for(user)` in its `queues.py`."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from pages.states import SHAPES

TODAY = "today"
LATER = "later"
AGENDA = "agenda"
SECTIONS = {TODAY: _("To do today"), LATER: _("Later"), AGENDA: _("Visits and meetings")}


@dataclass(frozen=True)
class QueueItem:
    """One thing to do: the whole row is the link.

    verb_text: what to do, verb first ("Finish the cash flow"); why: whom it is about, which reference, what is known;
    state_class: a shape of pages.states; due: the day it is due, by which the queue is sorted; section: TODAY,
    LATER, or AGENDA (visits and meetings, beside the queue: `verb_text` is then who or what, `state_text` the hour and
    place); script: the name in its own script, with script_lang.
    """

    verb_text: str
    why: str
    url: str
    state_class: str = "start"
    state_text: str = ""
    due: date | None = None
    section: str = TODAY
    script: str = ""
    script_lang: str = ""

    def __post_init__(self):
        if self.state_class not in SHAPES:
            raise ValueError(f"there is no shape {self.state_class!r}")
        if self.section not in SECTIONS:
            raise ValueError(f"there is no section {self.section!r}")


@dataclass(frozen=True)
class FieldForm:
    """A form that somebody takes along where there is no network. Each app offers `to_take_along(user)` in queues.py.

    `url` is the form's ordinary address; `repeat`: it can be filled in more than once, such as a registration.
    """

    url: str
    title: str
    why: str = ""
    due: date | None = None
    repeat: bool = False


@dataclass(frozen=True)
class Hit:
    """One answer of the search: title links, `why` says what it is."""

    title: str
    url: str
    why: str = ""
    script: str = ""
    script_lang: str = ""
    state_class: str = ""
    state_text: str = ""
