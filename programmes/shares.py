"""How the money of a window is shared by its funding lines: pure arithmetic in whole minor units, and who shares.

A window without shares has one line, its own, with the whole weight.
"""

from ledger.money import split

WHOLE = 10_000  # basis points


def split_within(total, weights, least=None, most=None):
    """`total` minor units by `weights` as ledger.money.split does, no part under its `least` or over its `most`.

    What does not fit goes to the last part that has room. The parts add up to the whole. Raises ValueError when the
    bounds leave no such parts.
    """
    least = [0] * len(weights) if least is None else least
    most = [total] * len(weights) if most is None else most
    parts = [min(max(part, low), high) for part, low, high in zip(split(total, weights), least, most, strict=True)]
    rest = total - sum(parts)
    for at in reversed(range(len(parts))):
        given = min(rest, most[at] - parts[at]) if rest > 0 else max(rest, least[at] - parts[at])
        parts[at] += given
        rest -= given
    if rest:
        raise ValueError(f"{total} does not fit between {least} and {most}")
    return parts


def next_parts(amount, weights, taken, most):
    """The parts of the next `amount` when `taken` went before: what is taken then is the split of all of it.

    So the parts of several tranches add up, line by line, to the split of their total.
    """
    reached = split_within(sum(taken) + amount, weights, taken, most)
    return [after - before for after, before in zip(reached, taken, strict=True)]


def weights_of(window):
    """{FundingLine: basis points} of a window, in the order in which they were set up."""
    return {share.line: share.weight for share in window.shares.all()} or {window.line: WHOLE}


def parts_of(window, amount):
    """{FundingLine: minor units} of an amount in this window. A line that would get nothing is left out."""
    weights = weights_of(window)
    parts = split_within(amount, list(weights.values()))
    return {line: part for line, part in zip(weights, parts, strict=True) if part}
