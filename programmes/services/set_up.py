"""Setting a programme up: each part of it is a row that a person enters, and every change is an event."""

from dataclasses import dataclass

import rules
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from ledger.models import Account
from ledger.money import Money
from programmes.models import (
    AmountBand,
    Call,
    Commitment,
    District,
    FundingLine,
    LineShare,
    Region,
    Village,
    Window,
)
from programmes.services.shared import lock_lines
from programmes.shares import WHOLE

# What applications are judged by. Once one was handed in, a change needs a reason; sessions have frozen their rules.
JUDGED = {"call", "window", "band", "criterion", "eligibility", "training", "document"}
# States of an application that wait for a session: none has frozen rules for them.
WAITING = {"submitted", "returned", "eligible"}


@service
def found_programme(*, row, relations, on, by):
    """An administrator founds a programme. `relations`: the names of its regions."""
    if not rules.test_rule("programmes.found", by, None):
        raise NotAllowed(_("Only an administrator founds a programme."))
    row.save()
    _set_regions(row, relations)
    record("programme.found", row.ref, by=by, on=on, programme=row.key, body={"key": row.key})
    return row


@service
def keep_part(*, programme, kind, row, relations, changed, on, by, reason="", version=None):
    """Keep a new or changed part of the set-up.

    `kind` names the part (programmes/set_up.py); `row` carries the new values; `changed` names the fields; `relations`
    are many-to-many values by field. Raises Stale, Blocked when money or contracts stand on what would change, and
    Invalid without the reason that a change of judged rules needs.
    """
    _demand(programme, kind, by)
    if kind in JUDGED and _call_of(kind, row).pk:
        # A packet that is sent meanwhile freezes either the rules before this change or those after it.
        Call.objects.select_for_update().get(pk=_call_of(kind, row).pk)
    if version is not None and row.pk and type(row).objects.filter(pk=row.pk).exclude(version=version).exists():
        raise Stale()
    new = row.pk is None
    _ask_money(programme, kind, row, new)
    reach = reach_of(kind, row)
    if reach and not reason.strip():
        raise Invalid(
            _("%(count)s applications were handed in under this call: say why its rules change.")
            % {"count": len(reach.governed) + len(reach.kept)},
            field="reason",
        )
    row.save()
    for name, values in relations.items():
        if name == "region_names":
            _set_regions(row, values)
        elif name == "shares":
            _set_shares(row, values)
        else:
            getattr(row, name).set(values)
    body = {"part": kind, "row": row.pk, "fields": sorted(changed), "new": new, "governs_from": on.isoformat()}
    if reach:
        body |= {"governs": reach.governed, "keep": reach.kept}
    record("programme.set_up", programme.ref, by=by, on=on, programme=programme.key, body=body, reason=reason)
    return row


@service
def remove_part(*, programme, kind, row, on, by):
    """Take a part out that nothing stands on."""
    _demand(programme, kind, by)
    if reach_of(kind, row):
        raise Blocked(_("Applications were handed in under this call. It stays as it is."))
    pk = row.pk
    try:
        row.delete()
    except ProtectedError as held:
        raise Blocked(_("Something stands on it already. It stays as it is.")) from held
    body = {"part": kind, "row": pk}
    record("programme.remove_part", programme.ref, by=by, on=on, programme=programme.key, body=body)
    return programme


@service
def place_villages(*, programme, places, on, by):
    """Districts and villages of the programme's regions: (region, district, village) names. Known ones stay."""
    _demand(programme, "places", by)
    regions = {region.name.casefold(): region for region in programme.regions.all()}
    made = 0
    for region, district, village in places:
        if region.casefold() not in regions:
            raise Invalid(_("“%(region)s” is not a region of the programme.") % {"region": region}, field="places")
        found = District.objects.get_or_create(region=regions[region.casefold()], name=district)[0]
        made += Village.objects.get_or_create(district=found, name=village)[1]
    record("programme.places", programme.ref, by=by, on=on, programme=programme.key, body={"villages": made})
    return programme


def _demand(programme, kind, by):
    rule = "programmes.set_up" if kind in ("programme", "places") else "programmes.set_rules"
    if not rules.test_rule(rule, by, programme):
        raise NotAllowed(_("The manager of the programme sets this up."))


def _set_regions(programme, names):
    programme.regions.set(
        [Region.objects.get_or_create(country=programme.country, name=name)[0] for name in dict.fromkeys(names)]
    )


def _set_shares(window, weights):
    """`weights`: {FundingLine: basis points} of the window's lines, its own first; empty where it has just its own.

    Raises Blocked once money of the window is promised, Invalid for lines that cannot share.
    """
    if list(weights.items()) == [(share.line, share.weight) for share in window.shares.select_related("line")]:
        return
    # Whoever promises money of the window at this moment holds one of the lines, or reads the new shares.
    lock_lines(*FundingLine.objects.filter(programme=window.call.programme_id).values_list("key", flat=True))
    if window.commitments.exists():
        raise Blocked(_("Money of this window is promised already: its lines and their shares stay."))
    if weights:
        _ask_shares(window, weights)
    window.shares.all().delete()
    LineShare.objects.bulk_create(
        LineShare(window=window, line=line, weight=weight) for line, weight in weights.items()
    )


def _ask_shares(window, weights):
    if window.call.instrument != Call.Instrument.GRANT:
        raise Invalid(_("A loan comes from one line."), field="shares")
    if sum(weights.values()) != WHOLE or next(iter(weights)) != window.line or min(weights.values()) <= 0:
        raise Invalid(_("The other lines take less than 100 percent; the window's own takes the rest."), field="shares")
    for line in weights:
        if line.programme_id != window.call.programme_id:
            raise Invalid(_("Choose a funding line of this programme."), field="shares")
        if line.currency != window.currency:
            raise Invalid(
                _("%(line)s is in %(other)s, the window in %(currency)s.")
                % {"line": line, "other": line.currency, "currency": window.currency},
                field="shares",
            )


def _ask_money(programme, kind, row, new):
    """Raises when the change would break a promise or a ledger account."""
    if kind == "line" and not new:
        before = FundingLine.objects.select_for_update().get(pk=row.pk)
        promised = Commitment.objects.filter(line=row).total_live_amount()
        if row.kind == FundingLine.Kind.ALLOCATION and row.ceiling_amount < promised:
            raise Blocked(
                _("%(promised)s of this line is promised already; its ceiling cannot be %(ceiling)s.")
                % {
                    "promised": Money(promised, before.currency),
                    "ceiling": Money(row.ceiling_amount, row.currency),
                }
            )
        booked = Account.objects.filter(book__key=programme.key, line=before.key).exists()
        if (promised or booked) and (row.currency, row.kind) != (before.currency, before.kind):
            raise Blocked(_("Money stands on this line: its currency and kind stay."))
    if kind == "window":
        if row.line.programme_id != programme.pk or row.call.programme_id != programme.pk:
            raise Invalid(_("Choose a funding line of this programme."), field="line")
        before = None if new else Window.objects.get(pk=row.pk)
        if before and before.currency != row.currency and row.applications.exists():
            raise Blocked(_("Applications ask for money in this window: its currency stays."))
        if before and before.line_id != row.line_id and before.shares.exists() and row.commitments.exists():
            raise Blocked(_("Money of this window is promised already: its lines and their shares stay."))


@dataclass(frozen=True)
class Reach:
    """References of the applications handed in: those that a change governs, and those that keep what judged them."""

    governed: list
    kept: list

    def __bool__(self):
        return bool(self.governed or self.kept)


def reach_of(kind, row):
    """The Reach of a change of this row today; empty for what judges nobody.

    A session freezes the rules of its cases when its packet is sent, so what is before the committee or decided keeps
    them, and what waits for a session does not.
    """
    if kind not in JUDGED or (kind == "call" and row.pk is None):
        return Reach([], [])
    handed_in = _call_of(kind, row).applications.filter(submitted_on__isnull=False)
    states = dict(handed_in.order_by("pk").values_list("ref", "state"))
    governed = [ref for ref, state in states.items() if state in WAITING]
    return Reach(governed, [ref for ref in states if ref not in set(governed)])


def _call_of(kind, row):
    if isinstance(row, Call):
        return row
    return row.window.call if isinstance(row, AmountBand) else row.call
