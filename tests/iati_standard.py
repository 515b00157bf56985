"""The standard of IATI 2.03: its schema, code lists and rules, read out of the archive of its own package."""

import json
import re
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from decimal import Decimal
from functools import cache
from pathlib import Path

import elementpath
import xmlschema

ARCHIVE = Path(__file__).resolve().parent.parent / ".venv" / "schemas" / "pyIATI-0.4.1.tar.gz"
STANDARD = "pyIATI-0.4.1/iati/resources/standard/2-03/"


def missing():
    """Why nothing can be held against the standard; "" when it is here."""
    return "" if ARCHIVE.exists() else "the schema of IATI is not here (make venv-dev fetches it)"


@cache
def _folder():
    """Where the standard was unpacked, for as long as the process lives."""
    kept = tempfile.TemporaryDirectory(prefix="iati-")
    with tarfile.open(ARCHIVE) as archive:
        wanted = [one for one in archive.getmembers() if one.name.startswith(STANDARD) and one.isfile()]
        archive.extractall(kept.name, members=wanted, filter="data")
    return kept, Path(kept.name) / STANDARD


@cache
def schema():
    """The schema of activity files."""
    return xmlschema.XMLSchema(_folder()[1] / "schemas" / "iati-activities-schema.xsd", allow="local")


@cache
def codes(name):
    """The codes of a code list, such as "TransactionType"."""
    tree = ET.parse(_folder()[1] / "codelists" / f"{name}.xml")
    return {one.text for one in tree.iter("code")}


@cache
def rules():
    """The published rules: {path: {rule: {"cases": [...]}}}."""
    return json.loads((_folder()[1] / "rulesets" / "standard_ruleset.json").read_text())


def broken_rules(root, *, now):
    """[(path, rule)] of the published rules that a file breaks on the day `now` (ISO)."""
    found = []
    for path, asked in rules().items():
        for element in elementpath.select(root, path):
            for rule, body in asked.items():
                found += [(path, rule) for case in body["cases"] if not KEPT[rule](element, case, now)]
    return found


def _values(element, path):
    """What an XPath finds under an element: texts of attributes, or elements."""
    return elementpath.select(element, path)


def _at_least_one(element, case, _now):
    return any(_values(element, path) for path in case["paths"])


def _no_more_than_one(element, case, _now):
    return sum(len(_values(element, path)) for path in case["paths"]) <= 1


def _in_order(element, case, now):
    days = [[now] if case[side] == "NOW" else _values(element, case[side]) for side in ("less", "more")]
    return not all(days) or min(days[0])[:10] <= min(days[1])[:10]


def _text(value):
    return value if isinstance(value, str) else "".join(value.itertext())


def _matches(element, case, _now):
    return all(re.fullmatch(case["regex"], _text(value)) for path in case["paths"] for value in _values(element, path))


def _sums_up(element, case, _now):
    numbers = [Decimal(value) for path in case["paths"] for value in _values(element, path)]
    return not numbers or sum(numbers) == case["sum"]


KEPT = {
    "atleast_one": _at_least_one,
    "no_more_than_one": _no_more_than_one,
    "date_order": _in_order,
    "regex_matches": _matches,
    "sum": _sums_up,
}
