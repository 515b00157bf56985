"""What waits for somebody: one line of a home page."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class QueueItem:
    """Verb first: "Finish the cash flow". `shape` is a tag class (pages/states.py), `section` a heading."""

    title: str
    why: str
    url: str
    tag: str = ""
    shape: str = "start"
    due: date | None = None
    section: str = ""
