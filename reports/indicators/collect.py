"""The figures of a programme: every indicator read in a scope, with its target and its published value beside it."""

from django.db.models import Q
from django.utils.translation import gettext as _

from applicants.figures import Scope, Tally
from applicants.models import Party
from grants.models import Contribution
from ledger.money import known_currencies
from monitoring.models import MonitoringVisit
from programmes.clock import today
from programmes.models import TargetGroup, TrainingRule, Window
from reports.figure import COUNT, MONEY, SHARE, Cell, Figure, Goal
from reports.framework import grade_of
from reports.indicators.registry import INDICATORS, of_groups, of_window
from reports.indicators.standards import ENTERED, SECOND
from reports.measures import Reading
from reports.models import Target

LABELS = {
    "sex": dict(Party.Sex.choices),
    "source": dict(Contribution.Source.choices),
    "reason": dict(TrainingRule.Waiver.choices),
    "found": dict(MonitoringVisit.Business.choices),
}
SEX_ORDER = {Party.Sex.FEMALE: 0, Party.Sex.MALE: 1, Party.Sex.UNKNOWN: 2}


def scope_of(programme, *, period_from=None, period_to=None, donor=None):
    """The Scope of a report: to `period_to`, or to today in the programme's zone."""
    return Scope(programme=programme, to_on=period_to or today(programme), from_on=period_from, donor=donor)


def is_whole(scope):
    """Does the scope reach from the programme's first day to its last, or to today while it runs?

    What was published is of the whole programme; beside a part of it there is nothing to compare.
    """
    programme = scope.programme
    now = today(programme)
    last = min(programme.ends_on or now, now)
    return (scope.from_on is None or scope.from_on <= programme.starts_on) and scope.to_on >= last


def indicators_of(programme):
    """The registry, with the figures that the programme's windows and target groups name."""
    found = []
    windows = {}
    for code, name in Window.objects.filter(call__programme=programme).values_list("figure_code", "name"):
        if code:
            windows.setdefault(code, {})[name] = None
    calls = dict(
        Window.objects.filter(call__programme=programme)
        .exclude(figure_code="")
        .values_list("figure_code", "call__name")
    )
    groups = {}
    for group in TargetGroup.objects.filter(programme=programme).order_by("code"):
        groups.setdefault(group.figure_code, []).append(group)
    same_name = len({name for names in windows.values() for name in names}) < len(windows)
    for indicator in INDICATORS:
        found.append(indicator)
        if indicator.code == "awards":
            found += [
                of_window(code, [f"{calls[code]}, {name}" if same_name else name for name in names])
                for code, names in windows.items()
            ]
        if indicator.code == "indirect_beneficiaries":
            found += [of_groups(code, rows) for code, rows in groups.items()]
    return found


def asks(programme, code):
    """Whether the programme has a figure of that code, in its own currency or another."""
    plain, _line, currency = code.rpartition("_")
    codes = {one.code: one.unit for one in indicators_of(programme)}
    return code in codes or (codes.get(plain) == MONEY and currency.upper() in known_currencies())


def figures(programme, period_from=None, period_to=None, donor=None):
    """Every Figure that the programme has data or a target for, unsuppressed: the internal edition."""
    return [figure for figure, _tally in figures_with_tallies(programme, period_from, period_to, donor)]


def figures_with_tallies(programme, period_from=None, period_to=None, donor=None, only=()):
    """[(Figure, its Tally)]: the tally knows the records behind the figure, and reads them when it is asked.

    only: codes of figures; the arithmetic of other indicators is left alone. Of an amount, the code without a currency
    gives it in every one.
    """
    scope = scope_of(programme, period_from=period_from, period_to=period_to, donor=donor)
    read = Reading(scope)
    whole = Reading(scope_of(programme, period_to=scope.to_on, donor=donor)) if period_from else read
    goals = _goals(programme, scope.to_on, published=is_whole(scope))
    found = []
    for indicator in indicators_of(programme):
        if only and not any(_is_of(code, indicator) for code in only):
            continue
        for figure, tally in _read(indicator, read, whole, goals):
            if _worth_showing(figure):
                found.append((figure, tally))
    return found


def _is_of(code, indicator):
    """Whether it is the indicator's code, or that code with a currency behind it."""
    return code == indicator.code or (indicator.unit == MONEY and code.rpartition("_")[0] == indicator.code)


def _worth_showing(figure):
    """It has data, or somebody waits for it: then "no data" is the answer. A headline share shows its unknowns."""
    known = figure.result() is not None or figure.in_all is not None
    return known or figure.goal() is not None or (figure.headline and bool(figure.records))


def _goals(programme, on, *, published):
    """{code: {kind: Goal}} that were not withdrawn by `on`; without `published` only what was planned."""
    found = {}
    targets = Target.objects.filter(Q(withdrawn_on=None) | Q(withdrawn_on__gt=on), programme=programme)
    for target in targets if published else targets.filter(kind=Target.Kind.PLANNED):
        goal = Goal(target.value, target.comparator, target.source, target.note)
        found.setdefault(target.code, {})[target.kind] = goal
    return found


def _read(indicator, read, whole, goals):
    """The figures of one indicator with their tallies: one, or one for each currency in which there is something."""
    now = _by_currency(indicator, read)
    ever = now if whole is read else _by_currency(indicator, whole)
    currencies = sorted({*now, *ever}, key=lambda currency: (currency != read.currency, currency))
    for currency in currencies or [read.currency if indicator.unit == MONEY else ""]:
        main = indicator.unit != MONEY or currency == read.currency
        code = indicator.code if main else f"{indicator.code}_{currency.lower()}"
        tally = now.get(currency) or Tally()
        figure = _figure(indicator, code, tally, currency, read)
        before = _figure(indicator, code, ever.get(currency) or Tally(), currency, whole)
        if figure.value is None and before.value is not None and figure.unit in (COUNT, MONEY):
            # It happened before the period and not in it: that is known, and zero.
            figure = figure.but(value=0)
        goal = goals.get(code, {})
        planned, achieved = goal.get(Target.Kind.PLANNED), goal.get(Target.Kind.ACHIEVED)
        yield figure.but(in_all=before.result(), target=planned, published=achieved), tally


def _by_currency(indicator, read):
    found = indicator.measure(read)
    if isinstance(found, dict):
        return {currency: one for currency, one in found.items() if one.parts}
    if found is None or not found.parts:
        return {}
    return {found.currency: found}


def _figure(indicator, code, found, currency, read):
    said, version = definition_of(indicator, read.definition)
    figure = Figure(
        code=code,
        name=str(_name(indicator, code, read.scope)),
        section=indicator.section,
        unit=indicator.unit,
        definition=said,
        version=version,
        unknown=found.unknown,
        records=found.records,
        units=found.units,
        currency=currency,
        of_people=indicator.of_people,
        headline=indicator.headline,
        whole_programme=bool(read.scope.donor) and not indicator.by_line,
        total_of=indicator.total_of,
        impersonal=indicator.impersonal,
        codes=indicator.codes,
        sensitive=indicator.sensitive,
    )
    if not found.parts or not found.records:
        return figure
    figure = figure.but(by=tuple(_cells(indicator, found)), verified=_verified(indicator, found))
    if indicator.unit == SHARE:
        figure = figure.but(numerator=found.value, denominator=found.of)
    else:
        value = found.parts[0].value if len(found.parts) == 1 else found.value
        largest = found.largest if indicator.unit == MONEY else None
        figure = figure.but(value=value, denominator=found.of, largest=largest)
    return figure.but(grade=grade_of(figure, entered=indicator.proof == ENTERED))


def _verified(indicator, found):
    """How many of the records a second person verified; None where the ledger, a decision or nobody did."""
    if found.verified is not None:
        return found.verified
    return found.records if indicator.proof == SECOND else None


def _name(indicator, code, scope):
    """The donor's own word for it in a donor's edition, else ours."""
    labels = scope.donor.labels if scope.donor else {}
    return labels.get(code) or indicator.name


def definition_of(indicator, definition):
    """(text, version) of an indicator under a programme's Definition (or None)."""
    said, version = str(indicator.definition), f"v{indicator.version}"
    if not indicator.rule or definition is None:
        return said, version
    rules = {
        "direct": definition.get_direct_rule_display(),
        "women_run": definition.get_women_run_display(),
        "lasting": _("a post that ended within %(months)s months is short-term work and no job")
        % {"months": definition.short_term_months},
        "full_time_year": _("%(days)s days are a full-time year") % {"days": definition.full_time_days},
        "attribution": _attribution(definition),
        "two_x": _two_x(definition),
        "full_time": _("%(hours)s hours are a full-time week") % {"hours": f"{definition.full_time_hours:f}"},
    }
    said = _("%(definition)s Rule: %(rule)s.") % {"definition": said, "rule": rules[indicator.rule]}
    if indicator.rule == "direct" and definition.note:
        said = f"{said} {definition.note}"
    return said, f"{version}, {definition}" if indicator.version > 1 else str(definition)


def _attribution(definition):
    if definition.attribution_share is None:
        return _("the programme has none")
    return _("%(share)s of the net jobs, of those %(displaced)s displaced; %(method)s") % {
        "share": f"{definition.attribution_share.normalize():f}",
        "displaced": f"{definition.displacement_share.normalize():f}",
        "method": definition.get_attribution_method_display(),
    }


def _two_x(definition):
    leaders, workers = definition.two_x_leaders_pct, definition.two_x_workers_pct
    if leaders is None and workers is None:
        return _("the criterion of entrepreneurship alone")
    shares = {
        "leaders": "" if leaders is None else f"{leaders.normalize():f}",
        "workers": "" if workers is None else f"{workers.normalize():f}",
    }
    if workers is None:
        return _("leadership from %(leaders)s percent women") % shares
    if leaders is None:
        return _("employment from %(workers)s percent women, with more for them than the law asks") % shares
    return (
        _(
            "leadership from %(leaders)s percent women, and employment from %(workers)s percent women, with more for "
            "them than the law asks"
        )
        % shares
    )


def _cells(indicator, found):
    for dim in indicator.by:
        if dim not in found.dims:
            continue
        rows = found.split(dim)
        for key in sorted(rows, key=lambda key, dim=dim: _order(dim, key)):
            part = rows[key]
            share = indicator.unit == SHARE
            yield Cell(
                by=dim,
                key=str(key),
                label=_label(dim, key),
                value=None if share else part.value,
                numerator=part.value if share else None,
                denominator=part.of,
                records=part.records,
                units=part.units,
                largest=part.largest if indicator.unit == MONEY else None,
            )


def _order(dim, key):
    return (SEX_ORDER.get(key, 3), "") if dim == "sex" else (key in ("", "unknown"), str(key))


def _label(dim, key):
    if key in ("", None):
        return _("Not known")
    if dim == "quarter":
        year, number = str(key).split("-")
        return _("Quarter %(number)s of %(year)s") % {"year": year, "number": number}
    if dim == "cycle":
        return _("First loans") if key == "first" else _("Repeat loans")
    if key == "unknown":
        return _("Not known")
    return str(LABELS.get(dim, {}).get(key, key))
