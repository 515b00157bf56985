"""The page of one batch, and what the bank gets of it: lists and files for finance only, written down."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from pages.sheets import write_csv
from payments.bank_files import BANK_LIST, MOBILE_MONEY, PROFILES, why_no_list, why_no_pain
from payments.models import PayeeAccount, PaymentOrder
from payments.services import file_for_bank, list_for_bank
from payments.sources import link_for
from payments.views.access import batch_or_404, day_of
from programmes.models import Role
from programmes.roles import holds

PAIN_TITLE = gettext_lazy("File for the bank (pain.001)")
LIST_NAMES = {BANK_LIST.key: "payments:bank_list", MOBILE_MONEY.key: "payments:mobile_list"}


@login_required
@require_GET
def batch(request, ref):
    row = batch_or_404(request, ref)
    orders = list(PaymentOrder.objects.filter(batch=row).for_pages().order_by("pk"))
    files = _files(row, orders) if holds(request.user, [Role.FINANCE], row.programme_id) else []
    context = {
        "batch": row,
        "title": row.ref,
        "crumbs": ((_("Payments"), reverse("payments:queue")), (_("Batches"), reverse("payments:batches"))),
        "rows": [{"order": order, "url": link_for(order)} for order in orders],
        "cash": [order for order in orders if order.account.kind == PayeeAccount.Kind.CASH],
        "files": [file for file in files if not file["why_not"]],
        "not_offered": [file for file in files if file["why_not"]],
    }
    return render(request, "payments/batch.html", context)


def _files(batch, orders):
    """What the bank can get of this batch: title, address, and why not where it does not fit."""
    found = [(PAIN_TITLE, "payments:pain_001", why_no_pain(batch, orders))]
    found += [(profile.title, LIST_NAMES[key], why_no_list(profile, orders)) for key, profile in PROFILES.items()]
    return [{"title": title, "url": reverse(name, args=[batch.ref]), "why_not": why} for title, name, why in found]


@login_required
@require_GET
def csv_list(request, ref, profile):
    """The batch as CSV by one of the profiles."""
    row = batch_or_404(request, ref)
    lines = list_for_bank(batch=row, profile=profile, on=day_of(row), by=request.user)
    return write_csv(profile.headings, lines, row.ref)


@login_required
@require_GET
def pain_001(request, ref):
    row = batch_or_404(request, ref)
    content = file_for_bank(batch=row, on=day_of(row), by=request.user)
    response = HttpResponse(content, content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.ref}.pain.001.xml"'
    return response
