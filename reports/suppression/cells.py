"""Small cells: what a donor may not see, and what must go with it so that nobody can work it out. Pure.

A cell of fewer than five people (or businesses) is hidden. Where a total and its parts are shown, a hidden part could
be reckoned from the others: so parts are hidden until the hidden ones could each still be five or more apart.
"""

from fractions import Fraction

from reports.suppression.together import LEAST


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
