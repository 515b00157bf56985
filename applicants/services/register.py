"""The register: people, households, groups, enterprises and municipalities, and where they belong."""

import unicodedata

import rules
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from applicants import duplicates
from applicants.models import Application, Enrolment, NameWord, Party, PartyMember
from applicants.services.access import demand, programme_of_work
from applicants.services.consent import give_consent
from applicants.services.referral import answer_referral, record_referral
from audit.bulk import insert, take_ids
from audit.letters import UNSEEN, unseen_letter
from audit.refusals import Blocked, Invalid, Stale
from audit.services import record, service
from programmes.models import Role
from programmes.roles import holds
from programmes.services import check_date, take_reference, take_references

EDITABLE = (
    "name",
    "name_script",
    "script_language",
    "sex",
    "birth_year",
    "village",
    "phone",
    "address",
    "sector",
    "legal_form",
    "registration_number",
    "size",
    "started_on",
    "manager",
    "manager_sex",
)
TEXTS = (
    "name",
    "name_script",
    "script_language",
    "phone",
    "address",
    "sector",
    "legal_form",
    "registration_number",
)
_ROOM = {name: Party._meta.get_field(name).max_length for name in TEXTS}
_LABELS = {name: Party._meta.get_field(name).verbose_name for name in EDITABLE}
# How old a person is in the year of the registration.
YOUNGEST, OLDEST = 15, 110


def clean_facts(facts, *, kind, on, registered_on=None):
    """The facts of a party as they are stored. Raises Invalid naming the field; used by one row and by many.

    Names keep their script, letters and marks; only blanks at the ends and doubled blanks go, and a letter that
    nobody sees is refused. The age is judged at `registered_on`, or at `on` for a party that is new.
    """
    clean = dict(facts)
    for name in TEXTS:
        if name in clean:
            clean[name] = _text(name, clean[name] or "")
    if "name" in clean and not any(letter.isalnum() for letter in clean["name"]):
        raise Invalid(_("Enter the name."), field="name")
    if clean.get("phone"):
        _check_phone(clean["phone"])
    for name, choices in (("sex", Party.Sex), ("manager_sex", Party.Sex), ("size", Party.Size)):
        if clean.get(name) and clean[name] not in choices.values:
            raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": clean[name]}, field=name)
    year = clean.get("birth_year")
    if year is not None:
        _check_age(year, registered_on or on)
    if kind != Party.Kind.PERSON and (year is not None or clean.get("sex", "unknown") != "unknown"):
        raise Invalid(_("Only a person has a sex and a year of birth."), field="kind")
    if clean.get("started_on") and clean["started_on"] > on:
        raise Invalid(_("The first day of trading lies in the future."), field="started_on")
    manager = clean.get("manager")
    if manager is not None:
        if not manager.is_person:
            raise Invalid(_("A manager is a person."), field="manager")
        if clean.get("manager_sex", "unknown") == "unknown":
            clean["manager_sex"] = manager.sex
    return clean


def _text(name, value):
    value = unicodedata.normalize("NFC", value)
    if name == "phone":
        # Telephones put such letters around a number that is copied from their list; a number is known without them.
        value = UNSEEN.sub(" ", value)
    refused = unseen_letter(value)
    if refused:
        raise Invalid(refused, field=name)
    value = " ".join(value.split())
    if len(value) > _ROOM[name]:
        raise Invalid(
            _("%(field)s has %(count)s letters; there is room for %(room)s.")
            % {"field": _LABELS[name], "count": len(value), "room": _ROOM[name]},
            field=name,
        )
    return value


def _check_age(year, on):
    first, last = on.year - OLDEST, on.year - YOUNGEST
    if not first <= year <= last:
        raise Invalid(
            _("A person is %(youngest)s to %(oldest)s years old: the year lies between %(first)s and %(last)s.")
            % {"youngest": YOUNGEST, "oldest": OLDEST, "first": first, "last": last},
            field="birth_year",
        )


def _check_phone(phone):
    wrong = set(phone) - set("0123456789 +-()/.")
    digits = sum(letter.isdigit() for letter in phone)
    if wrong:
        raise Invalid(_("“%(phone)s” is not a phone number.") % {"phone": phone}, field="phone")
    if not 6 <= digits <= 15:
        raise Invalid(_("The phone number has %(count)s digits and needs 6 to 15.") % {"count": digits}, field="phone")


def new_party(*, ref, kind, facts, on, by):
    """A Party that is not saved yet, from facts that clean_facts has passed: the same row singly and in bulk."""
    party = Party(ref=ref, kind=kind, registered_on=on, registered_by=by, **facts)
    party.fold()
    party._history_user = by
    return party


def register_note(party, *, programme, region, adviser):
    """The event line of a registration: kind, subject and body."""
    body = {"kind": party.kind, "region": region.pk, "adviser": adviser.ref if adviser else None}
    return {"kind": "party.register", "subject": party.ref, "programme": programme.key, "body": body}


@service
def register_party(
    *,
    kind,
    name,
    programme,
    region,
    on,
    by,
    adviser=None,
    name_script="",
    script_language="",
    sex="unknown",
    birth_year=None,
    village=None,
    phone="",
    address="",
    sector="",
    legal_form="",
    registration_number="",
    size="",
    started_on=None,
    manager=None,
    manager_sex=None,
    reason="",
    key=None,
):
    """Put a party on the register and enrol it in a programme. Returns the Party.

    Does not look for duplicates: register_person does, for what somebody types into a form.
    """
    if kind not in Party.Kind.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": kind}, field="kind")
    enrolment = Enrolment(programme=programme, region=region, adviser=adviser, enrolled_on=on)
    demand("applicants.register", by, enrolment)
    check_date(on=on, programme=programme, by=by, reason=reason)
    check_region(programme, region)
    adviser = enrolment.adviser = adviser or _own_adviser(by, enrolment)
    facts = clean_facts(
        {
            "name": name,
            "name_script": name_script,
            "script_language": script_language,
            "sex": sex,
            "birth_year": birth_year,
            "village": village,
            "phone": phone,
            "address": address,
            "sector": sector,
            "legal_form": legal_form,
            "registration_number": registration_number,
            "size": size,
            "started_on": started_on,
            "manager": manager,
            "manager_sex": manager_sex or Party.Sex.UNKNOWN,
        },
        kind=kind,
        on=on,
    )
    party = new_party(ref=take_reference(Party.LETTERS[kind]), kind=kind, facts=facts, on=on, by=by)
    party.save()
    enrolment.party = party
    enrolment.save()
    note = register_note(party, programme=programme, region=region, adviser=adviser)
    record(note["kind"], note["subject"], by=by, on=on, programme=note["programme"], body=note["body"], reason=reason)
    return party


@service
def register_people(*, people, programme, region, on, by, adviser=None, reason=""):
    """A list of persons at once, such as the workers of a site. Returns the parties in the order of the list.

    `people`: a dict of facts each, as register_party takes them. All or none: the first row with a fault is refused.
    """
    kind = Party.Kind.PERSON
    enrolment = Enrolment(programme=programme, region=region, adviser=adviser, enrolled_on=on)
    demand("applicants.register", by, enrolment)
    check_date(on=on, programme=programme, by=by, reason=reason)
    check_region(programme, region)
    adviser = adviser or _own_adviser(by, enrolment)
    facts = [clean_facts({"name": "", **person}, kind=kind, on=on) for person in people]
    references = take_references(Party.LETTERS[kind], len(facts))
    parties = [
        new_party(ref=ref, kind=kind, facts=person, on=on, by=by) for ref, person in zip(references, facts, strict=True)
    ]
    insert_parties(parties, by=by)
    insert_enrolments(((party, region, adviser) for party in parties), len(parties), programme=programme, on=on)
    for party in parties:
        note = register_note(party, programme=programme, region=region, adviser=adviser)
        record(
            note["kind"], note["subject"], by=by, on=on, programme=note["programme"], body=note["body"], reason=reason
        )
    return parties


def insert_parties(parties, *, by):
    """Rows of new_party in one go, with the words of their names and with their first history row each."""
    for party, pk in zip(parties, take_ids(Party, len(parties)), strict=True):
        party.pk = pk
        party._state.adding = False
    insert(Party, parties)
    NameWord.objects.write(parties)
    history = Party.history.model
    tracked = [field.attname for field in history.tracked_fields]
    made = {
        "history_date": timezone.now(),
        "history_user_id": by.pk,
        "history_change_reason": None,
        "history_type": "+",
    }
    insert(
        history,
        (
            {"history_id": pk, **made, **{name: party.__dict__[name] for name in tracked}}
            for party, pk in zip(parties, take_ids(history, len(parties)), strict=True)
        ),
    )


def insert_enrolments(rows, count, *, programme, on):
    """Enrol `count` parties in one go. `rows`: (party, region, adviser or None)."""
    insert(
        Enrolment,
        (
            {
                "id": pk,
                "party_id": party.pk,
                "programme_id": programme.pk,
                "region_id": region.pk,
                "adviser_id": adviser.pk if adviser else None,
                "enrolled_on": on,
                "ended_on": None,
            }
            for (party, region, adviser), pk in zip(rows, take_ids(Enrolment, count), strict=True)
        ),
    )


def _own_adviser(by, enrolment):
    return by if holds(by, [Role.ADVISER], enrolment.programme_id, enrolment.region_id) else None


def check_region(programme, region):
    """Raises Invalid for a region in which the programme does not work."""
    if not programme.regions.filter(pk=region.pk).exists():
        raise Invalid(_("The programme does not work in %(region)s.") % {"region": region}, field="region")


@service
def register_person(
    *,
    name,
    programme,
    region,
    on,
    by,
    consent,
    consent_version,
    source="",
    referral=None,
    another=False,
    reason="",
    key=None,
    **facts,
):
    """What the form "Register a person" does: look for duplicates, register, record consent and who sent them.

    `consent` is a Consent.Means. `another` says that likely duplicates which the user has seen are other people.
    A likely duplicate outside the user's view holds the registration, and nothing is saved; only somebody who may
    clear a hold can go on.
    """
    look_for_duplicates(
        place=Enrolment(programme=programme, region=region),
        by=by,
        another=another,
        kind=Party.Kind.PERSON,
        name=name,
        name_script=facts.get("name_script", ""),
        birth_year=facts.get("birth_year"),
        phone=facts.get("phone", ""),
    )
    person = register_party(
        kind=Party.Kind.PERSON, name=name, programme=programme, region=region, on=on, by=by, reason=reason, **facts
    )
    give_consent(
        party=person,
        programme=programme,
        purpose="processing",
        text_version=consent_version,
        on=on,
        by=by,
        means=consent,
        reason=reason,
    )
    if referral is None and source:
        referral = record_referral(programme=programme, region=region, name=name, source=source, on=on, by=by)
    if referral is not None:
        answer_referral(referral=referral, answer="accepted", on=on, by=by, party=person)
    return person


def look_for_duplicates(*, place, by, another, **facts):
    """Raises PerhapsKnown for matches that the user sees and has not set aside, and Blocked for a hold."""
    found = duplicates.find(user=by, **facts)
    if found.seen and not another:
        raise duplicates.PerhapsKnown(found.seen)
    if found.hold and not (another and rules.test_rule("applicants.clear_hold", by, place)):
        raise duplicates.held()


@service
def register_business(*, kind, name, programme, region, on, by, another=False, reason="", key=None, **facts):
    """Register a household, group, enterprise or municipality after looking for duplicates."""
    look_for_duplicates(
        place=Enrolment(programme=programme, region=region),
        by=by,
        another=another,
        kind=kind,
        name=name,
        name_script=facts.get("name_script", ""),
        phone=facts.get("phone", ""),
        registration_number=facts.get("registration_number", ""),
    )
    return register_party(
        kind=kind, name=name, programme=programme, region=region, on=on, by=by, reason=reason, **facts
    )


@service
def enrol_party(*, party, programme, region, adviser, on, by, reason=""):
    """A party that is on the register belongs to one more programme. Returns the Enrolment."""
    enrolment = Enrolment(party=party, programme=programme, region=region, adviser=adviser, enrolled_on=on)
    demand("applicants.register", by, enrolment)
    check_date(on=on, programme=programme, by=by, reason=reason)
    check_region(programme, region)
    if Enrolment.objects.filter(party=party, programme=programme).exists():
        raise Blocked(_("%(ref)s belongs to this programme already.") % {"ref": party.ref})
    enrolment.save()
    record(
        "party.enrol",
        party.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"region": region.pk, "adviser": adviser.ref if adviser else None},
        reason=reason,
    )
    return enrolment


@service
def edit_party(*, party, version, on, by, reason="", **facts):
    """Change facts of a party. `version` is the one that the form was opened with. Returns the Party."""
    party = Party.objects.get(pk=party.pk)
    demand("applicants.edit_party", by, party)
    unknown = set(facts) - set(EDITABLE)
    if unknown:
        raise TypeError(f"a party has no editable {', '.join(sorted(unknown))}")
    if int(version) != party.version:
        raise Stale()
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    whole = {name: getattr(party, name) for name in EDITABLE} | facts
    if facts.get("manager") is not None and facts["manager"].pk == party.pk:
        raise Invalid(_("A manager is another party than the business."), field="manager")
    if "manager" in facts and facts["manager"] != party.manager and "manager_sex" not in facts:
        whole["manager_sex"] = Party.Sex.UNKNOWN
    clean = clean_facts(whole, kind=party.kind, on=on, registered_on=party.registered_on)
    changed = sorted(name for name in EDITABLE if getattr(party, name) != clean[name])
    if not changed:
        return party
    for name in changed:
        setattr(party, name, clean[name])
    party._history_user = by
    party.save()
    record("party.edit", party.ref, by=by, on=on, programme=programme.key, body={"fields": changed}, reason=reason)
    return party


@service
def add_member(*, party, person, role, on, by, share_pct=None, since=None):
    """A person belongs to a household or group, or stands behind an enterprise. Returns the PartyMember."""
    demand("applicants.edit_party", by, party)
    if not person.is_person or party.is_person:
        raise Invalid(_("Persons are members of households, groups and enterprises."), field="person")
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by)
    live = PartyMember.objects.filter(party=party, until=None)
    if live.filter(person=person, role=role).exists():
        raise Blocked(_("%(person)s has this part in %(party)s already.") % {"person": person.ref, "party": party.ref})
    if role == PartyMember.Role.HEAD and live.filter(role=role).exists():
        raise Blocked(_("A household has one head."))
    if share_pct is not None:
        if not 0 < share_pct <= 100:
            raise Invalid(_("A share lies above 0 and goes up to 100 percent."), field="share_pct")
        taken = live.aggregate(total=Sum("share_pct"))["total"] or 0
        if taken + share_pct > 100:
            raise Invalid(
                _("The shares would add up to %(total)s percent.") % {"total": taken + share_pct}, field="share_pct"
            )
    member, _made = PartyMember.objects.update_or_create(
        party=party,
        person=person,
        role=role,
        defaults={"share_pct": share_pct, "since": since or on, "until": None},
    )
    record(
        "party.member",
        party.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"person": person.ref, "role": role, "share": share_pct},
    )
    return member


@service
def end_member(*, member, on, by, reason=""):
    """A person leaves a household, group or enterprise on `on`."""
    party = member.party
    demand("applicants.edit_party", by, party)
    programme = programme_of_work(by, party)
    check_date(on=on, programme=programme, by=by, reason=reason)
    if not PartyMember.objects.filter(pk=member.pk, until=None).update(until=on):
        raise Blocked(_("This membership has ended already."))
    member.until = on
    record(
        "party.member_end",
        party.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"person": member.person.ref, "role": member.role},
        reason=reason,
    )
    return member


@service
def hand_over_caseload(*, programme, from_adviser, to_adviser, parties, on, by, reason=""):
    """Parties of a programme, and their applications that are not decided, go to another adviser. Returns the parties.

    The parts that the first adviser has played on a dossier stay theirs: the separation follows the person.
    """
    parties = list(parties)
    enrolments = list(
        Enrolment.objects.filter(programme=programme, adviser=from_adviser, party__in=parties).select_related("region")
    )
    for row in enrolments:
        demand("applicants.hand_over", by, row)
        if not holds(to_adviser, [Role.ADVISER], programme.pk, row.region_id):
            raise Blocked(
                _("%(adviser)s is not an adviser in %(region)s.") % {"adviser": to_adviser, "region": row.region}
            )
    check_date(on=on, programme=programme, by=by, reason=reason)
    if from_adviser.pk == to_adviser.pk:
        raise Invalid(_("Choose another adviser."), field="to_adviser")
    if not parties or len(enrolments) != len(parties):
        raise Invalid(_("Only parties of this adviser can be handed over."), field="parties")
    cases = Application.objects.undecided().filter(programme=programme, adviser=from_adviser, applicant__in=parties)
    held = list(cases.select_for_update().order_by("pk").values_list("pk", "ref"))
    Application.objects.filter(pk__in=[pk for pk, _ref in held]).update(adviser=to_adviser, version=F("version") + 1)
    Enrolment.objects.filter(pk__in=[row.pk for row in enrolments]).update(adviser=to_adviser)
    record(
        "caseload.hand_over",
        to_adviser.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={
            "from": from_adviser.ref,
            "parties": sorted(party.ref for party in parties),
            "applications": sorted(ref for _pk, ref in held),
        },
        reason=reason,
    )
    return parties
