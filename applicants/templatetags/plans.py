"""Tags of the plan's table forms."""

from django import template
from django.utils.translation import gettext as _

from ledger.money import digits as digits_of
from pages.templatetags.seedbed import control

register = template.Library()


@register.inclusion_tag("applicants/row_control.html")
def rowcontrol(row, name, number):
    """The control of a row's field with its own error; its label says the row: "Price of one, row 3"."""
    bound = row[name]
    error_id = f"{bound.auto_id}_error"
    label = _("%(field)s, row %(number)s") % {"field": bound.label, "number": number}
    return {
        "errors": bound.errors,
        "error_id": error_id,
        "control": control(bound, label, error_id if bound.errors else ""),
    }


@register.filter
def digits(currency):
    """Decimal digits of a currency, for the script that adds up."""
    return digits_of(currency)
