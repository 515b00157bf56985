"""Quotes for one purchase and bids in one tender that come from one hand."""

from collections import defaultdict

from django.utils.translation import gettext as _

from grants.models import Bid, Quote
from reports.warnings.found import Finding


def rivals(sides, tokens, near):
    """(findings, offers looked at). A household is no excuse here: competitors of one family are one."""
    offers = _offers(sides.programme)
    values = defaultdict(set)
    for kind in ("phone", "account", "address", "identity"):
        for value, parties in tokens[kind].items():
            if len(parties) > 1:
                for pk in parties:
                    values[pk].add((kind, value))
    found = []
    for (ref, case), members in offers.items():
        groups = defaultdict(set)
        for pk, sha in members:
            if pk not in sides.names:
                continue
            groups["people", near.of(pk)].add(pk)
            if sha:
                groups["file", sha].add(pk)
            for token in values.get(pk, ()):
                groups[token].add(pk)
        found += [
            _finding(sides, ref, case, kind, parties)
            for kind, parties in sorted({(kind, frozenset(pks)) for (kind, _value), pks in groups.items()}, key=_order)
            if len(parties) > 1
        ]
    return found, sum(len(members) for members in offers.values())


def _order(pair):
    return pair[0], sorted(pair[1])


def _offers(programme):
    """{(reference of purchase or tender, application): [(pk of who offers, hash of the file or None)]}."""
    offers = defaultdict(list)
    quotes = (
        Quote.objects.filter(purchase__award__programme=programme)
        .order_by("pk")
        .values_list("purchase__ref", "purchase__award__application", "supplier", "evidence__sha256")
    )
    bids = (
        Bid.objects.filter(tender__award__programme=programme)
        .order_by("pk")
        .values_list("tender__ref", "tender__award__application", "bidder", "evidence__sha256")
    )
    for rows in (quotes, bids):
        for ref, case, party, sha in rows:
            offers[ref, case].append((party, sha))
    return offers


def _finding(sides, ref, case, kind, parties):
    sentence = {
        "people": _("%(ref)s: the offers are of people who belong together: %(names)s."),
        "phone": _("%(ref)s: the offers have the same phone number: %(names)s."),
        "account": _("%(ref)s: the offers have the same account: %(names)s."),
        "address": _("%(ref)s: the offers have the same address: %(names)s."),
        "identity": _("%(ref)s: the offers have the same identity or registration number: %(names)s."),
        "file": _("%(ref)s: the offers are the very same file: %(names)s."),
    }[kind]
    return Finding(
        "competitors",
        tuple(sorted([ref, f"same:{kind}", *sides.refs(parties)])),
        sentence % {"ref": ref, "names": sides.named(parties)},
        parties=parties,
        cases=frozenset([case]),
    )
