"""Socioeconomic integration through social enterprises, Georgia, 2014 to 2016. A confidential programme."""

from datetime import date

from demo.blueprint import Blueprint, CallOf, LineOf, PersonOf, TargetOf, WindowOf

BLUEPRINT = Blueprint(
    key="social-georgia",
    name="Socioeconomic Integration through Social Enterprise Development",
    neutral_name="Social enterprise support",
    country="GE",
    place_name="Georgia",
    time_zone="Asia/Tbilisi",
    language="ka",
    currency="CHF",
    starts_on=date(2014, 6, 1),
    ends_on=date(2016, 6, 30),
    direct_rule="employed",
    sectors=(("16010", 5000), ("32130", 5000)),
    definition_note="Direct beneficiaries are the persons employed by the partners, each once in whatever post.",
    confidential=True,
    places={
        "Tbilisi": {"Tbilisi": ("Tbilisi",)},
        "Adjara": {"Batumi": ("Batumi",)},
        "Imereti": {"Kutaisi": ("Kutaisi",)},
    },
    donors={"fom": "Federal Office for Migration, Switzerland"},
    lines=(LineOf("social-georgia-fom", "Social enterprise grants", "fom", "CHF", "500000"),),
    calls=(
        CallOf(
            key="social-georgia-2014",
            name="Social enterprise implementing partners",
            instrument="grant",
            opens_on=date(2014, 8, 1),
            closes_on=date(2014, 9, 30),
            threshold_pct=60,
            criteria=(
                ("Social aim", "jobs", "Does it offer 8 to 10 lasting job places?", 2),
                ("Social aim", "care", "Are the people supported at work?", 2),
                ("Business", "market", "Will the enterprise carry itself?", 2),
                ("Business", "capacity", "Can the partner manage it?", 1),
            ),
            documents=(("statute", "Statute or registration of the partner"),),
            rules=("ceiling", "cofinancing", "consent", "documents", "applicant_kind", "live_award", "duplicate"),
            visit_months=(3, 6, 12),
            duration_months=20,
            applicant_kinds=("enterprise",),
            windows=(
                WindowOf(
                    key="social-georgia-partners",
                    name="Partners, up to CHF 100,000",
                    line="social-georgia-fom",
                    currency="CHF",
                    ceiling="100000",
                    floor="10000",
                    cofinancing_pct="10",
                    cofinancing_base="own_over_grant",
                    accounted_pct=70,
                    tranche_plan=(
                        {"percent": 50, "deliverable": "Premises and work plan"},
                        {"percent": 50, "deliverable": "First people employed"},
                    ),
                    bands=(("0", "full", 2, 3, 3),),
                ),
            ),
        ),
    ),
    groups={
        "at-risk": ("At-risk persons", "at_risk_employed"),
        "stabilised": ("Stabilised drug users", "target_group_employed"),
        "former": ("Former drug users", "target_group_employed"),
    },
    people=(
        PersonOf("adviser_1", "Manana Kapanadze", "adviser"),
        PersonOf("field_agent", "Giorgi Lomidze", "field_agent"),
        PersonOf("secretary_1", "Nino Beridze", "secretary"),
        PersonOf("secretary_2", "Levan Gelashvili", "secretary"),
        PersonOf("manager", "Ketevan Japaridze", "manager"),
        PersonOf("finance_1", "Tamar Kiknadze", "finance"),
        PersonOf("finance_2", "Zurab Maisuradze", "finance"),
        PersonOf("monitoring", "Eka Tsiklauri", "monitoring"),
        PersonOf("data_protection", "Maia Chkheidze", "data_protection"),
        PersonOf("member_1", "Davit Abashidze", "member"),
        PersonOf("member_2", "Salome Gogoladze", "member"),
        PersonOf("member_3", "Irakli Nozadze", "member"),
        PersonOf("donor", "Beat Zimmermann", "donor", donor="fom"),
    ),
    targets=(
        TargetOf("awards", "5", "planned", note="Actuals of the demonstration are illustrative."),
        TargetOf("at_risk_employed", "120", "planned", ">=", note="At-risk persons employed by the five partners."),
        TargetOf("target_group_employed", "25", "planned", ">=", note="From the target group over the project."),
    ),
    source="IOM, South-Eastern Europe, Eastern Europe and Central Asia, 2015",
)
