"""The records behind a figure: their primary keys as one text, packed once, hashed, and proved again."""

import hashlib
import zlib
from dataclasses import dataclass
from functools import cached_property

from applicants.figures import Named


@dataclass(frozen=True)
class Records:
    """`text`: a line for each kind in order, "grants.award:3,4,9", numbers rising. No records: the empty text."""

    text: str

    @cached_property
    def sha256(self):
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def keys(self):
        """{"grants.award": (3, 4, 9)}"""
        lines = (line.partition(":") for line in self.text.split("\n") if line)
        return {kind: tuple(int(key) for key in keys.split(",")) for kind, _colon, keys in lines}

    @property
    def count(self):
        return sum(len(keys) for keys in self.keys.values())

    def packed(self):
        return zlib.compress(self.text.encode(), 9)


def records_of(tally):
    """The Records behind a tally; None where nobody may list them (reading them is what costs)."""
    if not tally.behind:
        return None
    found = {}
    for rows in tally.behind:
        if isinstance(rows, Named):
            model, keys = rows
        else:
            model, keys = rows.model, rows.order_by().values_list("pk", flat=True)
        found.setdefault(model._meta.label_lower, set()).update(keys)
    return of_keys(found)


def of_keys(found):
    """The Records of {kind: keys}."""
    lines = (f"{kind}:{','.join(map(str, sorted(keys)))}" for kind, keys in sorted(found.items()) if keys)
    return Records("\n".join(lines))


def unpacked(record_set):
    """The Records of a stored RecordSet. ValueError when its bytes are not a packed text."""
    try:
        return Records(zlib.decompress(bytes(record_set.packed)).decode())
    except (zlib.error, UnicodeDecodeError) as broken:
        raise ValueError("the packed records cannot be read") from broken
