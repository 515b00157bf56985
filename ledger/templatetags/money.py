from django import template

from ledger.money import shown

register = template.Library()


@register.filter
def amount(minor, currency):
    """`{{ row.amount|amount:row.currency }}` prints "1,200.00" in the reader's language; nothing for None."""
    return "" if minor is None else shown(minor, currency)


@register.filter
def money(minor, currency):
    """`{{ row.amount|money:row.currency }}` prints "EUR 1,200.00"."""
    return "" if minor is None else f"{currency}\u00a0{shown(minor, currency)}"
