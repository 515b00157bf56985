"""Panels: how a page of the register shows facts of the apps above it without importing them.

An app registers its panels in AppConfig.ready():

    register(Panel("application", _("Award"), rows=award_rows, permission=has_role(Role.MANAGER), order=20))

`rows(user, row)` returns PanelRows (an empty list hides the panel); `permission(user, row)` says who may see it.
`on` names the page: "party", "application", or "checks" (the page of an application's eligibility).
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class PanelRow:
    """One line of a panel: a title that may link, a word of explanation, a state, a figure as it is printed."""

    title: str
    url: str = ""
    why: str = ""
    state: str = ""
    state_class: str = ""
    figure: str = ""


def everybody(user, row):
    return True


@dataclass(frozen=True)
class Panel:
    on: str
    title: str
    rows: Callable
    permission: Callable = everybody
    order: int = 50


@dataclass(frozen=True)
class Shown:
    """A panel as the page prints it."""

    title: str
    rows: list


_panels = []


def register(panel):
    """Add a panel to a page. Called once, from AppConfig.ready()."""
    if panel.on not in ("party", "application", "checks"):
        raise ValueError(f"there is no page {panel.on!r} with panels")
    _panels.append(panel)
    _panels.sort(key=lambda one: one.order)


def panels_for(on, user, row):
    """The panels of page `on` about `row` that `user` may see and that have something to say."""
    shown = []
    for panel in _panels:
        if panel.on == on and panel.permission(user, row):
            rows = list(panel.rows(user, row))
            if rows:
                shown.append(Shown(panel.title, rows))
    return shown
