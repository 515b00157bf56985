"""A programme as data: what an administrator and a manager would type in. `build()` makes the rows of one blueprint."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts.models import User
from ledger.money import to_minor
from loans.models import LoanProduct
from programmes.models import (
    AmountBand,
    Call,
    Criterion,
    Definition,
    District,
    Donor,
    EligibilityRule,
    FundingLine,
    Membership,
    Programme,
    Region,
    RequiredDocument,
    SafeguardingContact,
    TargetGroup,
    TrainingRule,
    Village,
    Window,
)
from reports.models import Target
from selection.models import Committee, Seat


@dataclass(frozen=True)
class LineOf:
    """A funding line; `ceiling` in major units."""

    key: str
    name: str
    donor: str
    currency: str
    ceiling: str = "0"
    kind: str = "allocation"
    rate_rule: str = "bank"
    donor_iati_ref: str = ""


@dataclass(frozen=True)
class WindowOf:
    """A window; amounts in major units. `bands`: (from amount, plan form, assessors, quotes, visits).

    `consent_from`: the bands, by their first amount, whose cases go on the consent agenda.
    """

    key: str
    name: str
    line: str
    currency: str
    ceiling: str
    floor: str = "1"
    figure_code: str = ""
    cofinancing_pct: str = "0"
    cofinancing_base: str = "share_of_total"
    cofinancing_sources: tuple = ()
    modality: str = "cash"
    tranche_plan: tuple = ({"percent": 100, "deliverable": ""},)
    bands: tuple = (("0", "short", 1, 1, 2),)
    accounted_pct: int = 0
    aid_limit: str = "0"
    visibility: str = ""
    live_awards: int = 1
    consent_from: tuple = ()
    purchases_required: bool = False
    title_months: int = 0


@dataclass(frozen=True)
class CallOf:
    """A call with its windows and rules. `criteria`: (section, code, question, weight).

    `section_thresholds`: (section, least points); `guidance`: what the values 0, 1, 2 ... mean, for every criterion.
    """

    key: str
    name: str
    instrument: str
    opens_on: date
    closes_on: date | None
    windows: tuple
    method: str = "scored"
    quorum: int = 3
    assessors: int = 2
    threshold_pct: int = 0
    tie_rule: str = "not_approved"
    third_assessor_pct: int = 0
    reasoned_values: tuple = ()
    blind: bool = False
    consent_repeats: bool = False
    criteria: tuple = ()
    section_thresholds: tuple = ()
    guidance: tuple = ()
    training: tuple = ()
    documents: tuple = ()
    rules: tuple = ("ceiling", "cofinancing", "consent", "live_award", "duplicate")
    visit_months: tuple = (6, 12)
    duration_months: int = 12
    applicant_kinds: tuple = ()


@dataclass(frozen=True)
class ProductOf:
    """A loan product and the windows that offer it."""

    key: str
    name: str
    currency: str
    windows: tuple
    rate_pct: str
    method: str = "declining_equal_instalment"
    day_count: str = "30/360"
    most_months: int = 24
    grace_months: int = 0
    fee_pct: str = "0"
    penalty_pct: str = "0"
    most_tranches: int = 1


@dataclass(frozen=True)
class TargetOf:
    """A published or planned value. Money in major units of `currency`."""

    code: str
    value: str
    kind: str
    comparator: str = "="
    currency: str = ""
    note: str = ""


@dataclass(frozen=True)
class PersonOf:
    """Somebody of the office: `key` names them in the stories."""

    key: str
    name: str
    role: str
    region: str = ""
    donor: str = ""


@dataclass(frozen=True)
class Blueprint:
    key: str
    name: str
    neutral_name: str
    country: str
    place_name: str
    time_zone: str
    language: str
    currency: str
    starts_on: date
    ends_on: date | None
    direct_rule: str
    places: dict
    donors: dict
    lines: tuple
    calls: tuple
    people: tuple
    products: tuple = ()
    groups: dict = field(default_factory=dict)
    targets: tuple = ()
    place_footnote: str = ""
    confidential: bool = False
    illustrative: bool = False
    definition_note: str = ""
    source: str = ""
    sectors: tuple = ()


def build(blueprint, *, password_hash):
    """Make every row of the blueprint and return its Programme. Users get the given password hash."""
    programme = Programme.objects.create(
        key=blueprint.key,
        name=blueprint.name,
        neutral_name=blueprint.neutral_name,
        country=blueprint.country,
        place_name=blueprint.place_name,
        place_footnote=blueprint.place_footnote,
        confidential=blueprint.confidential,
        illustrative=blueprint.illustrative,
        time_zone=blueprint.time_zone,
        language=blueprint.language,
        currency=blueprint.currency,
        starts_on=blueprint.starts_on,
        ends_on=blueprint.ends_on,
        sectors=[list(one) for one in blueprint.sectors],
    )
    Definition.objects.create(
        programme=programme,
        number=1,
        effective_from=blueprint.starts_on,
        direct_rule=blueprint.direct_rule,
        note=blueprint.definition_note,
    )
    regions = _places(blueprint, programme)
    donors = {
        key: Donor.objects.get_or_create(key=key, defaults={"name": name})[0] for key, name in blueprint.donors.items()
    }
    lines = {
        line.key: FundingLine.objects.create(
            programme=programme,
            donor=donors[line.donor],
            key=line.key,
            name=line.name,
            currency=line.currency,
            kind=line.kind,
            ceiling_amount=to_minor(Decimal(line.ceiling), line.currency),
            starts_on=blueprint.starts_on,
            rate_rule=line.rate_rule,
            donor_iati_ref=line.donor_iati_ref,
        )
        for line in blueprint.lines
    }
    for call in blueprint.calls:
        _call(programme, call, lines)
    for product in blueprint.products:
        _product(programme, product)
    for code, (name, figure_code) in blueprint.groups.items():
        TargetGroup.objects.create(programme=programme, code=code, name=name, figure_code=figure_code)
    for target in blueprint.targets:
        minor = to_minor(Decimal(target.value), target.currency) if target.currency else Decimal(target.value)
        Target.objects.create(
            programme=programme,
            code=target.code,
            kind=target.kind,
            comparator=target.comparator,
            value=minor,
            currency=target.currency,
            source=blueprint.source,
            note=target.note,
        )
    _people(blueprint, programme, regions, donors, password_hash)
    return programme


def _places(blueprint, programme):
    regions = {}
    for region_name, districts in blueprint.places.items():
        region = Region.objects.get_or_create(country=blueprint.country, name=region_name)[0]
        regions[region_name] = region
        for district_name, villages in districts.items():
            district = District.objects.get_or_create(region=region, name=district_name)[0]
            for village in villages:
                Village.objects.get_or_create(district=district, name=village)
    programme.regions.set(regions.values())
    return regions


def _call(programme, spec, lines):
    call = Call.objects.create(
        programme=programme,
        key=spec.key,
        name=spec.name,
        instrument=spec.instrument,
        opens_on=spec.opens_on,
        closes_on=spec.closes_on,
        method=spec.method,
        quorum_number=spec.quorum,
        assessors=spec.assessors,
        total_threshold_pct=spec.threshold_pct,
        tie_rule=spec.tie_rule,
        third_assessor_pct=spec.third_assessor_pct,
        reasoned_values=list(spec.reasoned_values),
        blind=spec.blind,
        consent_repeats=spec.consent_repeats,
        visit_months=list(spec.visit_months),
        duration_months=spec.duration_months,
    )
    for window in spec.windows:
        made = Window.objects.create(
            call=call,
            key=window.key,
            name=window.name,
            figure_code=window.figure_code,
            line=lines[window.line],
            currency=window.currency,
            floor_amount=to_minor(Decimal(window.floor), window.currency),
            ceiling_amount=to_minor(Decimal(window.ceiling), window.currency),
            cofinancing_pct=Decimal(window.cofinancing_pct),
            cofinancing_base=window.cofinancing_base,
            cofinancing_sources=list(window.cofinancing_sources),
            modality=window.modality,
            tranche_plan=list(window.tranche_plan),
            accounted_pct=window.accounted_pct,
            aid_limit_amount=to_minor(Decimal(window.aid_limit), window.currency),
            visibility_text=window.visibility,
            live_awards=window.live_awards,
            purchases_required=window.purchases_required,
            title_months=window.title_months,
        )
        for start, form, assessors, quotes, visits in window.bands:
            AmountBand.objects.create(
                window=made,
                from_amount=to_minor(Decimal(start), window.currency),
                plan_form=form,
                assessors=assessors,
                quotes=quotes,
                visits=visits,
                consent=start in window.consent_from,
            )
    least = dict(spec.section_thresholds)
    for position, (section, code, question, weight) in enumerate(spec.criteria, 1):
        Criterion.objects.create(
            call=call,
            position=position,
            section=section,
            code=code,
            question=question,
            weight=weight,
            section_threshold=least.get(section, 0),
            guidance={str(value): words for value, words in enumerate(spec.guidance)},
        )
    for kind, waivers in spec.training:
        TrainingRule.objects.create(call=call, course_kind=kind, effective_from=spec.opens_on, waivers=list(waivers))
    for code, label in spec.documents:
        RequiredDocument.objects.create(call=call, code=code, label=label)
    for position, rule in enumerate(spec.rules, 1):
        kind, _colon, question = rule.partition(":")
        EligibilityRule.objects.create(
            call=call,
            position=position,
            code=kind if not question else f"question-{position}",
            kind=kind,
            question=question,
            parameters={"kinds": list(spec.applicant_kinds)} if kind == "applicant_kind" else {},
        )
    return call


def _product(programme, spec):
    product = LoanProduct.objects.create(
        programme=programme,
        key=spec.key,
        name=spec.name,
        currency=spec.currency,
        method=spec.method,
        annual_rate_pct=Decimal(spec.rate_pct),
        day_count=spec.day_count,
        most_months=spec.most_months,
        grace_months=spec.grace_months,
        most_tranches=spec.most_tranches,
        fee_pct=Decimal(spec.fee_pct),
        penalty_pct=Decimal(spec.penalty_pct),
        allocation_order=["penalty", "fee", "interest", "principal"],
    )
    product.windows.set(Window.objects.filter(key__in=spec.windows))
    return product


def _people(blueprint, programme, regions, donors, password_hash):
    committee = Committee.objects.create(programme=programme, name=committee_name(blueprint))
    for number, person in enumerate(blueprint.people, 1):
        user = User.objects.create(
            email=f"{person.key.replace('_', '.')}@{blueprint.key}.example",
            name=person.name,
            staff_number=f"{blueprint.key}-{number:02d}",
            password=password_hash,
        )
        membership = Membership.objects.create(
            user=user,
            programme=programme,
            role=person.role,
            region=regions.get(person.region),
            donor=donors.get(person.donor),
            starts_on=blueprint.starts_on,
        )
        if person.role == "field_agent":
            membership.villages.set(Village.objects.filter(district__region__in=_regions_of(person, regions)))
        if person.role in ("member", "secretary"):
            Seat.objects.create(
                committee=committee,
                user=user,
                role="chair" if person.key == "member_1" else person.role,
                starts_on=blueprint.starts_on,
            )

        if person.role in ("monitoring", "data_protection"):
            # Abuse and fraud are referred to the monitoring officer; where it is about them, to the data protection.
            SafeguardingContact.objects.create(
                programme=programme,
                user=user,
                position=1 if person.role == "monitoring" else 2,
                starts_on=blueprint.starts_on,
            )


def _regions_of(person, regions):
    return [regions[person.region]] if person.region else list(regions.values())


def committee_name(blueprint):
    loans = all(call.instrument == "loan" for call in blueprint.calls)
    return "Loan Selection Committee" if loans else "Selection Committee"
