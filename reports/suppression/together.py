"""What must be hidden in a report so that nothing hidden follows from it and the reports before it. Pure.

After it no hidden count is known to within less than LEAST, no hidden amount to within less than NEARLY percent of
itself, and no difference between two reports tells of one to four people. What old reports tell by themselves stays.
"""

from reports.suppression.ranges import Ranges
from reports.suppression.simplex import Contradiction
from reports.suppression.statements import Atoms, code_of, families

LEAST = 5
# Percent: an amount that is known to within less is as good as told (what the rule of dominance leaves of a cell).
NEARLY = 15
# More unknowns that hang together than this are not reckoned with while somebody waits: the oldest report is then
# taken as one whose records have changed since, which hides more and never less.
MOST_UNKNOWNS = 160


def hidden_together(statement, earlier, hidden, kept=frozenset()):
    """The ids to hide in the statement, `hidden` among them. `earlier`: published Statements, the newest first.

    `kept` ids stay whatever follows: they are totals that count no people.
    """
    hidden = set(hidden)
    for ids in families([statement, *earlier]):
        if any(one in statement.values for one in ids):
            hidden |= _of_family(statement, earlier, hidden, kept, ids)
    return hidden


def _of_family(statement, earlier, hidden, kept, ids):
    hidden = {one for one in hidden if one in set(ids)}
    if not hidden and len(earlier) == 0 and not any(one[0] == "in_all" for one in ids):
        return hidden
    agreeing, changed = _agreeing(statement, earlier, hidden, ids)
    groups = [agreeing]
    for said in changed:
        hidden |= _stays_hidden(statement, said, kept, ids)
        # What contradicts the others may still fit to this one.
        fits, _no = _agreeing(statement, [said], hidden, ids)
        groups += [fits] if fits else []
    systems = [_System(statement, group, ids) for group in groups]
    while True:
        taken = hidden | set(kept)
        try:
            choice = next(filter(None, (system.choice(hidden, taken) for system in systems)), None)
        except Contradiction:
            # The records of this report contradict themselves; then all that may be hidden is.
            return hidden | {one for one in statement.values if one in set(ids)} - set(kept)
        if choice is None:
            return hidden
        hidden.add(choice)


class _System:
    """The statement to come and those before it that fit together with it, for the ids of one family."""

    def __init__(self, statement, earlier, ids):
        self.statement, self.earlier = statement, earlier
        self.atoms = Atoms([statement, *earlier], ids)
        told = _open(self.atoms, earlier, _wanted(self.atoms, earlier, None)) if earlier else []
        self.known_before = {frozenset(wanted.items()) for _one, wanted, _kind in told}

    def choice(self, hidden, taken):
        """What to hide next, or None when nothing follows that could still be helped."""
        said = self.statement.without(hidden)
        wanted = _wanted(self.atoms, self.earlier, said)
        found = _open(self.atoms, [said, *self.earlier], wanted, first=self.known_before)
        return next(filter(None, (_choice(one, self.statement, taken, self.atoms) for one, *_ in found)), None)


def _agreeing(statement, earlier, hidden, ids):
    """(earlier statements that fit together with this one, those that do not: their records have changed since)."""
    fit, changed = [], []
    for said in earlier:
        if not any(one in said.values for one in ids):
            continue
        try:
            atoms = Atoms([statement, *fit, said], ids)
            Ranges(atoms.equations([statement, *fit, said]))
            hard = Ranges(atoms.equations([statement.without(hidden), *fit, said])).largest > MOST_UNKNOWNS
        except Contradiction:
            hard = True
        (changed if hard else fit).append(said)
    return fit, changed


def _stays_hidden(statement, said, kept, ids):
    """What a report whose records changed since still binds: what it hid stays hidden, and nobody sees who came."""
    found = set()
    if not said.meets(statement):
        return found
    of_all = (said.first, said.last, said.donor) == (statement.first, statement.last, statement.donor)
    for one in ids:
        number = statement.values.get(one)
        if one in kept or number is None or one[0] == "in_all":
            continue
        before = said.values.get(one)
        breakdown = len(one) == 3
        gone = breakdown and (one[0],) in said.values and one[:2] not in said.told and one not in said.values
        few = of_all and breakdown and before is not None and 0 < abs(before - number) < LEAST
        if gone or few or (one in said.values and before is None):
            found.add(one)
    return found


def _wanted(atoms, earlier, said):
    """[(id, {atom: factor}, kind)] that nobody may learn: "count" and "amount" are hidden, "few" are differences."""
    found = []
    statements = [said, *earlier] if said else earlier
    for one_said in statements:
        for one in sorted(one_said.hidden & atoms.ids | atoms.left_out(one_said), key=str):
            if one[0] != "in_all":
                found.append((one, atoms.of(one_said, one), "amount" if code_of(one) in one_said.money else "count"))
    people = sorted(set().union(*(one.people for one in statements)) & atoms.ids, key=str)
    printed = {
        frozenset(atoms.of(one_said, one).items())
        for one_said in statements
        for one in people
        if one_said.values.get(one) is not None
    }
    for one in people:
        rows = [atoms.spread(one, [place]) for place in atoms.places(statements, *one[:2])]
        if said and one in said.values:
            mine = atoms.of(said, one)
            rows += [_less(mine, atoms.of(other, one)) for other in earlier if one in other.values]
        found += [(one, row, "few") for row in rows if row and frozenset(row.items()) not in printed]
    return found


def _less(mine, other):
    """The atoms of the one that are not of the other, when one of the two holds the other; else nothing."""
    small, large = sorted((mine, other), key=len)
    return {atom: factor for atom, factor in large.items() if atom not in small} if set(small) <= set(large) else {}


def _open(atoms, statements, wanted, first=frozenset()):
    """Yield those of `wanted` that follow too closely from the statements, but for what `first` names."""
    ranges = Ranges(atoms.equations(statements))
    for one, row, kind in wanted:
        if frozenset(row.items()) in first or _is_wide(ranges.seen(row), kind):
            continue
        if _follows(*ranges.of(row), kind):
            yield one, row, kind


def _follows(low, high, kind):
    """Whether a range from `low` to `high` says too much."""
    if low is None or high is None:
        return False
    if kind == "few":
        return high > 0 and low < LEAST and high - low < LEAST
    if kind == "amount":
        return (high - low) * 100 < NEARLY * max(high, 1)
    return high - low < LEAST


def _is_wide(seen, kind):
    """Whether a range that reaches at least so far cannot say too much, however much further it goes."""
    if seen is None:
        return False
    low, high = seen
    if kind == "few":
        # From nine on, either the range is five wide or it begins at five.
        return high >= 2 * LEAST - 1 or high - low >= LEAST
    return not _follows(low, high, kind)


def _choice(one, statement, taken, atoms):
    """What to hide next so that `one` no longer follows; None when there is nothing left that could help."""

    def free(candidates):
        return [found for found in candidates if statement.values.get(found) is not None and found not in taken]

    total = (one[0],)
    in_all = ("in_all", one[0])
    if len(one) == 1 and free([in_all]):
        return in_all
    if free([one]):
        return one
    rank = {found: (not number, number or 0, str(found)) for found, number in statement.values.items()}
    cells = sorted(free(found for found in atoms.ids if len(found) == 3), key=rank.get)
    same = [found for found in cells if found[:2] == one[:2]]
    near = [found for found in cells if found[0] == one[0]]
    others = sorted(free(found for found in atoms.ids if len(found) == 1 and found != total), key=rank.get)
    return next(iter([*same, *free([total]), *near, *free([in_all]), *others, *cells]), None)
