"""The lists of the register: people and businesses, referrals, trainings."""

import django_filters
from django.utils.translation import gettext_lazy as _

from applicants.lists import regions_of
from applicants.models import Course, Party, Referral
from pages.lists import Column, ListPage
from programmes.models import Programme, Village
from programmes.roles import held_by


def programmes_of(request):
    return Programme.objects.filter(pk__in=[held.programme_id for held in held_by(request.user)]).order_by("name")


def villages_of(request):
    found = Village.objects.filter(district__region__in=regions_of(request).values("pk"))
    return found.select_related("district").order_by("name")


class PartyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Name, reference or village"), method="matching")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Party.Kind.choices, empty_label=_("Any kind"))
    region = django_filters.ModelChoiceFilter(
        label=_("Region"), queryset=regions_of, empty_label=_("All regions"), method="in_region"
    )
    village = django_filters.ModelChoiceFilter(
        label=_("Town or village"), queryset=villages_of, empty_label=_("All places")
    )
    sex = django_filters.ChoiceFilter(label=_("Sex"), choices=Party.Sex.choices, empty_label=_("Any"))
    programme = django_filters.ModelChoiceFilter(
        label=_("Programme"),
        queryset=programmes_of,
        empty_label=_("All my programmes"),
        method="in_programme",
        to_field_name="key",
    )

    class Meta:
        model = Party
        fields = ["q", "kind", "region", "village", "sex", "programme"]

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        if len(request.desk.programmes) < 2:
            del self.filters["programme"]

    def matching(self, queryset, name, value):
        return queryset.matching(value)

    def in_region(self, queryset, name, value):
        return queryset.filter(village__district__region=value)

    def in_programme(self, queryset, name, value):
        return queryset.in_programme(value)


class PartyList(ListPage):
    key = "people"
    title = _("People and businesses")
    noun = (_("%(count)s person or business"), _("%(count)s people and businesses"))
    empty = _("Nobody here yet.")
    filterset = PartyFilter
    ordering = "-pk"
    columns = (
        Column("reference", _("Reference"), value="ref", only="file"),
        Column(
            "name",
            _("Name"),
            head=True,
            link=lambda row: row.get_absolute_url(),
            script=lambda row: (row.name_script, row.script_language),
            small=lambda row: row.ref,
        ),
        Column("name_script", _("Name in its own script"), only="file"),
        Column("kind", _("Kind"), value="get_kind_display"),
        Column("sex", _("Sex"), value=lambda row: row.get_sex_display() if row.is_person else ""),
        Column("born", _("Born"), value=lambda row: str(row.birth_year or ""), number=True),
        Column("place", _("Village, region"), value="place"),
        Column("phone", _("Phone")),
        Column("registered", _("On the register since"), value="registered_on", number=True),
    )


class ReferralFilter(django_filters.FilterSet):
    name = django_filters.CharFilter(label=_("Name"), lookup_expr="icontains")
    answer = django_filters.ChoiceFilter(label=_("Answer"), choices=Referral.Answer.choices, empty_label=_("Any"))
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=regions_of, empty_label=_("All regions"))

    class Meta:
        model = Referral
        fields = ["name", "answer", "region"]


class ReferralList(ListPage):
    key = "referrals"
    title = _("Referrals")
    noun = (_("%(count)s referral"), _("%(count)s referrals"))
    empty = _("Nobody was sent to us yet.")
    filterset = ReferralFilter
    ordering = "-referred_on"
    columns = (
        Column("name", _("Name"), head=True, link=lambda row: row.get_absolute_url()),
        Column("source", _("Sent by")),
        Column("region", _("Region"), value="region.name"),
        Column("referred", _("When"), value="referred_on", number=True, sort="referred_on"),
        Column("answer", _("Answer"), value="get_answer_display"),
        Column("answered", _("Answered"), value="answered_on", number=True),
        Column("party", _("File"), value=lambda row: row.party.ref if row.party else ""),
    )


class CourseFilter(django_filters.FilterSet):
    title = django_filters.CharFilter(label=_("Title"), lookup_expr="icontains")
    kind = django_filters.CharFilter(label=_("Kind"), lookup_expr="icontains")
    region = django_filters.ModelChoiceFilter(label=_("Region"), queryset=regions_of, empty_label=_("All regions"))
    open = django_filters.ChoiceFilter(
        label=_("Outcomes recorded"),
        choices=[("true", _("Yes")), ("false", _("No"))],
        empty_label=_("Either"),
        method="closed",
    )

    class Meta:
        model = Course
        fields = ["title", "kind", "region"]

    def closed(self, queryset, name, value):
        return queryset.filter(closed_on__isnull=value == "false")


class CourseList(ListPage):
    key = "trainings"
    title = _("Trainings")
    noun = (_("%(count)s training"), _("%(count)s trainings"))
    empty = _("No training yet.")
    filterset = CourseFilter
    ordering = "-starts_on"
    columns = (
        Column("title", _("Training"), head=True, link=lambda row: row.get_absolute_url(), small=lambda row: row.kind),
        Column("starts", _("First day"), value="starts_on", number=True, sort="starts_on"),
        Column("ends", _("Last day"), value="ends_on", number=True),
        Column(
            "place", _("Place"), value=lambda row: f"{row.village}, {row.region}" if row.village else str(row.region)
        ),
        Column("trainer", _("Trainer"), value="trainer.name"),
        Column("people", _("Places"), value="people", number=True),
        Column("completed", _("Completed"), value="completed", number=True),
        Column("dropped", _("Dropped out"), value="dropped", number=True),
        Column("closed", _("Outcomes recorded"), value="closed_on", number=True),
    )
