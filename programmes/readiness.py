"""What is missing before a programme can work and a call can open: sentences, each with the page that mends it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from ledger.money import Money
from programmes.models import Call
from programmes.reading import five_people
from programmes.shares import weights_of

_tell: list[Callable] = []


@dataclass(frozen=True)
class Gap:
    """A thing that is missing: the sentence for the user, and the page where it is mended."""

    sentence: str
    url: str

    def __str__(self):
        return self.sentence


def register(function):
    """`function(call) -> iterable of Gap`: what an app above must have before the call can open."""
    _tell.append(function)


def gaps_of(programme, on):
    """[Gap] of the programme on the day `on`, and of each of its calls that is open or still to come."""
    found = _of_programme(programme, on)
    if not programme.calls.exists():
        found.append(Gap(_("There is no call."), _new(programme, "call")))
    for call in programme.calls.all():
        if call.closes_on is None or call.closes_on >= on:
            found += _of_call(call, max(on, call.opens_on))
    return found


def gaps_before_opening(call, on):
    """[Gap] of one call, those of its programme first, as of its first day where that is still to come."""
    day = max(on, call.opens_on)
    return [*_of_programme(call.programme, day), *_of_call(call, day)]


def _new(programme, kind, above=None):
    page = reverse("programmes:new_part", args=[programme.key, kind])
    return f"{page}?under={above.pk}" if above else page


def _edit(programme, kind, row):
    return reverse("programmes:edit_part", args=[programme.key, kind, row.pk])


def _of_programme(programme, on):
    people = reverse("programmes:programme", args=[programme.key])
    found = [
        Gap(_("Nobody is left for the part “%(part)s”.") % {"part": part.name}, people)
        for part in five_people(programme, on)
        if part.user is None
    ]
    if not programme.funding_lines.exists():
        found.append(Gap(_("There is no funding line."), _new(programme, "line")))
    if programme.definition_at(on) is None:
        found.append(Gap(_("Nothing says how the programme counts."), _new(programme, "definition")))
    return found


def _of_call(call, on):
    programme, found = call.programme, []
    windows = list(call.windows.select_related("line").prefetch_related("bands", "shares__line"))
    if not windows:
        found.append(Gap(_("%(call)s has no window.") % {"call": call}, _new(programme, "window", call)))
    found += [gap for window in windows for gap in _of_window(programme, window, on)]
    if call.method == Call.Method.SCORED:
        found += _of_grid(call)
    if not call.eligibility_rules.exists():
        found.append(
            Gap(_("%(call)s has no check of eligibility.") % {"call": call}, _new(programme, "eligibility", call))
        )
    return found + [gap for function in _tell for gap in function(call)]


def _of_window(programme, window, on):
    starts = [band.from_amount for band in window.bands.all()]
    if not starts:
        sentence = _("%(window)s has no amount band: nothing says which plan is written.") % {"window": window}
        yield Gap(sentence, _new(programme, "band", window))
    elif min(starts) > window.floor_amount:
        sentence = _("%(window)s: nothing says which plan is written for %(amount)s.")
        least = Money(window.floor_amount, window.currency)
        yield Gap(sentence % {"window": window, "amount": least}, _new(programme, "band", window))
    for line in weights_of(window):
        if line.starts_on > on or (line.ends_on and line.ends_on < on):
            sentence = _("%(window)s: the line %(line)s is not eligible on %(day)s.")
            given = {"window": window, "line": line, "day": f"{on:%d.%m.%Y}"}
            yield Gap(sentence % given, _edit(programme, "line", line))


def _of_grid(call):
    rows = list(call.criteria.all())
    if not any(row.weight and row.top for row in rows):
        sentence = _("%(call)s is scored and has no evaluation grid.") % {"call": call}
        yield Gap(sentence, _new(call.programme, "criterion", call))
    for section in dict.fromkeys(row.section for row in rows):
        within = [row for row in rows if row.section == section]
        asking = max(within, key=lambda row: row.section_threshold)
        most = sum(row.top * row.weight for row in within)
        if asking.section_threshold > most:
            sentence = _("%(call)s: the section “%(section)s” asks for %(least)s points, and gives at most %(most)s.")
            given = {"call": call, "section": section, "least": asking.section_threshold, "most": most}
            yield Gap(sentence % given, _edit(call.programme, "criterion", asking))
