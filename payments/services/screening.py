"""Screening: lists loaded whole or not at all, parties compared with them, and a second person for each possible match.

A list is of the whole house. Parties are compared many at once: one visit to the index for all their words.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import rules
from django.contrib.auth import get_user_model
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from applicants.names import latin
from applicants.services.evidence import keep
from audit.bulk import insert, many_rows, take_ids
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from payments.models import Match, Screening, ScreeningEntry, ScreeningList, ScreeningName, ScreeningWord
from payments.screening import read_list
from payments.screening.likeness import HOLD_AT, compare, sound_of, words_of
from programmes.clock import today
from programmes.models import Membership, Role
from programmes.services import check_date

# A list that lost more than this share of its entries since its last version was perhaps cut off.
LEAST_SHARE = 0.7
# A sound that more names of the lists have says nothing alone: then a second word must be shared.
MOST_NAMED = 400
AT_ONCE = 500


@service
def load_list(*, content, name, on, by, listed_on=None, smaller=False, reason=""):
    """Read a list file and keep its entries. Returns the ScreeningList.

    Raises Blocked when this file was loaded before (it says when and by whom) or is far smaller than the last version
    of the same list and nobody said why; Invalid for a file that cannot be read. Then nothing is kept.
    """
    if not rules.test_rule("payments.load_list", by, None):
        raise NotAllowed()
    if on > today():
        raise Invalid(_("%(date)s lies in the future.") % {"date": f"{on:%d.%m.%Y}"}, field="on")
    name = " ".join(name.split())
    source = slugify(latin(name))[:120]
    if not source:
        raise Invalid(_("Enter the name of the list."), field="name")
    sha256 = hashlib.sha256(content).hexdigest()
    earlier = ScreeningList.objects.filter(sha256=sha256).select_related("loaded_by").first()
    if earlier is not None:
        raise Blocked(
            _("This file was loaded on %(date)s by %(who)s. Nothing was added.")
            % {"date": f"{earlier.loaded_on:%d.%m.%Y}", "who": earlier.loaded_by}
        )
    facts = read_list(content)
    listed_on = facts.listed_on or listed_on
    _check_version(source, facts, listed_on, on, smaller, reason)
    keep(content)
    row = ScreeningList.objects.create(
        kind=facts.kind,
        name=name,
        source=source,
        listed_on=listed_on,
        loaded_on=on,
        loaded_by=by,
        sha256=sha256,
        entries_number=len(facts.entries),
    )
    _keep_entries(row, facts.entries)
    body = {"sha256": sha256, "entries": row.entries_number, "listed_on": listed_on, "smaller": smaller}
    record("screening.load_list", row.ref, by=by, on=on, body=body, reason=reason)
    return row


def _check_version(source, facts, listed_on, on, smaller, reason):
    """Raises Invalid for a list without a date, from the future or older than the last one, or cut off."""
    if listed_on is None:
        raise Invalid(_("Enter the date of the list, as its publisher gives it."), field="listed_on")
    if listed_on > on:
        raise Invalid(_("The date of the list, %(date)s, lies in the future.") % {"date": f"{listed_on:%d.%m.%Y}"})
    last = ScreeningList.objects.filter(source=source).order_by("loaded_on", "pk").last()
    if last is None:
        return
    if listed_on < last.listed_on:
        raise Invalid(
            _("The list is of %(date)s, and the one of %(last)s is loaded. Load a newer one.")
            % {"date": f"{listed_on:%d.%m.%Y}", "last": f"{last.listed_on:%d.%m.%Y}"}
        )
    if len(facts.entries) >= last.entries_number * LEAST_SHARE:
        return
    if not smaller:
        raise Invalid(
            _(
                "The list has %(count)s entries and its last version %(last)s: perhaps the file was cut off. Take it "
                "again; if it is right, tick the box and say why."
            )
            % {"count": len(facts.entries), "last": last.entries_number},
            field="smaller",
        )
    if not reason.strip():
        raise Invalid(_("Say why."), field="reason")


def _keep_entries(row, entries):
    """Entries, their names and the sounds of their words, in one statement each."""
    with many_rows():
        names, sounds = [], []
        made = [
            {
                "id": pk,
                "source_list_id": row.pk,
                "reference": one.reference,
                "kind": one.kind,
                "name": one.name,
                "aliases": [list(alias) for alias in one.aliases],
                "birth_years": list(one.birth_years),
                "country": one.country,
                "fingerprint": hashlib.sha256(repr(one).encode()).hexdigest(),
            }
            for pk, one in zip(take_ids(ScreeningEntry, len(entries)), entries, strict=True)
        ]
        for entry, one in zip(made, entries, strict=True):
            known = set()
            for name, alias, weak in ((one.name, False, False), *((name, True, weak) for name, weak in one.aliases)):
                words = words_of(name)
                if words and tuple(sorted(words)) not in known:
                    known.add(tuple(sorted(words)))
                    names.append({"entry_id": entry["id"], "words": " ".join(words), "alias": alias, "weak": weak})
        for pk, name in zip(take_ids(ScreeningName, len(names)), names, strict=True):
            name["id"] = pk
            name["words"] = name["words"][:620]
            told = {sound_of(word) for word in name["words"].split()}
            sounds += [{"name_id": pk, "source_list_id": row.pk, "sound": sound[:60]} for sound in sorted(told)]
        for pk, sound in zip(take_ids(ScreeningWord, len(sounds)), sounds, strict=True):
            sound["id"] = pk
        insert(ScreeningEntry, made)
        insert(ScreeningName, names)
        insert(ScreeningWord, sounds)


# Comparing -----------------------------------------------------------------------------------------------------------


def compare_parties(parties, lists):
    """{pk of a party: [(entry, Likeness)]}: what on these lists is a possible match, the likeliest first."""
    mine = {party.pk: _names_of(party) for party in parties}
    sounds = {sound_of(word) for names in mine.values() for words in names for word in words}
    holders = _holders(sorted(sounds), lists)
    near = {pk: _near(names, holders) for pk, names in mine.items()}
    wanted = sorted(set().union(*near.values())) if near else []
    rows = {}
    for start in range(0, len(wanted), AT_ONCE):
        chunk = ScreeningName.objects.filter(pk__in=wanted[start : start + AT_ONCE])
        rows |= {row.pk: row for row in chunk.select_related("entry__source_list")}
    found = {}
    for party in parties:
        best = {}
        for pk in sorted(near[party.pk]):
            likeness = _likeness(party, mine[party.pk], rows[pk])
            entry = rows[pk].entry
            if likeness is None or likeness.points < HOLD_AT:
                continue
            if entry.pk not in best or likeness.points > best[entry.pk][1].points:
                best[entry.pk] = (entry, likeness)
        found[party.pk] = sorted(best.values(), key=lambda pair: (-pair[1].points, pair[0].pk))
    return found


def _names_of(party):
    """The party's name, and the one in its own script, each as folded words."""
    names = {tuple(words_of(name)) for name in (party.name, party.name_script) if name.strip()}
    return sorted(names)


def _holders(sounds, lists):
    """{sound: pks of the names on these lists that have it}."""
    found = defaultdict(set)
    for start in range(0, len(sounds), AT_ONCE):
        words = ScreeningWord.objects.filter(sound__in=sounds[start : start + AT_ONCE], source_list__in=lists)
        for sound, name in words.values_list("sound", "name"):
            found[sound].add(name)
    return found


def _near(names, holders):
    """Names that share two sounds with one of `names`, or one that is rare on the lists."""
    near = set()
    for words in names:
        seen = set()
        for sound in {sound_of(word) for word in words}:
            held = holders.get(sound, set())
            near |= held if len(held) <= MOST_NAMED or len(words) == 1 else held & seen
            near |= held & seen
            seen |= held
    return near


def _likeness(party, names, row):
    """The best Likeness of a party with one name of an entry, or None. A person is not compared with an entity."""
    if party.is_person and row.entry.kind != ScreeningEntry.Kind.PERSON:
        return None
    years = [party.birth_year] if party.birth_year else []
    facts = {"weak": row.weak, "alias": row.alias}
    told = [compare(list(words), years, row.words.split(), row.entry.birth_years, **facts) for words in names]
    return max((one for one in told if one), key=lambda one: one.points, default=None)


# Screening -----------------------------------------------------------------------------------------------------------


@service
def screen_party(*, party, programme, on, by, reason=""):
    """Compare one party with the newest lists of that day. Returns the Screening: clear, or held by a match."""
    return screen_many(parties=[party], programme=programme, on=on, by=by, reason=reason)


@dataclass(frozen=True)
class StaffName:
    """A member of the staff as a list is compared with: only the name is known."""

    user: object
    name_script: str = ""
    birth_year: int | None = None
    is_person: bool = True

    @property
    def pk(self):
        return self.user.pk

    @property
    def name(self):
        return self.user.name


def staff_of(programme, on):
    """Users with a role in the programme on that day. Donors are no staff."""
    held = Membership.objects.current(on).filter(programme=programme).exclude(role=Role.DONOR)
    return list(get_user_model().objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk"))


@service
def screen_staff(*, programme, on, by, key=None, reason=""):
    """Compare the names of the programme's staff with the newest lists. Returns the Screening of the first."""
    people = [StaffName(user) for user in staff_of(programme, on)]
    return _screen(people, programme, on, by, reason)


@service
def screen_many(*, parties, programme, on, by, key=None, reason=""):
    """Compare these parties, at once. Returns the Screening of the first."""
    parties = list({party.pk: party for party in parties}.values())
    return _screen(parties, programme, on, by, reason)


def _screen(parties, programme, on, by, reason):
    """Compare parties, or StaffNames, of one kind."""
    if not parties:
        raise Invalid(_("There is nobody to screen."))
    if not rules.test_rule("payments.screen", by, Screening(programme=programme)):
        raise NotAllowed()
    check_date(on=on, programme=programme, by=by, reason=reason)
    lists = ScreeningList.objects.newest(on)
    if not lists:
        raise Blocked(_("No sanctions list is loaded. Load one under Payments, Screening."))
    found = compare_parties(parties, lists)
    made = []
    for party in parties:
        row, matches = screening_of(party, programme, lists, found[party.pk], on, by)
        row.save()
        row.lists.set(lists)
        for match in matches:
            match.screening = row
            match.save()
        record("screening.make", row.ref, by=by, on=on, programme=programme.key, body=body_of(row, lists, matches))
        made.append(row)
    return made[0]


def screening_of(party, programme, lists, found, on, by):
    """(Screening, its Matches), unsaved: one at a time and in bulk they are the same."""
    facts_hash = _facts_hash(party)
    matches = [_match(party, programme, facts_hash, entry, likeness, by) for entry, likeness in found]
    decisions = {match.decision for match in matches}
    outcome = Screening.Outcome.CLEAR
    if Match.Decision.SAME in decisions:
        outcome = Screening.Outcome.CONFIRMED
    elif "" in decisions:
        outcome = Screening.Outcome.HELD
    row = Screening(
        programme=programme,
        **_owner(party),
        on=on,
        by=by,
        oldest_list_on=min(one.listed_on for one in lists),
        facts_hash=facts_hash,
        outcome=outcome,
        clear_on=on if outcome == Screening.Outcome.CLEAR else None,
    )
    return row, matches


def body_of(row, lists, matches):
    """What the event of a screening says: references and counts."""
    return {
        "party": row.who_ref,
        "outcome": row.outcome,
        "matches": len(matches),
        "lists": [[one.source, one.listed_on] for one in lists],
    }


def _owner(party):
    return {"staff": party.user} if isinstance(party, StaffName) else {"party": party}


def _facts_hash(party):
    said = "\n".join([party.name, party.name_script, str(party.birth_year or "")])
    return hashlib.sha256(said.encode()).hexdigest()


def _match(party, programme, facts_hash, entry, likeness, by):
    """A possible match; decided already where the same pair with the same facts was decided in this programme."""
    match = Match(entry=entry, points=likeness.points, reasons=likeness.reasons, screened_by=by)
    before = Match.objects.filter(
        screening__programme=programme,
        **{f"screening__{name}": value for name, value in _owner(party).items()},
        screening__facts_hash=facts_hash,
        entry__source_list__source=entry.source_list.source,
        entry__reference=entry.reference,
        entry__fingerprint=entry.fingerprint,
        carried_from=None,
    )
    last = before.exclude(decision="").order_by("-pk").first()
    if last is not None:
        match.decision, match.decided_by, match.decided_on = last.decision, last.decided_by, last.decided_on
        match.carried_from = last
    return match


@service
def decide_match(*, match, decision, note, on, by, version=None):
    """A second person says whether the party and the entry are the same. The last answer of a screening settles it."""
    screening = Screening.objects.select_for_update().select_related("programme").get(pk=match.screening_id)
    match = Match.objects.select_for_update().select_related("entry__source_list").get(pk=match.pk)
    match.screening = screening
    if version is not None and int(version) != match.version:
        raise Stale()
    if not rules.test_rule("payments.decide_match", by, match):
        raise NotAllowed(_("Another person than the one who screened, and than who is looked at, must decide."))
    if match.decision:
        raise Blocked(_("This possible match is decided already."))
    if decision not in Match.Decision.values:
        raise Invalid(_("“%(value)s” is not one of the answers.") % {"value": decision}, field="decision")
    if not note.strip():
        raise Invalid(_("Say by what you can tell."), field="note")
    check_date(on=on, programme=screening.programme, by=by, reason=note)
    if on < screening.on:
        raise Invalid(_("The screening was made on %(date)s.") % {"date": f"{screening.on:%d.%m.%Y}"}, field="on")
    match.decision, match.decided_by, match.decided_on = decision, by, on
    match.note = note.strip()[:500]
    match.save()
    _settle(screening, on)
    record(
        "screening.decide",
        match.ref,
        by=by,
        on=on,
        programme=screening.programme.key,
        body={"screening": screening.pk, "party": screening.who_ref, "decision": decision, "points": match.points},
        reason=note,
    )
    return match


def _settle(screening, on):
    decisions = set(screening.matches.values_list("decision", flat=True))
    if Match.Decision.SAME in decisions:
        screening.outcome = Screening.Outcome.CONFIRMED
    elif "" not in decisions:
        screening.outcome, screening.clear_on = Screening.Outcome.CLEAR, on
    screening.save(update_fields=["outcome", "clear_on"])
