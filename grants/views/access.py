"""What every page of grants needs: rows that the user may see, else 404, and today in the programme."""

from django.shortcuts import get_object_or_404

from grants.models import Asset, Award, Contribution, Deliverable
from programmes.clock import today

RELATED = (
    "application__call",
    "application__applicant",
    "applicant",
    "business",
    "programme",
    "window",
    "line",
    "region",
)


def awards_of(request):
    """The awards that the user may see, of the programme chosen in the top bar where one is chosen."""
    awards = Award.objects.visible_to(request.user)
    chosen = request.desk.programme
    return awards.filter(programme=chosen) if chosen else awards


def award_or_404(request, ref):
    return get_object_or_404(Award.objects.visible_to(request.user).select_related(*RELATED), ref=ref)


def tranche_or_404(request, ref, number):
    award = award_or_404(request, ref)
    tranche = get_object_or_404(award.tranches.kept().select_related("payee"), number=number)
    tranche.award = award
    return tranche


def _of_award(request, ref, queryset, pk, path="award"):
    award = award_or_404(request, ref)
    row = get_object_or_404(queryset, pk=pk, **{path: award})
    return award, row


def contribution_or_404(request, ref, pk):
    award, row = _of_award(request, ref, Contribution.objects.all(), pk)
    row.award = award
    return award, row


def deliverable_or_404(request, ref, pk):
    return _of_award(request, ref, Deliverable.objects.select_related("tranche"), pk, "tranche__award")


def asset_or_404(request, ref, pk):
    return _of_award(request, ref, Asset.objects.all(), pk)


def day_of(award):
    return today(award.programme)
