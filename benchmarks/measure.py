"""How a figure is taken: several times, interleaved with its floor, the range kept, the ratio made pair by pair."""

import json
import os
import platform
import sqlite3
import statistics
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import django


@dataclass
class Figure:
    """One row of the result. `values` and `floor` are in `unit`; `ratio` is ours over the floor, median of pairs."""

    name: str
    unit: str
    target: str
    values: list = field(default_factory=list)
    floor: list = field(default_factory=list)
    floor_name: str = ""
    note: str = ""
    met: bool | None = None

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def ratio(self):
        if not self.floor:
            return None
        return statistics.median(ours / base for ours, base in zip(self.values, self.floor, strict=True))

    def line(self):
        spread = f"{min(self.values):.4g} .. {max(self.values):.4g}" if len(self.values) > 1 else ""
        beside = f"  x{self.ratio:.2f} of {self.floor_name}" if self.ratio is not None else ""
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        return f"{self.name:<44} {self.median:>10.4g} {self.unit:<8} {spread:<24}{beside}  [{self.target}] {verdict}"


def seconds(function):
    """(seconds, result) of one call."""
    started = time.perf_counter()
    result = function()
    return time.perf_counter() - started, result


def interleaved(ours, floor, times):
    """Seconds of both, A B A B; the answers of the last pair are returned for comparison."""
    a, b = [], []
    for _turn in range(times):
        taken, answer = seconds(ours)
        a.append(taken)
        taken, base = seconds(floor)
        b.append(taken)
    return a, b, answer, base


def machine():
    return {
        "python": platform.python_version(),
        "django": django.get_version(),
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "machine": platform.machine(),
    }


def write(figures, path):
    """Keep the figures as JSON beside the machine that gave them."""
    rows = [{**asdict(figure), "median": figure.median, "ratio": figure.ratio} for figure in figures]
    Path(path).write_text(json.dumps({"machine": machine(), "figures": rows}, indent=1, default=str))
