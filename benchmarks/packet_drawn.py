"""One drawing of a packet, or of its floor, in a process of its own.

python -m benchmarks.packet_drawn SESSION MEMBER ours|floor

It prints seconds, seconds of the processor, peak MiB, pages, bytes.
"""

import io
import os
import re
import sys
import time
from importlib import import_module
from pathlib import Path

import django
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
KEPT = Path(os.environ["SEEDBED_VAR"]) / "packet.pdf"
FONT = Path(__file__).resolve().parents[1] / "static" / "vendor" / "dejavu" / "DejaVuSans.ttf"


class Clocks:
    """The clock on the wall and the one of the processor: on a busy machine they differ."""

    def __init__(self):
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def read(self):
        return time.perf_counter() - self._wall, time.process_time() - self._processor


def peak_mib():
    """The most memory of this process since it began. What getrusage tells includes the process that started it."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024


def ours(session, member):
    django.setup()
    accounts, models = import_module("accounts.models"), import_module("selection.models")
    clock, printed = import_module("programmes.clock"), import_module("selection.printed")
    packet, ground = import_module("selection.papers.packet"), import_module("benchmarks.ground")
    user = accounts.User.objects.get(email=member)
    row = models.Session.objects.select_related("programme", "committee", "call").get(ref=session)
    with clock.standing_at(ground.DAY):
        clocks = Clocks()
        content = packet.packet_paper(printed.printed_packet(row, user), ground.DAY)
        taken = clocks.read()
    KEPT.write_bytes(content)
    return taken, content


def floor(_session, _member):
    """The words and photos of the packet that was kept, set by hand."""
    reader = PdfReader(KEPT)
    pages = [(page.extract_text().splitlines(), [image.data for image in page.images]) for page in reader.pages]
    clocks = Clocks()
    pdfmetrics.registerFont(TTFont("DejaVuSans", str(FONT)))
    kept = io.BytesIO()
    page = canvas.Canvas(kept, pagesize=A4)
    for lines, photos in pages:
        page.setFont("DejaVuSans", 8.5)
        for number, line in enumerate(lines):
            page.drawString(56, A4[1] - 60 - 11 * number, line)
        for number, photo in enumerate(photos):
            page.drawImage(ImageReader(io.BytesIO(photo)), 56 + 160 * number, 80, 150, 112)
        page.showPage()
    page.save()
    return clocks.read(), kept.getvalue()


def main(session, member, what):
    (wall, processor), content = {"ours": ours, "floor": floor}[what](session, member)
    print(wall, processor, peak_mib(), len(PdfReader(io.BytesIO(content)).pages), len(content))


if __name__ == "__main__":
    main(*sys.argv[1:])
