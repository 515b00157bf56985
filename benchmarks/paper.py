"""Compiles the report of a programme and draws its PDF in a fresh process: prints seconds, seconds, MiB and pages.

python -m benchmarks.paper PROGRAMME
"""

import io
import os
import re
import sys
from importlib import import_module
from pathlib import Path

import django
import pikepdf

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

measure = import_module("benchmarks.measure")
edition = import_module("reports.edition")
render_pdf = import_module("reports.render_pdf")
models = import_module("programmes.models")
clock = import_module("programmes.clock")
loading = import_module("demo.loading")


def main(key):
    programme = models.Programme.objects.get(key=key)
    with clock.standing_at(loading.LAST_DAY):
        compiled, report = measure.seconds(lambda: edition.compile_report(programme, internal=True))
        drawn, content = measure.seconds(lambda: render_pdf.render(report))
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pages = len(pdf.pages)
    # Not ru_maxrss: a process that was started by a large one begins with that one's.
    told = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    peak = int(told[1]) / 1024
    print(compiled, drawn, peak, pages)


if __name__ == "__main__":
    main(sys.argv[1])
