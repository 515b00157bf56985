"""Every figure, named and defined once: what it is called, what it counts, by which arithmetic, from which records.

A change of what a figure counts is a new `version` here; what a programme may choose (direct beneficiaries, who runs a
business, a full-time week) is its own dated Definition, and the figure names that version.
"""

from reports.indicators.collect import asks, figures, figures_with_tallies, indicators_of, is_whole, scope_of
from reports.indicators.kinds import SECTIONS, Indicator
from reports.indicators.registry import BY_CODE, INDICATORS

__all__ = [
    "BY_CODE",
    "INDICATORS",
    "SECTIONS",
    "Indicator",
    "asks",
    "figures",
    "figures_with_tallies",
    "indicators_of",
    "is_whole",
    "scope_of",
]
