"""Livelihood support grants for mine survivors, Azerbaijan, 2014 to 2016. A confidential programme."""

from datetime import date

from demo.blueprint import Blueprint, CallOf, LineOf, PersonOf, TargetOf, WindowOf

BLUEPRINT = Blueprint(
    key="mine-azerbaijan",
    name="Assisting Mine Survivors through Livelihood Support Grants",
    neutral_name="Rural livelihood support",
    country="AZ",
    place_name="Azerbaijan",
    time_zone="Asia/Baku",
    language="az",
    currency="GBP",
    starts_on=date(2014, 2, 1),
    ends_on=date(2016, 7, 31),
    direct_rule="trained_or_granted",
    sectors=(("16010", 5000), ("43040", 5000)),
    definition_note="Direct: survivors trained or granted, each once. The 25 granted are among the 50 trained.",
    confidential=True,
    places={
        "Aran": {
            "Aghjabedi": ("Aghjabedi", "Hindarkh"),
            "Beylagan": ("Beylagan",),
            "Imishli": ("Imishli",),
            "Saatli": ("Saatli",),
            "Bilasuvar": ("Bilasuvar",),
        },
    },
    donors={"cssf": "UK Conflict, Stability and Security Fund"},
    lines=(LineOf("mine-azerbaijan-cssf", "Livelihood grants", "cssf", "GBP", "40000"),),
    calls=(
        CallOf(
            key="mine-azerbaijan-2014",
            name="Livelihood grants",
            instrument="grant",
            opens_on=date(2014, 6, 1),
            closes_on=date(2015, 12, 31),
            quorum=3,
            assessors=1,
            criteria=(
                ("Livelihood", "income", "Will it give a lasting income?", 2),
                ("Livelihood", "able", "Can the family do this work?", 2),
            ),
            training=(("livelihood", ()),),
            rules=("ceiling", "training", "consent", "region", "live_award", "duplicate"),
            visit_months=(3, 6),
            duration_months=6,
            windows=(
                WindowOf(
                    key="mine-azerbaijan-grants",
                    name="Equipment and animals up to GBP 1,500",
                    line="mine-azerbaijan-cssf",
                    currency="GBP",
                    ceiling="1500",
                    floor="200",
                    modality="in_kind",
                    purchases_required=True,
                    tranche_plan=({"percent": 100, "deliverable": "Handover certificate"},),
                    bands=(("0", "one_page", 1, 3, 2),),
                ),
            ),
        ),
    ),
    groups={"mine-survivor": ("Mine survivors", "target_group_employed")},
    people=(
        PersonOf("adviser_1", "Aynur Məmmədova", "adviser"),
        PersonOf("field_agent", "Rəşad Əliyev", "field_agent"),
        PersonOf("secretary_1", "Gülnar Hüseynova", "secretary"),
        PersonOf("secretary_2", "Elçin Quliyev", "secretary"),
        PersonOf("manager", "Sevinc Abbasova", "manager"),
        PersonOf("finance_1", "Nigar İsmayılova", "finance"),
        PersonOf("finance_2", "Tural Rzayev", "finance"),
        PersonOf("monitoring", "Leyla Kərimova", "monitoring"),
        PersonOf("data_protection", "Orxan Nəsirov", "data_protection"),
        PersonOf("member_1", "Vüqar Cəfərov", "member"),
        PersonOf("member_2", "Zəhra Bağırova", "member"),
        PersonOf("member_3", "Kamran Şirinov", "member"),
        PersonOf("donor", "Helen Whitaker", "donor", donor="cssf"),
    ),
    targets=(
        TargetOf("trained_completed", "50", "planned", ">=", note="Actuals of the demonstration are illustrative."),
        TargetOf("awards", "25", "planned"),
        TargetOf("indirect_beneficiaries", "150", "planned", "~", note="The other members of 25 households."),
        TargetOf("direct_beneficiaries", "50", "planned", ">=", note="The 25 granted are among the 50 trained."),
    ),
    source="IOM, South-Eastern Europe, Eastern Europe and Central Asia, 2015",
)
