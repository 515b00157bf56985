"""Small cells: what a donor may not see, and what must go with it so that nobody can work it out. Pure.

A cell of fewer than five people (or businesses) is hidden. Where a total and its parts are shown, a hidden part could
be reckoned from the others: so parts are hidden until the hidden ones could each still be five or more apart.
"""

from fractions import Fraction

from reports.figure import COUNT, MONEY, SHARE

LEAST = 5
# Dimensions that say who somebody is or where. Time, line and source of money say nothing about a person.
PERSONAL = {"sex", "age", "region", "sector", "window", "cycle", "reason"}
# Totals that are the sum of others: (total, parts). Figures with `total_of` are parts of that figure, too.
SUMS = (("trained_started", ("trained_completed", "trained_dropped_out")), ("jobs_created", ("jobs_net", "jobs_lost")))


def hidden_cells(values, sums, small, kept=frozenset()):
    """The ids to hide: `small` ones and those that protect them.

    values: {id: count of at least zero}; sums: [(total id, part ids)] that add up; small: ids that must go. After it no
    hidden value is determined by the shown ones, and none is known to within less than LEAST. But `kept` ids stay: they
    are totals that count no people.
    """
    hidden = set(small) & set(values)
    sums = [(total, list(parts)) for total, parts in sums]
    while True:
        open_ = [one for one in sums if not _protected(one, values, hidden)]
        if not open_:
            exposed = _exposed(sums, hidden)
            open_ = [one for one in sums if exposed & {one[0], *one[1]}]
        choice = next(filter(None, (_choice(one, values, hidden | kept) for one in open_)), None)
        if choice is None:
            return hidden
        hidden.add(choice)


def _choice(one, values, taken):
    """What to hide next of a sum: its smallest shown part that is not zero, then a zero, then the total."""
    total, parts = one
    shown = sorted((part for part in parts if part not in taken), key=lambda part: (not values[part], values[part]))
    return next(iter(shown), None) or (total if total not in taken else None)


def _protected(one, values, hidden):
    """Whether the hidden parts of a shown total are two or more and together at least LEAST."""
    total, parts = one
    gone = [part for part in parts if part in hidden]
    if not gone:
        # A hidden total of shown parts is no secret.
        return total not in hidden or not parts
    if total in hidden:
        return True
    return len(gone) > 1 and sum(values[part] for part in gone) >= LEAST


def _exposed(sums, hidden):
    """Hidden ids whose value follows from the shown ones through several sums together, by elimination."""
    unknown = sorted(hidden, key=str)
    place = {one: number for number, one in enumerate(unknown)}
    rows = []
    for total, parts in sums:
        row = [Fraction(0)] * len(unknown)
        for one, sign in ((total, -1), *((part, 1) for part in parts)):
            if one in place:
                row[place[one]] += sign
        if any(row):
            rows.append(row)
    rank = 0
    for column in range(len(unknown)):
        pivot = next((number for number in range(rank, len(rows)) if rows[number][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        scale = rows[rank][column]
        rows[rank] = [number / scale for number in rows[rank]]
        for other in range(len(rows)):
            if other != rank and rows[other][column]:
                factor = rows[other][column]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[rank], strict=True)]
        rank += 1
    return {unknown[row.index(1)] for row in rows[:rank] if sum(bool(number) for number in row) == 1}


# On figures ----------------------------------------------------------------------------------------------------------


def for_donors(figures, *, strict=False):
    """The figures of a donor's edition. `strict` (a confidential programme): every count is one of people.

    Breakdowns of shares are left out but for money by funding line; a share goes when one of its sides is small.
    """
    figures = [figure.but(by=_breakdowns(figure, strict=strict)) for figure in figures]
    values, sums, small = _system(figures, strict=strict)
    kept = {(one.code,) for one in figures if not (strict or one.of_people)}
    hidden = hidden_cells(values, sums, small, kept)
    shown = [_shown(figure, hidden, strict=strict) for figure in figures]
    gone = {figure.code for figure in shown if figure.hidden}
    return [_veiled(one) if one.currency and set(one.total_of) & gone else one for one in shown]


def _breakdowns(figure, *, strict):
    if figure.impersonal:
        return figure.by
    if figure.unit == SHARE:
        return ()
    if not strict:
        return figure.by
    return tuple(cell for cell in figure.by if cell.by not in ("sector", "window", "reason", "source"))


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


def _sides(figure):
    """(total id, {side id: number}): both sides of a share of people or things, and those of whom nothing is known."""
    numbers = (figure.numerator, figure.denominator - figure.numerator, figure.unknown or 0)
    code, dim = figure.total_of or (figure.code, "side")
    keys = ("female", "male", "unknown") if dim == "sex" else ("numerator", "rest", "unknown")
    return (code,), {(code, dim, key): number for key, number in zip(keys, numbers, strict=True)}


def _share(figure, values, sums, small, *, strict):
    if figure.numerator is None or not figure.denominator or not (strict or figure.of_people):
        return
    total, sides = _sides(figure)
    small |= {one for one, number in sides.items() if 0 < number < LEAST}
    values.update(sides)
    whole = sum(sides.values())
    if values.get(total) != whole:
        total = (figure.code, "all")
        values[total] = whole
    sums.append((total, list(sides)))


def _shown(figure, hidden, *, strict):
    """The figure as donors see it: hidden values are None, and so are small counts of records where it is strict."""
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
    if figure.unit == COUNT and (strict or figure.of_people) and figure.in_all and figure.value is not None:
        # What came before the period could be reckoned from the two.
        earlier = figure.in_all - figure.value
        figure = figure.but(in_all=None) if 0 < earlier < LEAST else figure
    return figure


def _veiled(figure):
    """The figure with nothing but its name."""
    nothing = dict.fromkeys(("value", "numerator", "denominator", "unknown", "records", "in_all"))
    return figure.but(**nothing, units=0, by=(), hidden=True)


def _share_hidden(figure, hidden):
    if figure.unit != SHARE or figure.currency or figure.numerator is None or not figure.denominator:
        return False
    return bool(set(_sides(figure)[1]) & hidden)
