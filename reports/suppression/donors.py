"""The donor's edition of figures: what is hidden is taken out of them, in totals, breakdowns and shares. Pure."""

from dataclasses import replace
from datetime import date, timedelta

from reports.figure import COUNT, MONEY, SHARE
from reports.suppression.cells import hidden_cells
from reports.suppression.statements import PERSONAL, SUMS, sides_of, statement_of
from reports.suppression.together import LEAST, hidden_together

AT_WORK = ("jobs_at_work", "jobs_maintained", "jobs_new")
# Figures that are reckoned from others, or print them beside: they go when one of those is hidden.
FOLLOWING = {
    "cost_per_job": {"grants_disbursed", "jobs_net"},
    "burn_rate": {"grants_disbursed"},
    "cofinancing_share_of_total": {"cofinancing_accepted", "grants_disbursed"},
    "cofinancing_over_grant": {"cofinancing_accepted", "grants_disbursed"},
    "cofinancing_in_kind": {"cofinancing_accepted"},
    "women_run_amount_share": {"women_run_loans_share", "loans_disbursed"},
    "write_off_ratio": {"written_off"},
    # Where nobody but persons is supported, who owns a business is who runs it.
    "women_owned_share": {"women_run_share"},
    "women_2x_share": {"women_run_share", "women_owned_share"},
    # One of the three is the sum of the others.
    **{code: set(AT_WORK) for code in AT_WORK},
    **{code: {"loans_outstanding"} for code in ("par1", "par30", "par30_rescheduled", "par90")},
}
# Shares of money that print cells of another figure.
PRINTING = {"women_run_amount_share": ("loans_disbursed", "sex")}
# Percent: whose unit brings more of an amount than this is known by the amount (rule of dominance, n = 1; the
# Handbook on Statistical Disclosure Control of Eurostat's ESSNet, 2010, chapter 4, has 75 to 85).
DOMINANT = 85
# Among whom people of sensitive groups are counted.
ALL_OF_GROUPS = "employed_persons"
# What counts the same persons, and what is smaller than the programme.
OF_EMPLOYED, UNITS = (ALL_OF_GROUPS, "direct_beneficiaries"), {"region", "window", "sector"}
# Steps of which each counts part of the one before it.
STEPS = ("applied", "eligible", "approved", "awards", "signed", "paid")
DAY = timedelta(days=1)


def for_donors(figures, *, strict=False, scope=None, earlier=(), part=False):
    """The figures of a donor's edition. `strict` (a confidential programme): every count is one of people.

    Breakdowns of shares are left out but for money by funding line; a share goes when one of its sides is small.
    scope: {"first", "last", "donor"} of the report. earlier: the Statements of published reports, the newest first.
    part: the report is of less than the programme, so that it must not say of all in it that they are of a group.
    """
    figures = [figure.but(by=_breakdowns(figure, strict=strict)) for figure in figures]
    figures = _without_units_of_one_group(_without_few_between(figures) if strict else figures)
    values, sums, small = _system(figures, strict=strict)
    kept = {(one.code,) for one in figures if not (strict or one.of_people)}
    kept |= {("in_all", *one) for one in kept}
    small |= _dominated(figures, strict=strict)
    small |= _of_one_group(figures, values) if part else set()
    hidden = hidden_cells(values, sums, small, kept)
    scope = scope or {"first": date.min + DAY, "last": date.max - DAY, "donor": ""}
    hidden = hidden_together(statement_of(figures, strict=strict, **scope), earlier, hidden, kept)
    shown = [_shown(figure, hidden, strict=strict) for figure in figures]
    return _without_followers(shown, hidden)


def _without_followers(figures, hidden):
    gone = {figure.code for figure in figures if figure.hidden}
    cells = {one[:2] for one in hidden if len(one) == 3}
    return [
        _veiled(one)
        if (one.currency and set(one.total_of) & gone)
        or FOLLOWING.get(one.code, set()) & gone
        or PRINTING.get(one.code) in cells
        else one
        for one in figures
    ]


def _dominated(figures, *, strict):
    """Ids of amounts of which one award, loan or contribution is more than DOMINANT percent."""
    found = set()
    for figure in figures:
        if figure.unit != MONEY or figure.impersonal or figure.value is None:
            continue
        rows = [((figure.code, cell.by, cell.key), cell) for cell in figure.by if strict or cell.by in PERSONAL]
        rows += [((figure.code,), figure)] if strict or figure.of_people else []
        found |= {one for one, row in rows if row.largest and row.largest * 100 > DOMINANT * row.value}
    return found


def _of_one_group(figures, values):
    """Ids of sensitive counts that hold all, nearly all or none of those that they could hold."""
    found = set()
    for figure in figures:
        if not figure.sensitive or figure.value is None:
            continue
        whole = values.get((ALL_OF_GROUPS,))
        if not figure.value or (whole is not None and whole - figure.value < LEAST):
            found.add((figure.code,))
    return found


def _breakdowns(figure, *, strict):
    if figure.impersonal:
        return figure.by
    if figure.unit == SHARE:
        return ()
    if not strict:
        return figure.by
    return tuple(cell for cell in figure.by if cell.by not in ("sector", "window", "reason", "source"))


def _without_few_between(figures):
    """No step by sex or place of which one to four of a group did not reach the next step that is told like that."""
    found = {figure.code: figure for figure in figures}
    for dim in PERSONAL:
        after = None
        for code in (one for one in reversed(STEPS) if one in found and len(found[one].cells(dim)) > 1):
            step = {cell.key: cell.value for cell in found[code].cells(dim)}
            if after is not None and any(0 < step[key] - after.get(key, 0) < LEAST for key in step):
                found[code] = found[code].but(by=tuple(cell for cell in found[code].by if cell.by != dim))
            else:
                after = step
    return list(found.values())


def _without_units_of_one_group(figures):
    """Where all employed, or nearly all, are of a sensitive group, no smaller unit tells how many it employs."""
    employed = next((one.value for one in figures if one.code == ALL_OF_GROUPS and one.value), None)
    groups = [one.value for one in figures if one.sensitive and one.value]
    if employed is None or not any(employed - number < LEAST for number in groups):
        return figures
    return [
        one.but(by=tuple(cell for cell in one.by if cell.by not in UNITS))
        if one.code in OF_EMPLOYED and one.value == employed
        else one
        for one in figures
    ]


def _behind(figure, row):
    """How many people or businesses stand behind a value."""
    return row.value if figure.unit == COUNT and row.value is not None else row.units


def _is_small(number, *, strict):
    return number < LEAST if strict else 0 < number < LEAST


def _system(figures, *, strict):
    """(values, sums, small) over totals, breakdowns and the sides of shares, with one id where two say the same."""
    values, sums, small = {}, [], set()
    for figure in figures:
        if figure.impersonal:
            continue
        if figure.unit == SHARE:
            if not figure.currency:
                _share(figure, values, sums, small, strict=strict)
            continue
        if figure.unit not in (COUNT, MONEY) or figure.value is None:
            continue
        total = (figure.code,)
        values[total] = _behind(figure, figure)
        if (strict or figure.of_people) and _is_small(values[total], strict=strict):
            small.add(total)
        for dim in figure.dims():
            _dimension(figure, dim, values, sums, small, strict=strict)
    counted = {figure.code for figure in figures if figure.unit == COUNT and (figure.code,) in values}
    parts = {total: list(found) for total, found in SUMS}
    for figure in figures:
        if figure.unit == COUNT and figure.total_of:
            parts.setdefault(figure.total_of[0], []).append(figure.code)
    for total, found in parts.items():
        ids = [(part,) for part in found if part in counted]
        if total in counted and ids and sum(values[one] for one in ids) == values[total,]:
            sums.append(((total,), ids))
    return values, sums, small


def _dimension(figure, dim, values, sums, small, *, strict):
    cells = {(figure.code, dim, cell.key): _behind(figure, cell) for cell in figure.cells(dim)}
    values.update(cells)
    if not strict and dim not in PERSONAL:
        return
    gone = {one for one, number in cells.items() if _is_small(number, strict=strict)}
    whole = values[figure.code,]
    if sum(cells.values()) == whole:
        sums.append(((figure.code,), list(cells)))
    elif gone:
        # Parts that overlap do not add up, and nobody can say what protects them: the breakdown goes.
        gone = set(cells)
    small |= gone


def _share(figure, values, sums, small, *, strict):
    if figure.numerator is None or not figure.denominator or not (strict or figure.of_people):
        return
    total, sides = sides_of(figure)
    small |= {one for one, number in sides.items() if 0 < number < LEAST}
    values.update(sides)
    whole = sum(sides.values())
    if values.get(total) != whole:
        total = (figure.code, "all")
        values[total] = whole
    sums.append((total, list(sides)))


def _shown(figure, hidden, *, strict):
    """The figure as donors see it: hidden values are None, and so are small counts of records where it is strict."""
    figure = figure.but(largest=None, by=tuple(replace(cell, largest=None) for cell in figure.by))
    cells = [cell.but_hidden() if (figure.code, cell.by, cell.key) in hidden else cell for cell in figure.by]
    # A breakdown of which nothing is left says only that there is something to hide.
    some = {cell.by for cell in cells if not cell.hidden}
    cells = tuple(cell for cell in cells if cell.by in some)
    figure = figure.but(by=cells)
    few = strict and figure.has_data and not figure.impersonal and figure.units < LEAST
    if (figure.code,) in hidden or _share_hidden(figure, hidden) or (few and figure.unit != COUNT):
        return _veiled(figure)
    if strict and not figure.impersonal and figure.records is not None and 0 < figure.records < LEAST:
        figure = figure.but(records=None)
    # What came before the period could be reckoned from the two: hidden_together says where.
    return figure.but(in_all=None) if ("in_all", figure.code) in hidden else figure


def _veiled(figure):
    """The figure with nothing but its name."""
    nothing = dict.fromkeys(("value", "numerator", "denominator", "unknown", "records", "in_all"))
    return figure.but(**nothing, units=0, by=(), hidden=True)


def _share_hidden(figure, hidden):
    if figure.unit != SHARE or figure.currency or figure.numerator is None or not figure.denominator:
        return False
    return bool(set(sides_of(figure)[1]) & hidden)
