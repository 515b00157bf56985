"""Computes all figures of a programme in a fresh process: prints its peak MiB before them and after.

python -m benchmarks.figures_alone PROGRAMME
"""

import os
import re
import sys
from importlib import import_module
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

ground = import_module("benchmarks.ground")
models = import_module("programmes.models")
clock = import_module("programmes.clock")
indicators = import_module("reports.indicators")


def peak():
    # Not ru_maxrss: a process that was started by a large one begins with that one's.
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024


def main(key):
    programme = models.Programme.objects.get(key=key)
    before = peak()
    with clock.standing_at(ground.DAY):
        indicators.figures(programme)
    print(before, peak())


if __name__ == "__main__":
    main(sys.argv[1])
