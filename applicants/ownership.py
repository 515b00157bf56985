"""Whose business it is: the definitions of a woman's business, over one set of facts. True, False, or None: not known.

An answer that is not known counts as such until it cannot matter: who owns 60 percent is an owner by the first rule of
IFC, whoever sits on the board.
"""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from applicants.figures import sex_of
from applicants.models import Ownership, Party, PartyMember

WHOLE = Decimal(100)
MAJORITY, PART, BOARD = Decimal(51), Decimal(20), Decimal(30)


class Facts(NamedTuple):
    """The facts of Ownership, with what follows from the register."""

    women_owned_pct: Decimal | None = None
    founded_by_woman: bool | None = None
    woman_chief: bool | None = None
    has_board: bool | None = None
    women_board_pct: Decimal | None = None
    women_leaders_pct: Decimal | None = None
    women_workers_pct: Decimal | None = None
    women_jobs_quality: bool | None = None
    two_x_minimum: bool | None = None


def woman_owned(facts):
    """IFC: women own 51 percent or more; or 20 or more, with a woman at the head and 30 percent of any board."""
    owned, board = facts.women_owned_pct, _on_board(facts, BOARD, without=True)
    return _either(_least(owned, MAJORITY), _all(_least(owned, PART), facts.woman_chief, board))


def two_x(facts, *, leaders=None, workers=None):
    """2X: the minimum is met, and one criterion: entrepreneurship, leadership or employment.

    `leaders` and `workers`: thresholds in percent, which 2X gives by country and sector; a criterion without one is not
    asked. Where nobody checked the minimum, nothing is known: a business of men would else be the only one that is.
    """
    if facts.two_x_minimum is None:
        return None
    criteria = [_either(_least(facts.women_owned_pct, MAJORITY), facts.founded_by_woman)]
    if leaders is not None:
        board = _on_board(facts, leaders, without=False)
        criteria.append(_either(_least(facts.women_leaders_pct, leaders), board))
    if workers is not None:
        criteria.append(_all(_least(facts.women_workers_pct, workers), facts.women_jobs_quality))
    return _all(facts.two_x_minimum, _either(*criteria))


def _on_board(facts, least, *, without):
    """Whether women have so many seats; `without`: the answer where there is no board."""
    return without if facts.has_board is False else _least(facts.women_board_pct, least)


def _least(share, least):
    return None if share is None else share >= least


def _either(*answers):
    return True if True in answers else None if None in answers else False


def _all(*answers):
    return False if False in answers else None if None in answers else True


# What is known --------------------------------------------------------------------------------------------------------


def facts_of(parties, on):
    """[(id, Facts)] of these parties (a queryset) as they were on the day, in no order."""
    said = {}
    for row in Ownership.objects.filter(party__in=parties.values("pk"), as_of__lte=on).order_by("as_of", "pk"):
        said[row.party_id] = row
    owners = _owners(parties, on)
    rows = parties.annotate(run=sex_of("")).order_by().values_list("pk", "kind", "run")
    return [
        (pk, _alone(run) if kind == Party.Kind.PERSON else _of_business(said.get(pk), owners.get(pk), run))
        for pk, kind, run in rows.iterator(chunk_size=2000)
    ]


def _owners(parties, on):
    """{party: [(share, sex)]} of the owners on the day."""
    live = (Q(since=None) | Q(since__lte=on)) & (Q(until=None) | Q(until__gt=on))
    owners = PartyMember.objects.filter(live, party__in=parties.values("pk"), role=PartyMember.Role.OWNER)
    found = {}
    for party, share, sex in owners.exclude(share_pct=None).values_list("party", "share_pct", "person__sex"):
        found.setdefault(party, []).append((share, sex))
    return found


def owned_by(owners):
    """Percent of women by the recorded owners ([(share, sex)]); None unless they hold it all and are known."""
    if not owners or sum(share for share, _sex in owners) != WHOLE:
        return None
    if any(sex == Party.Sex.UNKNOWN for _share, sex in owners):
        return None
    return sum((share for share, sex in owners if sex == Party.Sex.FEMALE), Decimal(0))


def _alone(sex):
    """Somebody who is their own business owns it, leads it and has no board; of the rest nothing is known."""
    if sex == Party.Sex.UNKNOWN:
        return Facts(has_board=False)
    hers = sex == Party.Sex.FEMALE
    share = WHOLE if hers else Decimal(0)
    return Facts(share, hers, hers, has_board=False, women_leaders_pct=share)


def _of_business(said, owners, run):
    facts = Facts(*(getattr(said, name) for name in Facts._fields)) if said else Facts()
    owned = owned_by(owners)
    if owned is not None:
        facts = facts._replace(women_owned_pct=owned)
    return facts._replace(woman_chief=True) if run == Party.Sex.FEMALE else facts


def followed(party, on):
    """{name of a fact: sentence} of what the register tells of the business, and nobody is asked."""
    found = {}
    owned = owned_by(_owners(Party.objects.filter(pk=party.pk), on).get(party.pk))
    if owned is not None:
        share = f"{owned.normalize():f}"
        found["women_owned_pct"] = _("Women own %(share)s percent, by the owners on the register.") % {"share": share}
    if party.manager_sex == Party.Sex.FEMALE or (party.manager and party.manager.sex == Party.Sex.FEMALE):
        found["woman_chief"] = _("A woman leads it: she is its manager.")
    return found


def said_of(party, on):
    """([sentences that follow from the register], [(label, value)]) of what is known of the business on the day."""
    follows = followed(party, on)
    ((_key, facts),) = facts_of(Party.objects.filter(pk=party.pk), on)
    rows = []
    for name, value in facts._asdict().items():
        if value is None or name in follows:
            continue
        label = Ownership._meta.get_field(name).verbose_name
        said = {True: _("Yes"), False: _("No")}[value] if isinstance(value, bool) else f"{value.normalize():f}%"
        rows.append((label[:1].upper() + label[1:], said))
    return list(follows.values()), rows
