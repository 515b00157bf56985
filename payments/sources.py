"""What higher apps bring to the payment pages: money that waits to be ordered, and where an order's reason is shown.

In AppConfig.ready() an app registers `register(rows)` with rows(user) -> list[Source], and
`register_link(kind, url)` with url(order) -> address of the page that the order pays for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_rows = []
_links = {}


@dataclass(frozen=True)
class Source:
    """Money that is due to somebody and has no order yet. `amount` in minor units; `url` starts the order.

    With `order`, called as order(account=..., on=..., by=...), it can be prepared beside others: then `parties` are the
    keys of those whose accounts it may go to, and `application_id` is the dossier that the order locks.
    """

    title: str
    ref: str
    amount: int
    currency: str
    url: str
    why: str = ""
    since: date | None = None
    programme_id: int | None = None
    application_id: int | None = None
    parties: tuple[int, ...] = ()
    order: Callable | None = None


def register(rows):
    _rows.append(rows)


def register_link(kind, url):
    _links[kind] = url


def sources_for(user, programme=None):
    """Everything that waits to be ordered by `user`, what waits longest first."""
    found = [
        source
        for rows in _rows
        for source in rows(user)
        if programme is None or source.programme_id in (None, programme.pk)
    ]
    return sorted(found, key=lambda source: (source.since or date.max, source.ref))


def link_for(order):
    """The page of what the order pays for, or nothing."""
    return _links[order.kind](order) if order.kind in _links else ""
