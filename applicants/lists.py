"""The list of applications: its columns, its filters."""

import django_filters
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from applicants.models import Application, called
from ledger.money import Money
from pages.lists import Column, ListPage
from programmes.models import Call, Membership, Region, Role
from programmes.roles import held_by


def _programmes(request):
    programme = request.desk.programme
    return [programme.pk] if programme else [held.programme_id for held in held_by(request.user) if held.programme_id]


def calls_of(request):
    return Call.objects.filter(programme__in=_programmes(request)).order_by("name")


def regions_of(request):
    return Region.objects.filter(programmes__in=_programmes(request)).distinct()


def advisers_of(request):
    held = Membership.objects.filter(programme__in=_programmes(request), role=Role.ADVISER)
    return get_user_model().objects.filter(pk__in=held.values("user")).order_by("name")


class ApplicationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, reference or village"), method="matching")
    call = django_filters.ModelChoiceFilter(label=_("Call"), queryset=calls_of, empty_label=_("All calls"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Application.State.choices, empty_label=_("Any state"))
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=regions_of, empty_label=_("All regions"))
    adviser = django_filters.ModelChoiceFilter(label=_("Adviser"), queryset=advisers_of, empty_label=_("Anyone"))

    class Meta:
        model = Application
        fields = ["q", "call", "state", "region", "adviser"]

    def matching(self, queryset, name, value):
        by_ref = queryset.filter(ref=value.strip().upper())
        return by_ref if by_ref.exists() else queryset.filter(called(value, "applicant"))


def place_of(row):
    village = row.applicant.village
    return f"{village}, {row.region}" if village else str(row.region)


def script_of(row):
    return row.applicant.name_script, row.applicant.script_language


class ApplicationList(ListPage):
    key = "applications"
    title = _("Applications")
    noun = (_("%(count)s application"), _("%(count)s applications"))
    empty = _("No application yet.")
    filterset = ApplicationFilter
    ordering = "-pk"
    columns = (
        Column("reference", _("Application"), value="ref", only="file"),
        Column(
            "applicant",
            _("Applicant"),
            value="applicant.name",
            head=True,
            link=lambda row: row.get_absolute_url(),
            script=script_of,
            small=lambda row: f"{row.ref} · {row.title}",
        ),
        Column("title", _("What it is for"), only="file"),
        Column("state", _("State"), tag=True),
        Column("place", _("Village, region"), value=place_of),
        Column("adviser", _("Adviser"), value="adviser.name"),
        Column("call", _("Call"), value="call.name", only="file"),
        Column("window", _("Window"), value="window.name", only="file"),
        Column("asked", _("Asks for"), value=lambda row: Money(row.asked_amount, row.currency), number=True),
        Column("own", _("Own part"), value=lambda row: Money(row.own_amount, row.currency), number=True, only="file"),
        Column("currency", _("Currency"), only="file"),
        Column("started", _("Started"), value="started_on", number=True),
        Column("submitted", _("Submitted"), value="submitted_on", number=True, only="file"),
    )
