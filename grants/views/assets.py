"""The register of assets over all awards, and the end of an asset."""

import rules
from django.contrib.auth.decorators import login_required
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import Blocked, NotAllowed
from grants.forms_purchases import AssetFilter, ClawbackForm, DisposeForm
from grants.models import Asset
from grants.services import clawback_due, decide_clawback, dispose_asset
from grants.views.access import asset_or_404, day_of
from ledger.money import Money
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage


class Assets(ListPage):
    """What was bought, newest first."""

    key = "assets"
    title = gettext_lazy("Register of assets")
    noun = (gettext_lazy("%(count)s asset"), gettext_lazy("%(count)s assets"))
    filterset = AssetFilter
    empty = gettext_lazy("Nothing is on the register yet. What a purchase brings is entered when it is matched.")
    columns = [
        Column(
            "label",
            gettext_lazy("What"),
            head=True,
            link=lambda asset: f"{asset.award.get_absolute_url()}#assets",
            small=lambda asset: f"{asset.award.ref} · {asset.award.applicant.name}",
        ),
        Column("award", gettext_lazy("Award"), value="award.ref", only="file"),
        Column("grantee", gettext_lazy("Grantee"), value="award.applicant.name", only="file"),
        Column("programme", gettext_lazy("Programme"), value="award.programme.public_name", only="file"),
        Column("purchase", gettext_lazy("Purchase"), value="purchase.ref", only="file"),
        Column("serial_number", gettext_lazy("Serial number")),
        Column("supplier", gettext_lazy("Supplier")),
        Column("handed_over_on", gettext_lazy("Handed over")),
        Column("title_passes_on", gettext_lazy("Title passes on")),
        Column("disposed_on", gettext_lazy("Disposed of")),
        Column(
            "amount",
            gettext_lazy("Cost"),
            value=lambda asset: Money(asset.amount, asset.award.currency),
            number=True,
            sort="amount",
        ),
        Column("currency", gettext_lazy("Currency"), value="award.currency", only="file"),
    ]


@login_required
@require_GET
def assets(request):
    rows = Asset.objects.visible_to(request.user).select_related("award__applicant", "award__programme", "purchase")
    chosen = request.desk.programme
    return Assets(request, rows.filter(award__programme=chosen) if chosen else rows).response()


@login_required
def dispose(request, ref, pk):
    award, asset = asset_or_404(request, ref, pk)
    if not rules.test_rule("grants.hand_over", request.user, award):
        raise NotAllowed()
    if asset.handed_over_on is None or asset.disposed_on is not None:
        raise Blocked(_("This asset is not at the grantee's."))
    on = day_of(award)
    if (
        asset.title_passes_on
        and on < asset.title_passes_on
        and not rules.test_rule("grants.manage", request.user, award)
    ):
        raise NotAllowed(_("Before its title passes only the manager lets it go."))
    form = DisposeForm(request.POST or None, initial={"on": on})
    if request.method == "POST" and attempt(form, dispose_asset, asset=asset, by=request.user) is not None:
        return done(request, _("The asset is off the register."), f"{award.get_absolute_url()}#assets")
    lead = _("%(asset)s, bought for %(cost)s. Not used yet today: %(left)s.") % {
        "asset": asset.label,
        "cost": Money(asset.amount, award.currency),
        "left": Money(clawback_due(asset, on), award.currency),
    }
    return form_page(
        request,
        form,
        title=_("Dispose of an asset"),
        submit=_("Record it"),
        lead=lead,
        back=f"{award.get_absolute_url()}#assets",
        crumbs=((_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url())),
    )


@login_required
def clawback(request, ref, pk):
    """What is asked back for an asset that was let go before its title had passed."""
    award, asset = asset_or_404(request, ref, pk)
    if not rules.test_rule("grants.claw_back", request.user, award) or asset.disposed_by_id == request.user.pk:
        raise NotAllowed(_("Another person than the one who let it go decides what is asked back."))
    if not asset.clawback_amount or asset.claimed_on is not None:
        raise Blocked(_("Nothing is to be decided on this asset."))
    form = ClawbackForm(request.POST or None, asset=asset)
    given = {"asset": asset, "on": day_of(award), "by": request.user}
    if request.method == "POST" and attempt(form, decide_clawback, **given) is not None:
        return done(request, _("It is decided what is asked back."), f"{award.get_absolute_url()}#assets")
    lead = _("%(asset)s was let go on %(day)s. Not used yet then: %(left)s.") % {
        "asset": asset.label,
        "day": f"{asset.disposed_on:%d.%m.%Y}",
        "left": Money(asset.clawback_amount, award.currency),
    }
    return form_page(
        request,
        form,
        title=_("Ask back for an asset"),
        submit=_("Decide it"),
        lead=lead,
        back=f"{award.get_absolute_url()}#assets",
        crumbs=((_("Grants"), reverse("grants:awards")), (award.ref, award.get_absolute_url())),
    )
