"""What a programme says of its payments in a currency: proposed by the manager, in force by a second person."""

import rules
from django.utils.translation import gettext_lazy as _

from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from audit.services import record, service
from payments.models import MoneyRule
from programmes.models import Programme
from programmes.services import check_date


@service
def propose_money_rule(*, programme, currency, advance_amount, cooling_days, on, by, key=None):
    """The limit of an advance (minor units) and the days that a changed account waits.

    The last rule holds until another person confirms this one; an earlier proposal that still waits is replaced.
    """
    if not rules.test_rule("payments.set_money_rule", by, programme):
        raise NotAllowed()
    check_date(on=on, programme=programme, by=by)
    if advance_amount < 0 or not 0 <= cooling_days <= 30:
        raise Invalid(_("Days from 0 to 30, and no amount below zero."))
    # Two proposals made at once wait here for each other.
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    facts = {"advance_amount": advance_amount, "cooling_days": cooling_days}
    row = MoneyRule.objects.waiting().filter(programme=programme, currency=currency).first()
    row = row or MoneyRule(programme=programme, currency=currency)
    row.advance_amount, row.cooling_days, row.proposed_by, row.proposed_on = advance_amount, cooling_days, by, on
    row.save()
    _note("moneyrule.propose", row, facts, by, on)
    return row


@service
def confirm_money_rule(*, rule, on, by, version=None, key=None):
    """A second person agrees: the rule holds from now on."""
    rule = MoneyRule.objects.select_for_update(of=("self",)).select_related("programme").get(pk=rule.pk)
    if version is not None and int(version) != rule.version:
        raise Stale()
    if rule.in_force:
        raise Blocked(_("This rule is in force already."))
    if not rules.test_rule("payments.confirm_money_rule", by, rule):
        raise NotAllowed(_("Another person than the one who proposed the rule must confirm it."))
    check_date(on=on, programme=rule.programme, by=by)
    rule.confirmed_by, rule.confirmed_on = by, on
    rule.save()
    _note("moneyrule.confirm", rule, {"rule": rule.pk}, by, on)
    return rule


def _note(kind, rule, facts, by, on):
    programme = rule.programme
    record(kind, programme.ref, by=by, on=on, programme=programme.key, body={"currency": rule.currency, **facts})
