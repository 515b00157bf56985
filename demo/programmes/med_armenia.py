"""Microenterprise Development Project (MED), Armenia, 1997 to present (18 years in the source)."""

from datetime import date

from demo.blueprint import Blueprint, CallOf, LineOf, PersonOf, ProductOf, TargetOf, WindowOf

REGIONS = {
    "Yerevan": {"Yerevan": ("Kentron", "Shengavit")},
    "Shirak": {"Gyumri": ("Gyumri", "Akhuryan")},
    "Lori": {"Vanadzor": ("Vanadzor",), "Stepanavan": ("Stepanavan", "Gyulagarak")},
    "Tavush": {"Ijevan": ("Ijevan",), "Dilijan": ("Dilijan",)},
    "Syunik": {"Goris": ("Goris",), "Sisian": ("Sisian",)},
    "Gegharkunik": {"Sevan": ("Sevan",), "Gavar": ("Gavar",)},
    "Ararat": {"Artashat": ("Artashat",), "Masis": ("Masis",)},
    "Armavir": {"Armavir": ("Armavir",), "Vagharshapat": ("Vagharshapat",)},
}
ADVISERS = (
    ("Yerevan", "Anahit Grigoryan"),
    ("Shirak", "Levon Asatryan"),
    ("Lori", "Lusine Hakobyan"),
    ("Tavush", "Arsen Hovsepyan"),
    ("Syunik", "Gayane Mkrtchyan"),
    ("Gegharkunik", "Davit Sargsyan"),
    ("Ararat", "Zaruhi Manukyan"),
    ("Armavir", "Tigran Baghdasaryan"),
)

BLUEPRINT = Blueprint(
    key="med-armenia",
    name="Microenterprise Development Project, Armenia",
    neutral_name="Small business loans",
    country="AM",
    place_name="Armenia",
    time_zone="Asia/Yerevan",
    language="hy",
    currency="USD",
    starts_on=date(1997, 1, 1),
    ends_on=None,
    direct_rule="recipients_and_employed",
    sectors=(("32130", 7000), ("24040", 3000)),
    definition_note="Direct beneficiaries are loan recipients and persons employed by the businesses, each once.",
    places=REGIONS,
    donors={"med-donors": "Donors of the MED seed fund"},
    lines=(LineOf("med-armenia-fund", "MED revolving fund", "med-donors", "USD", kind="revolving"),),
    calls=(
        CallOf(
            key="med-armenia-standing",
            name="MED loans, standing call",
            instrument="loan",
            opens_on=date(1997, 1, 1),
            closes_on=None,
            method="consensus",
            quorum=2,
            assessors=0,
            consent_repeats=True,
            training=(("small-business", ("repeat", "earlier", "experience")),),
            rules=("ceiling", "training", "consent", "region", "live_award", "duplicate"),
            visit_months=(6, 12),
            windows=(
                WindowOf(
                    key="med-armenia-loans",
                    name="Loans up to USD 3,000",
                    line="med-armenia-fund",
                    currency="USD",
                    ceiling="3000",
                    floor="100",
                    bands=(("0", "one_page", 0, 1, 2), ("1500.01", "short", 0, 2, 2)),
                ),
            ),
        ),
    ),
    products=(
        ProductOf(
            key="med-armenia-standard",
            name="MED loan, equal instalments",
            currency="USD",
            windows=("med-armenia-loans",),
            rate_pct="12",
            most_months=24,
            grace_months=3,
        ),
    ),
    groups={
        "refugee": ("Refugees", "target_group_employed"),
        "returnee": ("Returnees", "target_group_employed"),
        "displaced": ("Internally displaced persons", "target_group_employed"),
        "vulnerable": ("Socially vulnerable persons", "target_group_employed"),
    },
    people=(
        *(PersonOf(f"adviser_{number}", name, "adviser", region) for number, (region, name) in enumerate(ADVISERS, 1)),
        PersonOf("field_agent", "Karen Sahakyan", "field_agent", "Lori"),
        PersonOf("secretary_1", "Lilit Danielyan", "secretary"),
        PersonOf("secretary_2", "Gohar Simonyan", "secretary"),
        PersonOf("manager", "Vahan Stepanyan", "manager"),
        PersonOf("loan_officer", "Nelly Avagyan", "loan_officer"),
        PersonOf("finance_1", "Narine Petrosyan", "finance"),
        PersonOf("finance_2", "Aramayis Ter-Minasyan", "finance"),
        PersonOf("monitoring", "Mariam Ghazaryan", "monitoring"),
        PersonOf("member_1", "Ruben Harutyunyan", "member"),
        PersonOf("member_2", "Sona Melkonyan", "member"),
        PersonOf("member_3", "Hrant Karapetyan", "member"),
        PersonOf("data_protection", "Levon Arakelyan", "data_protection"),
        PersonOf("donor", "Ingrid Sommer", "donor", donor="med-donors"),
    ),
    targets=(
        TargetOf("loans", "9900", "achieved"),
        TargetOf("loans_disbursed", "8500000", "achieved", ">", "USD"),
        TargetOf("businesses_supported", "3547", "achieved"),
        TargetOf("women_run_share", "0.55", "achieved"),
        TargetOf("trained_completed", "3400", "achieved"),
        TargetOf("direct_beneficiaries", "5212", "achieved"),
    ),
    source="IOM, South-Eastern Europe, Eastern Europe and Central Asia, 2015",
)
