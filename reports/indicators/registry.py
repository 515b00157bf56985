"""Every indicator in the order of the report, and those that a programme names itself."""

from django.utils.translation import gettext_lazy as _

from grants import figures as grants
from monitoring import figures as monitoring
from reports.figure import COUNT
from reports.indicators.kinds import Indicator, read
from reports.indicators.money import GRANTS, LOANS, PLAN, PORTFOLIO
from reports.indicators.results import GAINING, INCOME, JOBS
from reports.indicators.standards import DECISION, SECOND
from reports.indicators.way import WAY

INDICATORS = (*WAY, *GRANTS, *LOANS, *PORTFOLIO, *PLAN, *GAINING, *JOBS, *INCOME)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}


def of_window(code, names):
    """The figure that counts the awards of windows with this `figure_code`."""
    return Indicator(
        code,
        "grants",
        _("Grants awarded: %(windows)s") % {"windows": ", ".join(names)},
        COUNT,
        _("Awards approved and not cancelled in the window: %(windows)s.") % {"windows": ", ".join(names)},
        read(grants.awards_of, code),
        total_of=("awards", ""),
        proved_by=DECISION,
    )


def of_groups(code, groups):
    """The figure that counts the employed of target groups with this `figure_code`. It is broken down by nothing."""
    return Indicator(
        code,
        "people",
        _("Employed: %(groups)s") % {"groups": ", ".join(group.name for group in groups)},
        COUNT,
        _("Persons confirmed to belong to one of these groups with verified work, each once; groups are never listed."),
        read(monitoring.employed_of_groups, tuple(groups)),
        of_people=True,
        proved_by=SECOND,
        sensitive=True,
    )
