"""A tagged, archivable paper of fifty pages, beside the same paragraphs and tables by ReportLab without any tags."""

import io

import pikepdf

from benchmarks.measure import Figure, interleaved
from pages.paper import paper, table, text
from reports.tagged import Story, tagged_paper

TIMES = 5
HEAD = ["No.", "Figure", "Target", "In all", "Records"]
WIDTHS = [16, 60, 34, 30, 22]
NUMBERS = (2, 3, 4)
# As many as fill a page.
ROWS = 31
SAID = "Persons who completed a training other than an orientation, each once, by the day of the record."


def run(quick):
    parts = 4 if quick else 50
    ours, floor, tagged, plain = interleaved(lambda: _tagged(parts), lambda: _plain(parts), TIMES)
    with pikepdf.open(io.BytesIO(tagged)) as one, pikepdf.open(io.BytesIO(plain)) as other:
        pages, others = len(one.pages), len(other.pages)
    if pages != others:
        raise AssertionError(f"the papers differ: {pages} and {others} pages")
    figure = Figure(
        name=f"tagged paper of {pages} pages",
        unit="s",
        target="within 2x ReportLab without tags",
        values=ours,
        floor=floor,
        floor_name="ReportLab without tags",
        note=f"{len(tagged) / 1024:.0f} KiB with the structure, {len(plain) / 1024:.0f} KiB without",
    )
    figure.met = figure.ratio <= 2
    return [figure]


def _rows(part):
    return [
        [f"{part}.{row}", f"Figure {row} of part {part}", "more than 1,700", f"{row * 977:,}", row]
        for row in range(ROWS)
    ]


def _tagged(parts):
    story = Story("en")
    story.heading(1, "Report")
    for part in range(parts):
        story.heading(2, f"Part {part}")
        for _line in range(3):
            story.text(SAID)
        story.table(_rows(part), WIDTHS, head=HEAD, numbers=NUMBERS)
    return tagged_paper("Report", story)


def _plain(parts):
    story = [text("Report", "title")]
    for part in range(parts):
        story.append(text(f"Part {part}", "h2"))
        story += [text(SAID) for _line in range(3)]
        story.append(table(_rows(part), WIDTHS, head=HEAD, numbers=NUMBERS))
    return paper("Report", story)
