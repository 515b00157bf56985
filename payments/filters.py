"""Filters of the money lists."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applicants.models import called
from ledger.models import Leg
from payments.models import PaymentOrder, Screening, StatementLine
from payments.words import ACCOUNTS
from programmes.clock import today


class OrderFilter(django_filters.FilterSet):
    """All payments."""

    q = django_filters.CharFilter(label=_("Reference"), method="find")
    state = django_filters.ChoiceFilter(label=_("State"), choices=PaymentOrder.State.choices, empty_label=_("Any"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=PaymentOrder.Kind.choices, empty_label=_("Any"))

    class Meta:
        model = PaymentOrder
        fields = ("q", "state", "kind")

    def find(self, queryset, name, value):
        text = value.strip().upper()
        return queryset.filter(ref=text) | queryset.filter(source_ref__startswith=text)


class ScreeningFilter(django_filters.FilterSet):
    """Who was compared with the sanctions lists."""

    q = django_filters.CharFilter(label=_("Name or reference"), method="find")
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"), choices=Screening.Outcome.choices, empty_label=_("Any"), method="last"
    )
    due = django_filters.ChoiceFilter(
        label=_("Valid"), choices=[("soon", _("Runs out within 14 days"))], empty_label=_("Any"), method="ending"
    )

    class Meta:
        model = Screening
        fields = ("q", "outcome", "due")

    def find(self, queryset, name, value):
        return queryset.filter(called(value, "party") | Q(staff__name__icontains=value))

    def last(self, queryset, name, value):
        return queryset.newest().filter(outcome=value)

    def ending(self, queryset, name, value):
        return queryset.running_out(today())


class LegFilter(django_filters.FilterSet):
    """One line's entries."""

    account = django_filters.ChoiceFilter(
        label=_("Account"),
        field_name="account__code",
        choices=list(ACCOUNTS.items()),
        empty_label=_("Any"),
    )
    subject = django_filters.CharFilter(label=_("Reference"), field_name="account__subject", lookup_expr="istartswith")

    class Meta:
        model = Leg
        fields = ("account", "subject")


class StatementLineFilter(django_filters.FilterSet):
    """One statement's lines."""

    state = django_filters.ChoiceFilter(label=_("State"), choices=StatementLine.State.choices, empty_label=_("Any"))

    class Meta:
        model = StatementLine
        fields = ("state",)
