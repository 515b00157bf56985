"""Sums that are round beyond the programme's rule, and invoices from before the agreement. Minor units."""

from django.db.models import F
from django.utils.translation import gettext as _

from grants.models import Award, Expense, Purchase
from ledger.money import Money, to_minor
from reports.warnings.found import Finding


def round_sums(programme, rule):
    """(findings, sums looked at): awards, purchases and invoices that are whole multiples of the rule's unit."""
    cases = ("currency", "application", "applicant", "ref")
    mine = ("award__currency", "award__application", "award__applicant", "award__ref")
    awards = Award.objects.filter(programme=programme).exclude(state=Award.State.CANCELLED)
    bought = Purchase.objects.live().filter(award__programme=programme)
    costs = Expense.objects.filter(award__programme=programme).annotate(whole=F("net_amount") + F("vat_amount"))
    groups = (
        (rule.award_unit, awards.values_list("ref", "amount", *cases), _("The award %(ref)s is %(amount)s.")),
        (
            rule.purchase_unit,
            bought.exclude(amount=None).values_list("ref", "amount", *mine),
            _("The purchase %(ref)s is %(amount)s."),
        ),
        (
            rule.invoice_unit,
            bought.exclude(invoice_amount=None)
            .exclude(invoice_amount=F("amount"))
            .values_list("ref", "invoice_amount", *mine),
            _("The invoice of %(ref)s is %(amount)s."),
        ),
        (
            rule.invoice_unit,
            [(f"X{pk}", amount, *rest) for pk, amount, *rest in costs.values_list("pk", "whole", *mine)],
            _("The invoice of a cost of the award %(award)s is %(amount)s."),
        ),
    )
    found, looked = [], 0
    for unit, rows, sentence in groups:
        if not unit:
            continue
        for ref, amount, currency, case, party, award in rows:
            looked += 1
            if amount and amount % to_minor(unit, currency) == 0:
                said = sentence % {"ref": ref, "award": award, "amount": Money(amount, currency)}
                found.append(_finding("round", (ref, f"amount:{amount}"), said, case, party))
    return found, looked


def early_invoices(programme):
    """(findings, invoices looked at): dated before the day of the agreement. The own part may come earlier."""
    path = ("award__ref", "award__signed_on", "award__application", "award__applicant")
    signed = {"award__programme": programme, "award__signed_on__isnull": False}
    bought = Purchase.objects.live().filter(**signed).exclude(invoice_on=None)
    costs = Expense.objects.filter(**signed)
    of_purchase = _("The invoice of %(ref)s is dated %(day)s; the agreement of %(award)s %(signed)s.")
    of_cost = _("The invoice of a cost of %(award)s is dated %(day)s; the agreement %(signed)s.")
    rows = [(of_purchase, ref, *rest) for ref, *rest in bought.values_list("ref", "invoice_on", *path)]
    rows += [(of_cost, f"X{pk}", *rest) for pk, *rest in costs.values_list("pk", "invoice_on", *path)]
    found = []
    for sentence, ref, day, award, signed_on, case, party in rows:
        if day < signed_on:
            said = sentence % {
                "ref": ref,
                "day": f"{day:%d.%m.%Y}",
                "award": award,
                "signed": f"{signed_on:%d.%m.%Y}",
            }
            found.append(_finding("early", (ref, award), said, case, party))
    return found, len(rows)


def _finding(kind, about, sentence, case, party):
    return Finding(kind, about, sentence, parties=frozenset([party]), cases=frozenset([case]))
