"""A report as an activity of the International Aid Transparency Initiative, version 2.03."""

from reports.iati.activity import render

__all__ = ["render"]
