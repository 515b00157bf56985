"""The evaluation report of one call: how many applied, how far they came, why not, for how much, in how many days.

One reading gives the Tables that page, PDF and workbook print; none of them asks the database again. In the donor's
edition small groups are hidden, and with them what would tell their number: also the difference between two steps.
"""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.figures import FINALLY_ELIGIBLE, median, sex_of
from applicants.models import Application, Check, Party
from ledger.money import Money
from programmes.models import EligibilityRule
from reports.suppression import LEAST, hidden_cells
from selection.models import Case, Decision, Letter, LetterKind, Review, Session

State = Application.State
# What makes an application admissible: it is whole and may be used. The other rules ask whether it is eligible.
FORMAL = (EligibilityRule.Kind.DOCUMENTS, EligibilityRule.Kind.CONSENT)

STEPS = {
    "received": (gettext_lazy("Received"), gettext_lazy("Applications that were handed in.")),
    "admissible": (
        gettext_lazy("Admissible"),
        gettext_lazy("Of these, checked, and with no required document and no consent missing."),
    ),
    "eligible": (gettext_lazy("Eligible"), gettext_lazy("Of these, those that passed the checks of the call.")),
    "scored": (gettext_lazy("Scored"), gettext_lazy("Applications with at least one score card that is in.")),
}
OUTCOMES = {
    "selected": (gettext_lazy("Selected"), gettext_lazy("Approved by the committee.")),
    "reserve": (gettext_lazy("Reserve list"), gettext_lazy("Found worth support; the money does not reach.")),
    "rejected": (
        gettext_lazy("Rejected"),
        gettext_lazy("Not approved by the committee, or lapsed on the reserve list."),
    ),
    "ineligible": (
        gettext_lazy("Not eligible"),
        gettext_lazy("Closed after the checks; a second person confirmed it."),
    ),
    "withdrawn": (gettext_lazy("Withdrawn"), gettext_lazy("The applicant did not want it any more.")),
    "open": (gettext_lazy("Under way"), gettext_lazy("Not decided yet, or put off by the committee.")),
}
MEASURES = {**STEPS, **OUTCOMES}
OUTCOME_OF = {
    State.APPROVED: "selected",
    State.RESERVE: "reserve",
    State.REJECTED: "rejected",
    State.INELIGIBLE: "ineligible",
    State.WITHDRAWN: "withdrawn",
}
REASONS = {
    "majority": gettext_lazy("The votes were against it"),
    "tie": gettext_lazy("A tie, which does not approve"),
    "threshold": gettext_lazy("Under the least score"),
    "approvals": gettext_lazy("Too few votes for so large an amount"),
    "lapsed": gettext_lazy("Lapsed on the reserve list"),
}
DIMS = {"window": gettext_lazy("window"), "sex": gettext_lazy("sex"), "region": gettext_lazy("region")}
# A step and the step that it is a part of: the difference between two shown steps is a group, too.
WITHIN = (("admissible", "received"), ("eligible", "admissible"), ("scored", "received"))


@dataclass(frozen=True)
class Table:
    """`rows` begin with their label; numbers are int, Money or text; None is a hidden cell."""

    key: str
    title: str
    head: list
    rows: list
    total: list | None = None
    note: str = ""

    def printed(self, row):
        """The row in words, as page and paper show it."""
        return [_("hidden") if cell is None else str(cell) for cell in row]


@dataclass(frozen=True)
class Evaluation:
    """What every renderer takes. `name` and `call` are those that may be seen by the readers of the edition."""

    name: str
    call: str
    key: str
    on: date
    internal: bool
    tables: list = field(default_factory=list)

    @property
    def file_name(self):
        """Without ending; it carries no name of a confidential programme."""
        return f"evaluation-{self.key}-{self.on:%Y-%m-%d}"


@dataclass(frozen=True)
class Row:
    """One application, as it is counted."""

    keys: dict
    measures: frozenset
    reason: str
    asked: Money
    approved: Money | None
    days: dict


def compile_evaluation(call, on, *, internal=False):
    """The Evaluation of a call as it stands on `on`. A confidential programme has the donor's edition alone."""
    programme = call.programme
    internal = internal and not programme.confidential
    rows = _rows(call)
    shown = None if internal else _hidden(rows, strict=programme.confidential)
    tables = [
        *_counts(rows, shown),
        *_reasons(rows, shown),
        _amounts(rows, shown),
        _days(rows, internal),
        _sessions(call, programme.confidential),
        _definitions(),
    ]
    return Evaluation(
        name=programme.name if internal else programme.public_name,
        call=programme.public_name if programme.confidential else call.name,
        key="call" if programme.confidential else call.key,
        on=on,
        internal=internal,
        tables=[table for table in tables if table.rows],
    )


# Reading ---------------------------------------------------------------------------------------------------------


def _rows(call):
    """A Row for each application that was handed in, in a fixed number of queries."""
    reviews = Review.objects.submitted().filter(case__application=OuterRef("pk"))
    applications = (
        Application.objects.filter(call=call, submitted_on__isnull=False)
        .select_related("window", "region")
        .annotate(sex=sex_of("applicant"), is_scored=Exists(reviews), was_before=Exists(_cases()))
        .order_by("pk")
    )
    checks, decisions, letters = _checks(call), _decisions(call), _letters(call)
    sat = dict(
        Case.objects.filter(application__call=call, removed_on=None)
        .order_by("session__sits_on")
        .values_list("application", "session__sits_on")
    )
    return [
        _row(one, checks.get(one.pk, []), decisions.get(one.pk), letters.get(one.pk), sat.get(one.pk))
        for one in applications
    ]


def _cases():
    return Case.objects.filter(application=OuterRef("pk"))


def _checks(call):
    """{application: [(kind of the rule, question, result)]} on the revision that is on the table."""
    kinds = dict(call.eligibility_rules.values_list("code", "kind"))
    found = {}
    rows = Check.objects.filter(application__call=call).select_related("application").order_by("pk")
    for check in rows:
        if check.revision == check.application.revision:
            kind = kinds.get(check.code, EligibilityRule.Kind.PERSON)
            found.setdefault(check.application_id, []).append((kind, check.question, check.result))
    return found


def _decisions(call):
    rows = Decision.objects.live().filter(application__call=call, effective_on__isnull=False).order_by("pk")
    return {row.application_id: row for row in rows}


def _letters(call):
    """{application: day on which the letter about the decision left}."""
    kinds = [LetterKind.APPROVE, LetterKind.RESERVE, LetterKind.REJECT, LetterKind.INELIGIBLE]
    rows = Letter.objects.live().filter(application__call=call, kind__in=kinds, sent_on__isnull=False)
    return dict(rows.order_by("sent_on").values_list("application", "sent_on"))


def _row(application, checks, decision, letter, sat):
    outcome = OUTCOME_OF.get(application.state, "open")
    passed = bool(checks) and all(result == Check.Result.PASSED for _kind, _said, result in checks)
    withdrew = application.state == State.WITHDRAWN and (passed or application.was_before)
    eligible = application.state in FINALLY_ELIGIBLE or withdrew
    whole = bool(checks) and not any(kind in FORMAL and result == Check.Result.FAILED for kind, _said, result in checks)
    measures = {"received", outcome}
    measures |= {"admissible"} if eligible or whole else set()
    measures |= {"eligible"} if eligible else set()
    measures |= {"scored"} if application.is_scored else set()
    days = {
        "sitting": _between(application.submitted_on, sat),
        "decision": _between(application.submitted_on, application.decided_on),
        "letter": _between(application.decided_on, letter),
    }
    return Row(
        keys={
            "window": application.window.name,
            "sex": Party.Sex(application.sex).label,
            "region": application.region.name,
        },
        measures=frozenset(measures),
        reason=_reason(outcome, checks, decision),
        asked=Money(application.asked_amount, application.currency),
        approved=Money(application.approved_amount, application.currency) if outcome == "selected" else None,
        days={name: number for name, number in days.items() if number is not None},
    )


def _between(first, last):
    return (last - first).days if first and last and last >= first else None


def _reason(outcome, checks, decision):
    if outcome == "ineligible":
        return next((question for _kind, question, result in checks if result == Check.Result.FAILED), "")
    if outcome != "rejected":
        return ""
    if decision is None or decision.outcome != Decision.Outcome.REJECT:
        return str(REASONS["lapsed"])
    rule = decision.tally.get("rule", "majority")
    return str(REASONS.get(rule, rule))


# Small groups ----------------------------------------------------------------------------------------------------


def _hidden(rows, *, strict):
    """Ids of the counts that the donor's edition hides: (measure, "", "") of all, (measure, dimension, key) of a group.

    Each breakdown is protected together with the totals; what it hides of them the others hide as well.
    """
    keys = {dim: sorted({row.keys[dim] for row in rows}) for dim in DIMS}
    keys["reason"] = sorted({row.reason for row in rows if row.reason})
    hidden = set()
    while True:
        before = set(hidden)
        for dim, found in keys.items():
            hidden |= _hide(rows, dim, found, strict, hidden)
        if hidden == before:
            return hidden


def _hide(rows, dim, keys, strict, before):
    measures = ("rejected", "ineligible") if dim == "reason" else tuple(MEASURES)
    values, sums, small = {}, [], set(before)
    for measure in MEASURES:
        values[measure, "", ""] = _count(rows, measure)
    for measure in measures:
        cells = {(measure, dim, key): _count(rows, measure, dim, key) for key in keys}
        values |= cells
        sums.append(((measure, "", ""), list(cells)))
    small |= {one for one, number in values.items() if number < LEAST and (strict or number)}
    for where in [("", ""), *(((dim, key) for key in keys) if dim != "reason" else ())]:
        sums.append((("received", *where), [(outcome, *where) for outcome in OUTCOMES]))
        for part, whole in WITHIN:
            rest = (f"{whole} and not {part}", *where)
            values[rest] = max(0, values[whole, *where] - values[part, *where])
            sums.append(((whole, *where), [(part, *where), rest]))
            small |= {rest} if 0 < values[rest] < LEAST else set()
    return hidden_cells(values, sums, small) & {one for one in values if one[0] in MEASURES}


def _count(rows, measure, dim="", key=""):
    found = (row for row in rows if measure in row.measures)
    if not dim:
        return sum(1 for _row in found)
    return sum(1 for row in found if (row.reason if dim == "reason" else row.keys[dim]) == key)


def _cell(rows, hidden, measure, dim="", key=""):
    if hidden is not None and (measure, dim, key) in hidden:
        return None
    return _count(rows, measure, dim, key)


# Tables ----------------------------------------------------------------------------------------------------------


def _counts(rows, hidden):
    """The steps and the outcomes, in all and by window, sex and region."""
    for dim, said in DIMS.items():
        keys = sorted({row.keys[dim] for row in rows})
        for part, measures in (("steps", STEPS), ("outcomes", OUTCOMES)):
            title = _("How far they came, by %(dim)s") if part == "steps" else _("How they ended, by %(dim)s")
            yield Table(
                key=f"{part}_{dim}",
                title=title % {"dim": said},
                head=[str(said).capitalize(), *(str(MEASURES[measure][0]) for measure in measures)],
                rows=[[key, *(_cell(rows, hidden, measure, dim, key) for measure in measures)] for key in keys],
                total=[_("All"), *(_cell(rows, hidden, measure) for measure in measures)],
            )


def _reasons(rows, hidden):
    for measure, title in (("rejected", _("Why they were rejected")), ("ineligible", _("Why they were not eligible"))):
        keys = sorted({row.reason for row in rows if measure in row.measures and row.reason})
        yield Table(
            key=f"reasons_{measure}",
            title=title,
            head=[_("Reason"), str(MEASURES[measure][0])],
            rows=[[key, _cell(rows, hidden, measure, "reason", key)] for key in keys],
            total=[_("All"), _cell(rows, hidden, measure)],
        )


def _amounts(rows, hidden):
    """Money by window; of a group that is hidden, its money is hidden too."""
    steps = ("received", "eligible", "selected", "selected")
    lines = []
    for window in sorted({row.keys["window"] for row in rows}):
        here = [row for row in rows if row.keys["window"] == window]
        cells = [
            None
            if hidden is not None and (measure, "window", window) in hidden
            else _sum(here, measure, approved=number == 3)
            for number, measure in enumerate(steps)
        ]
        lines.append([window, *cells])
    head = [_("Window"), _("Asked by all"), _("Asked by the eligible"), _("Asked by the selected"), _("Approved")]
    return Table(key="amounts", title=_("Amounts"), head=head, rows=lines)


def _sum(rows, measure, *, approved=False):
    found = [row for row in rows if measure in row.measures]
    amounts = [row.approved if approved else row.asked for row in found]
    amounts = [amount for amount in amounts if amount is not None]
    if not amounts:
        return Money(0, rows[0].asked.currency)
    return sum(amounts[1:], amounts[0])


def _days(rows, internal):
    said = {
        "sitting": _("From handing in to the sitting"),
        "decision": _("From handing in to the decision"),
        "letter": _("From the decision to the letter"),
    }
    lines = []
    for name, label in said.items():
        found = [row.days[name] for row in rows if name in row.days]
        few = not internal and 0 < len(found) < LEAST
        middle = median(found)
        lines.append([label, None if few else (_("no data") if middle is None else middle)])
        # How many stand behind it would tell the totals that are hidden above.
        lines[-1] += [len(found)] if internal else []
    head = [_("Between"), _("Days"), *([_("Applications")] if internal else [])]
    return Table(key="days", title=_("Days, median"), head=head, rows=lines)


def _sessions(call, confidential):
    """The sittings and who was there: facts of the committee, not of an applicant."""
    lines = []
    sessions = Session.objects.filter(call=call, state=Session.State.CLOSED).select_related("committee")
    for session in sessions.order_by("sits_on", "pk"):
        body = session.minutes_body
        present, absent = len(body.get("present", [])), len(body.get("absent", []))
        said = _("%(present)s of %(all)s") % {"present": present, "all": present + absent}
        line = [session.ref, f"{session.sits_on:%d.%m.%Y}", said]
        lines.append(line if confidential else [*line, session.committee.name, len(body.get("cases", []))])
    head = [_("Session"), _("Sat on"), _("Present")]
    head += [] if confidential else [_("Committee"), _("Cases")]
    return Table(key="sessions", title=_("Sessions of the committee"), head=head, rows=lines)


def _definitions():
    rows = [[str(name), str(said)] for name, said in MEASURES.values()]
    return Table(key="definitions", title=_("How it is counted"), head=[_("Figure"), _("Definition")], rows=rows)
