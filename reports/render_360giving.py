"""The single grants of a report as 360Giving data, version 1.4: individuals stand there without name and place."""

import json

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Blocked
from ledger.money import to_major
from pages.paper_language import ENGLISH
from reports.annexes import GRANTS, INDIVIDUAL

VERSION = "1.4"
# Kosovo has no code in the list of countries of the standard: its place stands there by name.
NOT_IN_LIST = ("XK",)


def render(report):
    """JSON as bytes. Raises Blocked for a confidential programme, for one without grants, and without publisher."""
    _ask(report)
    with translation.override(ENGLISH):
        return (json.dumps(as_data(report), ensure_ascii=False, indent=1) + "\n").encode()


def _ask(report):
    if report.confidential:
        raise Blocked(gettext_lazy("Single grants of this programme are published nowhere: who is in it is a secret."))
    if report.open_data is None or GRANTS not in report.lists:
        raise Blocked(
            gettext_lazy("This report has no grants to publish, is live, or was made before open data was part of it.")
        )
    if not report.open_data.org or not report.open_data.giving_prefix:
        raise Blocked(
            gettext_lazy("Set SEEDBED_IATI_ORG and SEEDBED_360G_PREFIX: without them nobody knows who publishes.")
        )


def as_data(report):
    """The package: a dict as the standard lays it out. Amounts are numbers in major units."""
    said = report.open_data
    issued = (report.published_on or report.period_to).isoformat()
    return {
        "version": VERSION,
        "title": report.title or report.name,
        "description": _description(report),
        "identifier": report.reference or report.file_name,
        "issued": issued,
        "publisher": {"name": said.org_name, "identifier": said.org},
        **({"license": said.licence} if said.licence else {}),
        "grants": [_grant(row, report, issued) for row in report.lists[GRANTS]],
    }


def _description(report):
    said = _(
        "Grants of %(name)s, %(place)s. Individuals are not named; where fewer than five got one, they are left out."
    )
    words = said % {"name": report.name, "place": report.place}
    if report.illustrative:
        words = f"{words} {_('Illustrative: the figures of this programme are plausible, not published.')}"
    return f"{words} {report.footnote}".strip()


def _grant(row, report, issued):
    said = report.open_data
    number = f"{said.giving_prefix}-{row['id']}"
    made = {
        "id": number,
        "title": f"{row['call']}: {row['window']}",
        "description": _("Grant of %(programme)s in the window %(window)s.")
        % {"programme": report.name, "window": row["window"]},
        "currency": row["currency"],
        "amountAwarded": _major(row["amount"], row["currency"]),
        "amountDisbursed": _major(row["paid"], row["currency"]),
        "awardDate": row["awarded_on"],
        "fundingOrganization": [{"id": said.org, "name": said.org_name}],
        "grantProgramme": [{"code": row["window_code"], "title": row["window"]}],
        "dataSource": report.reference or report.file_name,
        "dateModified": report.cut_off or f"{issued}T00:00:00Z",
    }
    if row["starts_on"] and row["ends_on"] >= row["starts_on"]:
        made["plannedDates"] = [{"startDate": row["starts_on"], "endDate": row["ends_on"]}]
    recipient = f"{said.giving_prefix}-{row['recipient']}"
    if row["kind"] == INDIVIDUAL:
        made["recipientIndividual"] = {"id": recipient, "name": _("Individual recipient")}
        return made
    made["recipientOrganization"] = [{"id": recipient, "name": row["name"] or _("Enterprise, not named")}]
    place = _place(row, said)
    if place:
        made["beneficiaryLocation"] = [place]
    return made


def _place(row, said):
    place = {"name": row["region"]} if row["region"] else {}
    if said.country not in NOT_IN_LIST:
        place["countryCode"] = said.country
    return place


def _major(minor, currency):
    """A JSON number of major units: whole where it is whole, else with the digits of the currency and no more."""
    major = to_major(minor, currency)
    return int(major) if major == major.to_integral_value() else float(major)
