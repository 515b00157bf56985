"""Remittance matching, Central Asia: each unit that a household invests is matched. All figures are illustrative."""

from datetime import date

from demo.blueprint import Blueprint, CallOf, LineOf, PersonOf, WindowOf

BLUEPRINT = Blueprint(
    key="remittance-match",
    name="Remittance Matching 1+1",
    neutral_name="Household investment grants",
    country="KG",
    place_name="Kyrgyzstan",
    time_zone="Asia/Bishkek",
    language="ky",
    currency="USD",
    starts_on=date(2015, 1, 1),
    ends_on=date(2016, 12, 31),
    direct_rule="recipients_and_employed",
    sectors=(("43040", 5000), ("32130", 5000)),
    illustrative=True,
    places={
        "Osh": {"Osh": ("Osh",), "Uzgen": ("Uzgen",)},
        "Batken": {"Batken": ("Batken",), "Leylek": ("Isfana",)},
    },
    donors={"kg-donor": "Green investment facility"},
    lines=(LineOf("remittance-match-line", "Matching grants", "kg-donor", "USD", "60000"),),
    calls=(
        CallOf(
            key="remittance-match-2015",
            name="One plus one 2015",
            instrument="grant",
            opens_on=date(2015, 3, 1),
            closes_on=date(2016, 6, 30),
            assessors=1,
            criteria=(
                ("Plan", "green", "Is it sustainable farming, green or new business?", 1),
                ("Plan", "able", "Can the household run it?", 1),
            ),
            rules=("ceiling", "cofinancing", "consent", "region", "live_award", "duplicate"),
            visit_months=(6, 12),
            windows=(
                WindowOf(
                    key="remittance-match-grants",
                    name="One to one, up to USD 5,000",
                    line="remittance-match-line",
                    currency="USD",
                    ceiling="5000",
                    floor="300",
                    cofinancing_pct="100",
                    cofinancing_base="own_over_grant",
                    cofinancing_sources=("remittance",),
                    tranche_plan=({"percent": 100, "deliverable": "Invoice for the own part"},),
                    bands=(("0", "short", 1, 1, 2),),
                ),
            ),
        ),
    ),
    people=(
        PersonOf("adviser_1", "Айгүл Токтогулова", "adviser"),
        PersonOf("field_agent", "Нурбек Асанов", "field_agent"),
        PersonOf("secretary_1", "Жылдыз Мамытова", "secretary"),
        PersonOf("secretary_2", "Азамат Бекболотов", "secretary"),
        PersonOf("manager", "Чолпон Садыкова", "manager"),
        PersonOf("finance_1", "Гүлмира Осмонова", "finance"),
        PersonOf("finance_2", "Бакыт Жумабаев", "finance"),
        PersonOf("monitoring", "Динара Эсенова", "monitoring"),
        PersonOf("member_1", "Кубаныч Алиев", "member"),
        PersonOf("member_2", "Мээрим Сатарова", "member"),
        PersonOf("member_3", "Эркин Турдубаев", "member"),
        PersonOf("data_protection", "Айгүл Сыдыкова", "data_protection"),
        PersonOf("donor", "Pavel Novotny", "donor", donor="kg-donor"),
    ),
    source="IOM, Central Asia, undated",
)
