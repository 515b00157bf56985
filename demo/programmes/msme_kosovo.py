"""Support to Micro, Small and Medium Enterprises in Kosovo. Figures: IOM, South-Eastern Europe report of 2015."""

from datetime import date

from demo.blueprint import Blueprint, CallOf, LineOf, PersonOf, TargetOf, WindowOf

MICRO_TRANCHES = ({"percent": 100, "deliverable": "Delivered and installed, with invoice"},)
SMALL_TRANCHES = (
    {"percent": 60, "deliverable": "Supplier contract and three quotes", "months": 1},
    {"percent": 40, "deliverable": "Delivered and installed, with invoice", "months": 4},
)
CRITERIA = (
    ("Relevance", "production", "Does it raise production, export or import substitution?", 2),
    ("Relevance", "jobs", "How many lasting jobs does it make?", 2),
    ("Capacity", "management", "Can the owners and managers carry it out?", 2),
    ("Capacity", "own-part", "Is the own part real and at hand?", 1),
    ("Sustainability", "market", "Is there a market for the product?", 2),
    ("Sustainability", "women", "Does it strengthen women, youth or minorities?", 1),
)
# As evaluators are told by many donors; at least 12 of 20 on relevance, and 30 of 50 in all.
GUIDANCE = ("Not shown at all", "Very poor", "Poor", "Adequate", "Good", "Very good")
DOCUMENTS = (
    ("registration", "Certificate of business registration"),
    ("accounts", "Annual accounts of the last two years"),
    ("quote", "Quotes for the equipment"),
)

BLUEPRINT = Blueprint(
    key="msme-kosovo",
    name="Support to Micro, Small and Medium Enterprises in Kosovo",
    neutral_name="Enterprise grants",
    country="XK",
    place_name="Kosovo*",
    place_footnote=(
        "* This designation is without prejudice to positions on status, and is in line with UNSCR 1244 "
        "and the ICJ Opinion on the Kosovo declaration of independence."
    ),
    time_zone="Europe/Belgrade",
    language="sq",
    currency="EUR",
    starts_on=date(2014, 2, 1),
    ends_on=date(2016, 7, 31),
    direct_rule="recipients_and_employed",
    sectors=(("32130", 10000),),
    places={
        "Pristina": {"Pristina": ("Pristina", "Fushë Kosovë"), "Lipjan": ("Lipjan",)},
        "Prizren": {"Prizren": ("Prizren",), "Suharekë": ("Suharekë",)},
        "Peja": {"Peja": ("Peja",), "Klina": ("Klina",)},
        "Gjilan": {"Gjilan": ("Gjilan",), "Viti": ("Viti",)},
        "Mitrovica": {"Mitrovica": ("Mitrovica", "Zveçan"), "Vushtrri": ("Vushtrri",)},
    },
    donors={"eu": "European Union", "mti": "Ministry of Trade and Industry"},
    lines=(
        LineOf(
            "msme-kosovo-eu",
            "EU contribution to enterprise grants",
            "eu",
            "EUR",
            "3000000",
            donor_iati_ref="XI-IATI-EC_NEAR",
        ),
    ),
    calls=(
        CallOf(
            key="msme-kosovo-2014",
            name="Enterprise grants 2014",
            instrument="grant",
            opens_on=date(2014, 4, 1),
            closes_on=date(2014, 6, 30),
            threshold_pct=60,
            tie_rule="chair",
            third_assessor_pct=15,
            reasoned_values=(0, 1, 5),
            blind=True,
            criteria=CRITERIA,
            section_thresholds=(("Relevance", 12),),
            guidance=GUIDANCE,
            documents=DOCUMENTS,
            rules=(
                "ceiling",
                "cofinancing",
                "consent",
                "documents",
                "region",
                "live_award",
                "duplicate",
                "person:Are the business's taxes paid?",
            ),
            visit_months=(3, 6, 12),
            duration_months=18,
            windows=(
                WindowOf(
                    key="msme-kosovo-micro",
                    name="Micro, up to EUR 25,000",
                    line="msme-kosovo-eu",
                    currency="EUR",
                    ceiling="25000",
                    figure_code="awards_micro",
                    cofinancing_pct="20",
                    modality="supplier",
                    purchases_required=True,
                    title_months=24,
                    tranche_plan=MICRO_TRANCHES,
                    bands=(("0", "short", 2, 1, 2),),
                ),
                WindowOf(
                    key="msme-kosovo-sme",
                    name="Small and medium, up to EUR 200,000",
                    line="msme-kosovo-eu",
                    currency="EUR",
                    floor="25000.01",
                    ceiling="200000",
                    figure_code="awards_sme",
                    cofinancing_pct="20",
                    modality="supplier",
                    aid_limit="250000",
                    visibility="The flag of the European Union stands on what was bought, and in the entrance.",
                    purchases_required=True,
                    title_months=24,
                    tranche_plan=SMALL_TRANCHES,
                    bands=(("25000.01", "full", 2, 3, 3),),
                ),
            ),
        ),
    ),
    people=(
        PersonOf("adviser_1", "Arta Krasniqi", "adviser", "Pristina"),
        PersonOf("adviser_2", "Blerim Gashi", "adviser", "Prizren"),
        PersonOf("adviser_3", "Drita Berisha", "adviser", "Peja"),
        PersonOf("adviser_4", "Faton Hoxha", "adviser", "Gjilan"),
        PersonOf("adviser_5", "Milena Jovanović", "adviser", "Mitrovica"),
        PersonOf("field_agent", "Liridon Morina", "field_agent"),
        PersonOf("secretary_1", "Vjosa Shala", "secretary"),
        PersonOf("secretary_2", "Agron Bytyqi", "secretary"),
        PersonOf("manager", "Teuta Rexhepi", "manager"),
        PersonOf("finance_1", "Besnik Kelmendi", "finance"),
        PersonOf("finance_2", "Valdete Zeka", "finance"),
        PersonOf("monitoring", "Nora Mustafa", "monitoring"),
        PersonOf("member_1", "Ilir Dervishi", "member"),
        PersonOf("member_2", "Shpresa Limani", "member"),
        PersonOf("member_3", "Goran Stanković", "member"),
        PersonOf("member_4", "Merita Haliti", "member"),
        PersonOf("member_5", "Petrit Osmani", "member"),
        PersonOf("data_protection", "Ardita Thaçi", "data_protection"),
        PersonOf("donor", "Claire Fontaine", "donor", donor="eu"),
    ),
    targets=(
        TargetOf("awards", "36", "achieved"),
        TargetOf("awards_micro", "21", "achieved"),
        TargetOf("awards_sme", "15", "achieved"),
        TargetOf("grants_disbursed", "3000000", "achieved", currency="EUR"),
        TargetOf("cofinancing_accepted", "2000000", "achieved", currency="EUR"),
    ),
    source="IOM, South-Eastern Europe, Eastern Europe and Central Asia, 2015",
)
