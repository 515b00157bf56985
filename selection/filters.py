"""Filters of the list of sessions."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from programmes.models import Programme
from selection.models import Session


def visible_programmes(request):
    return Programme.objects.visible_to(request.user)


class SessionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label=_("State"), choices=Session.State.choices, empty_label=_("Any"))
    programme = django_filters.ModelChoiceFilter(
        label=_("Programme"), queryset=visible_programmes, empty_label=_("Any")
    )
    sits_on = django_filters.DateFilter(label=_("Sits on or after"), lookup_expr="gte", widget=forms.DateInput)

    class Meta:
        model = Session
        fields = ("state", "programme", "sits_on")
