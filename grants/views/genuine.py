"""Is this paper genuine? What anybody learns who holds a signed agreement, by the code that is printed on it."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grants.models import Award
from ledger.money import Money


@login_not_required
@require_safe
def genuine(request, code):
    """Number, date, amount and programme (by its public name) to compare with the paper; nobody's name.

    404 for a code that is on no paper: then the page says that the paper is not from here.
    """
    award = get_object_or_404(Award.objects.select_related("programme"), code=code)
    context = {
        "title": _("This agreement was signed"),
        "award": award,
        "money": Money(award.amount, award.currency),
        "amended": award.amendments.filter(state="approved").order_by("number"),
        "programme_name": award.programme.public_name,
    }
    response = render(request, "grants/genuine.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
