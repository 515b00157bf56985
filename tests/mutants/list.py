"""The guards whose loss a test must notice. Each mutant takes one of them away."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """`old` in `file` becomes `new`; then one of `tests` (node ids of pytest) must turn red.

    `old` must occur exactly once. A mutant on `postgresql` is one that SQLite cannot show, for example a lost lock.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    postgresql: bool = False


MUTANTS: list[Mutant] = []
