"""EU-Beautiful Kosovo: community works of municipalities, phase I 2011 to 2013, phase II 2013 to 2016."""

from datetime import date

from demo.blueprint import Blueprint, CallOf, LineOf, PersonOf, TargetOf, WindowOf
from demo.programmes.msme_kosovo import BLUEPRINT as KOSOVO

CRITERIA = (
    ("Use", "users", "How many people will use it?", 2),
    ("Use", "work", "How much unskilled work does it give?", 2),
    ("Design", "design", "Is the design ready to tender?", 1),
)


WHOLE = ({"percent": 100, "deliverable": "Final acceptance of the works"},)
# What a builder earns by two certificates with 10 percent held back, which are given back at the end.
CERTIFIED = (
    {"percent": 45, "deliverable": ""},
    {"percent": 45, "deliverable": ""},
    {"percent": 10, "deliverable": "Final acceptance of the works"},
)


def phase(key, name, opens_on, closes_on, line, figure_code, tranche_plan=WHOLE):
    return CallOf(
        key=key,
        name=name,
        instrument="grant",
        opens_on=opens_on,
        closes_on=closes_on,
        assessors=1,
        criteria=CRITERIA,
        documents=(("design", "Design and bill of quantities"),),
        rules=("ceiling", "consent", "documents", "applicant_kind", "duplicate"),
        visit_months=(12,),
        duration_months=12,
        applicant_kinds=("municipality",),
        windows=(
            WindowOf(
                key=f"{key}-works",
                name="Community works",
                line=line,
                figure_code=figure_code,
                currency="EUR",
                ceiling="250000",
                floor="5000",
                modality="works",
                tranche_plan=tranche_plan,
                bands=(("0", "short", 1, 3, 1),),
                live_awards=10,
            ),
        ),
    )


BLUEPRINT = Blueprint(
    key="beautiful-kosovo",
    name="EU-Beautiful Kosovo",
    neutral_name="Community works",
    country="XK",
    place_name=KOSOVO.place_name,
    place_footnote=KOSOVO.place_footnote,
    time_zone="Europe/Belgrade",
    language="sq",
    currency="EUR",
    starts_on=date(2011, 1, 1),
    ends_on=date(2016, 6, 30),
    direct_rule="employed",
    sectors=(("43030", 6000), ("16020", 4000)),
    definition_note="Direct beneficiaries are the workers on the projects, each once.",
    places=KOSOVO.places,
    donors={"eu": "European Union"},
    lines=(
        LineOf("beautiful-kosovo-1", "Works, phase I", "eu", "EUR", "6000000", donor_iati_ref="XI-IATI-EC_NEAR"),
        LineOf("beautiful-kosovo-2", "Works, phase II", "eu", "EUR", "5000000", donor_iati_ref="XI-IATI-EC_NEAR"),
    ),
    calls=(
        phase(
            "beautiful-kosovo-phase-1",
            "Phase I",
            date(2011, 1, 1),
            date(2012, 12, 31),
            "beautiful-kosovo-1",
            "projects_phase_1",
        ),
        phase(
            "beautiful-kosovo-phase-2",
            "Phase II",
            date(2013, 12, 1),
            date(2015, 6, 30),
            "beautiful-kosovo-2",
            "projects_phase_2",
            CERTIFIED,
        ),
    ),
    groups={
        "women": ("Women in works", "target_group_employed"),
        "minority": ("Minority communities", "target_group_employed"),
        "returnee": ("Returnees", "target_group_employed"),
        "disability": ("Persons with disabilities", "target_group_employed"),
        "youth": ("Youth", "target_group_employed"),
    },
    people=(
        PersonOf("adviser_1", "Besa Ramadani", "adviser"),
        PersonOf("field_agent", "Ardian Kuqi", "field_agent"),
        PersonOf("secretary_1", "Flutura Selimi", "secretary"),
        PersonOf("secretary_2", "Driton Ahmeti", "secretary"),
        PersonOf("manager", "Luan Pllana", "manager"),
        PersonOf("finance_1", "Arbër Sopi", "finance"),
        PersonOf("finance_2", "Jelena Petrović", "finance"),
        PersonOf("monitoring", "Adelina Vllasi", "monitoring"),
        PersonOf("member_1", "Skender Ukaj", "member"),
        PersonOf("member_2", "Emine Kaya", "member"),
        PersonOf("member_3", "Bojan Ilić", "member"),
        PersonOf("data_protection", "Fitore Maloku", "data_protection"),
        PersonOf("donor", "Claire Fontaine", "donor", donor="eu"),
    ),
    targets=(
        TargetOf("projects_phase_1", "46", "achieved", note="Legacy records; no jobs are claimed."),
        TargetOf("projects_phase_2", "27", "achieved"),
        TargetOf("projects_completed", "73", "achieved", note="46 of phase I and 27 of phase II."),
        TargetOf("registered_share", "0.76", "achieved", "~"),
        TargetOf("short_term_jobs", "1700", "planned", ">", note="Actuals of the demonstration are illustrative."),
    ),
    source="IOM, South-Eastern Europe, Eastern Europe and Central Asia, 2015",
)
