"""The activity: who does it with whose money, where, when; budgets, transactions, results. Made of the report alone."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import Blocked
from ledger.money import split
from pages.paper_language import ENGLISH
from reports import open_data as money
from reports.iati import results
from reports.iati.elements import add, told, valued
from reports.iati.rules import faults

VERSION = "2.03"
# Code lists: FinanceType, FlowType (ODA), AidType (project), TiedStatus (untied).
STANDARD_GRANT, STANDARD_LOAN = "110", "421"
ODA, PROJECT, UNTIED = "10", "C01", "5"
FUNDING, ACCOUNTABLE, EXTENDING, IMPLEMENTING = "1", "2", "3", "4"
IN_COUNTRY = "72"  # OrganisationType: private sector in the country that receives the aid.
OUR_LOANS = (money.COMMITTED_LOAN, money.LOAN, money.REPAID, money.INTEREST, money.FEES, money.RECOVERED)
# TransactionType of each kind of money.
TYPES = {
    money.INCOMING: "1",
    money.OWN: "1",
    money.COMMITTED: "2",
    money.COMMITTED_LOAN: "2",
    money.GRANT: "3",
    money.LOAN: "3",
    money.COST: "4",
    money.INTEREST: "5",
    money.FEES: "5",
    money.REPAID: "6",
    money.RECOVERED: "6",
}


def render(report):
    """The activity file as bytes. Raises Blocked when something is missing that it must say."""
    _ask(report)
    # An Issue is frozen in English, and so the words around it are English too.
    with translation.override(ENGLISH):
        return _rendered(report)


def _rendered(report):
    root = ET.Element("iati-activities", {"version": VERSION, "generated-datetime": _moment(report)})
    _activity(root, report)
    found = faults(root, today=_known_on(report))
    if found:
        raise Blocked(_("The activity breaks rules of IATI: %(faults)s") % {"faults": "; ".join(found)})
    ET.indent(root, " ")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _ask(report):
    said = report.open_data
    if said is None:
        raise Blocked(
            gettext_lazy("This report is live, or older than open data here. Publish one, or a correction of it.")
        )
    if not said.org:
        raise Blocked(
            gettext_lazy(
                "The office's IATI identifier was missing when the report was made: set SEEDBED_IATI_ORG, then make it."
            )
        )
    if not said.sectors:
        raise Blocked(
            gettext_lazy(
                "The DAC sectors were missing when the report was made: enter them in the set-up of the programme."
            )
        )


def _known_on(report):
    return max(report.published_on or report.period_to, report.period_to)


def _moment(report):
    return report.cut_off or f"{_known_on(report).isoformat()}T00:00:00Z"


def _activity(root, report):
    """Its parts in the order of the schema."""
    said = report.open_data
    activity = add(
        root,
        "iati-activity",
        last_updated_datetime=_moment(report),
        default_currency=report.currency,
    )
    activity.set("{http://www.w3.org/XML/1998/namespace}lang", ENGLISH)
    add(activity, "iati-identifier").text = "-".join(filter(None, [said.org, report.key, said.donor]))
    told(activity, "reporting-org", said.org_name, ref=said.org, type=said.org_type)
    told(activity, "title", report.name)
    told(activity, "description", _description(report), type="1")
    _participants(activity, said)
    _course(activity, report, said)
    # KOSOVO is in IATI's list of countries, as XK.
    told(activity, "recipient-country", report.place, code=said.country, percentage="100")
    for region in said.regions:
        told(add(activity, "location"), "name", region)
    for code, points in said.sectors:
        add(activity, "sector", vocabulary="1", code=code, percentage=f"{points // 100}.{points % 100:02d}")
    lends = any(flow.kind in OUR_LOANS for flow in said.flows)
    gives = any(flow.kind == money.GRANT for flow in said.flows)
    add(activity, "default-flow-type", code=ODA)
    add(activity, "default-finance-type", code=STANDARD_LOAN if lends and not gives else STANDARD_GRANT)
    add(activity, "default-aid-type", code=PROJECT, vocabulary="1")
    add(activity, "default-tied-status", code=UNTIED)
    for line in said.lines:
        _budgets(activity, line, said, report)
    for flow in said.flows:
        _transaction(activity, flow, said)
    results.add_results(activity, report)


def _description(report):
    summary = next((one.text for one in report.passages if one.box == "summary" and one.text), "")
    said = summary or _("%(name)s, %(place)s. Financed by: %(donors)s.") % {
        "name": report.name,
        "place": report.place,
        "donors": ", ".join(report.donors),
    }
    if report.illustrative:
        said = f"{said} {_('Illustrative: the figures of this programme are plausible, not published.')}"
    return f"{said} {report.footnote}".strip()


def _participants(activity, said):
    for donor, ref in dict.fromkeys((line.donor, line.donor_ref) for line in said.lines):
        told(activity, "participating-org", donor, ref=ref, role=FUNDING)
    for role in (ACCOUNTABLE, EXTENDING, IMPLEMENTING):
        told(activity, "participating-org", said.org_name, ref=said.org, type=said.org_type, role=role)


def _course(activity, report, said):
    ended = bool(said.ends_on) and date.fromisoformat(said.ends_on) <= report.period_to
    add(activity, "activity-status", code="3" if ended else "2")
    add(activity, "activity-date", type="1", iso_date=said.starts_on)
    if date.fromisoformat(said.starts_on) <= report.period_to:
        add(activity, "activity-date", type="2", iso_date=said.starts_on)
    if said.ends_on:
        add(activity, "activity-date", type="3", iso_date=said.ends_on)
    if ended:
        add(activity, "activity-date", type="4", iso_date=said.ends_on)


# Money ----------------------------------------------------------------------------------------------------------------


def _budgets(activity, line, said, report):
    """The ceiling of a line by calendar year: no budget may be longer. Its days share it, the last part the rest."""
    if not line.ceiling:
        return
    start = date.fromisoformat(line.starts_on)
    named = line.ends_on or said.ends_on
    end = date.fromisoformat(named) if named else max(report.period_to, start)
    years = list(_years(start, max(end, start)))
    parts = split(line.ceiling, [(last - first).days + 1 for first, last in years])
    for (first, last), part in zip(years, parts, strict=True):
        budget = add(activity, "budget", type="1", status="2")
        add(budget, "period-start", iso_date=first)
        add(budget, "period-end", iso_date=last)
        valued(budget, part, line.currency, first)


def _years(start, end):
    while start <= end:
        last = min(end, date(start.year, 12, 31))
        yield start, last
        start = last + timedelta(days=1)


def _transaction(activity, flow, said):
    made = add(activity, "transaction")
    add(made, "transaction-type", code=TYPES[flow.kind])
    add(made, "transaction-date", iso_date=flow.on)
    valued(made, flow.amount, flow.currency, flow.on)
    told(made, "description", f"{WORDS[flow.kind]()}: {flow.line}" if flow.line else WORDS[flow.kind]())
    provider, receiver = _sides(flow, said)
    for tag, (name, ref, kind) in (("provider-org", provider), ("receiver-org", receiver)):
        told(made, tag, name, ref=ref, type=kind)
    add(made, "flow-type", code=ODA)
    add(made, "finance-type", code=STANDARD_LOAN if flow.kind in OUR_LOANS else STANDARD_GRANT)


WORDS = {
    money.INCOMING: lambda: _("Received from the donor, less what was returned"),
    money.OWN: lambda: _("Co-financing of the grantees, accepted on evidence; it is no cash of the programme"),
    money.COMMITTED: lambda: _("Grants promised by decisions and contracts and not released"),
    money.COMMITTED_LOAN: lambda: _("Loans promised by decisions and contracts and not released"),
    money.GRANT: lambda: _("Grants paid, less what came back"),
    money.LOAN: lambda: _("Loans paid out"),
    money.COST: lambda: _("Bank charges and costs"),
    money.INTEREST: lambda: _("Interest received"),
    money.FEES: lambda: _("Fees and penalties received"),
    money.REPAID: lambda: _("Principal repaid"),
    money.RECOVERED: lambda: _("Received after write-off"),
}


def _sides(flow, said):
    """(name, identifier, type) of who gives and of who gets. People are never one by one."""
    office = (said.org_name, said.org, said.org_type)
    grantees, borrowers = (_("Grantees"), "", IN_COUNTRY), (_("Borrowers"), "", IN_COUNTRY)
    if flow.kind == money.INCOMING:
        donors = [line for line in said.lines if line.name == flow.line or not flow.line]
        known = {(line.donor, line.donor_ref) for line in donors}
        return (*known.pop(), "") if len(known) == 1 else (_("Donors"), "", ""), office
    if flow.kind == money.OWN:
        return grantees, office
    if flow.kind in (money.REPAID, money.INTEREST, money.FEES, money.RECOVERED):
        return borrowers, office
    if flow.kind == money.COST:
        return office, (_("Banks and suppliers"), "", IN_COUNTRY)
    return office, borrowers if flow.kind in OUR_LOANS else grantees
