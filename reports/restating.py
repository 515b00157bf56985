"""What the records say today of the figures of a published report, in that report's own scope. Pure reads."""

from dataclasses import dataclass

from reports.behind import Records, of_keys, unpacked
from reports.edition import Restated, compile_with_records, thawed
from reports.figure import COUNT, SHARE, machine
from reports.models import Issue
from reports.suppression import LEAST


@dataclass(frozen=True)
class Difference:
    """A value that the report said (`before`) and the records say otherwise today (`after`), as in the report's JSON.

    `came` and `went`: the records behind it that are new, or gone. `delicate`: the two values lie so near together that
    the difference itself would be a group smaller than donors may see.
    """

    code: str
    name: str
    currency: str
    before: str
    after: str
    came: Records
    went: Records
    delicate: bool


def last_published(issue):
    """The report before a draft: the one that it corrects, or else the last of the same programme, donor, agreement."""
    if issue.supersedes:
        return issue.supersedes
    rows = Issue.objects.filter(
        programme=issue.programme, donor=issue.donor, agreement=issue.agreement, state=Issue.State.PUBLISHED
    )
    return rows.exclude(pk=issue.pk).select_related("programme", "donor").order_by("-published_on", "-pk").first()


def differences(old):
    """[Difference] between a published report and its figures computed now for the same donor and days."""
    report, behind = compile_with_records(
        old.programme,
        period_from=old.period_from,
        period_to=old.period_to,
        donor=old.donor,
        title=old.title,
        reference=old.ref,
    )
    now = {figure.code: figure for figure in report.figures}
    kept = {row.code: row.behind for row in old.rows.select_related("behind")}
    published = thawed(old.body)
    told = {figure.code: figure for figure in published.figures}
    # What the registry gained since then was not said otherwise: it was not said.
    asked = [*told, *(code for code in now if code in published.without_data)]
    found = []
    for code in asked:
        one, today = told.get(code), now.get(code)
        before, after = said(one), said(today)
        if before == after:
            continue
        records = unpacked(kept[code]) if kept.get(code) else Records("")
        came, went = _moved(records, behind.get(code, Records("")))
        delicate = is_delicate(one, today, strict=old.programme.confidential)
        figure = one or today
        found.append(Difference(code, figure.name, figure.currency, before, after, came, went, delicate))
    return found


def said(figure):
    """The value as in JSON; "" without data, hidden or without the figure."""
    if figure is None or not figure.has_data:
        return ""
    return str(machine(figure.result(), figure.unit, figure.currency))


def _moved(before, after):
    """(records that came, records that went)."""
    old = {kind: set(keys) for kind, keys in before.keys.items()}
    new = {kind: set(keys) for kind, keys in after.keys.items()}
    came = {kind: keys - old.get(kind, set()) for kind, keys in new.items()}
    went = {kind: keys - new.get(kind, set()) for kind, keys in old.items()}
    return of_keys(came), of_keys(went)


def is_delicate(before, after, *, strict):
    """Whether before and after, side by side, tell of fewer people than donors may see."""
    either = before or after
    if not (strict or either.of_people) or either.impersonal:
        return False
    if before is None or after is None or not before.has_data or not after.has_data:
        return True
    if before.unit == SHARE and not before.currency:
        pairs = [(before.numerator, after.numerator), (before.denominator, after.denominator)]
    elif before.unit == COUNT:
        pairs = [(before.value, after.value)]
    else:
        # Other money of the same people: one of them may have moved all of it.
        return True
    return any(0 < abs(one - other) < LEAST for one, other in pairs)


def restated(issue, old, found):
    """The Restated of a report, as they are frozen: with their reasons, and without values that tell of few people."""
    reasons = dict(issue.restatements.values_list("code", "reason"))
    return tuple(
        Restated(
            of=old.ref,
            code=one.code,
            name=one.name,
            before="" if one.delicate else one.before,
            after="" if one.delicate else one.after,
            reason=reasons.get(one.code, ""),
        )
        for one in found
    )
