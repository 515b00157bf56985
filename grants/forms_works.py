"""Forms of tenders, works contracts and certificates. Amounts are typed in major units and cleaned to minor units."""

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants.models import Party, called
from grants.models import Bid, WorksContract
from pages.fields import DateField, MoneyField, ReasonField
from pages.forms import SeedbedForm
from pages.moves import MoveForm
from programmes.models import Membership

RESPONSIVE = (("yes", _("Yes")), ("no", _("No")))


class TenderForm(SeedbedForm):
    keyed = True

    subject = forms.CharField(label=_("Which works"), max_length=200)
    deadline_on = DateField(label=_("Bids until the end of"))


class BidForm(SeedbedForm):
    """A closed bid came in."""

    keyed = True

    bidder = forms.CharField(
        label=_("Bidder"), max_length=20, help_text=_("Reference of the enterprise on the register: E-000123.")
    )
    upload = forms.FileField(label=_("The envelope's receipt"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_bidder(self):
        text = self.cleaned_data["bidder"].strip()
        party = Party.objects.visible_to(self.user).filter(ref__iexact=text, kind="enterprise").first()
        if party is None:
            raise forms.ValidationError(_("There is no enterprise %(ref)s on the register."), params={"ref": text})
        return party


class ReadBidForm(SeedbedForm):
    """An opened bid."""

    amount = MoneyField(label=_("Amount of the bid"))
    responsive = forms.ChoiceField(label=_("Fits what was asked"), choices=RESPONSIVE, widget=forms.RadioSelect)
    why_not = forms.CharField(label=_("If not: why"), max_length=240, required=False)

    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = currency

    def arguments(self):
        return {**self.cleaned_data, "responsive": self.cleaned_data["responsive"] == "yes"}


class OpenForm(MoveForm):
    opened_with = forms.ModelChoiceField(label=_("Who is the second person"), queryset=User.objects.none())

    def __init__(self, *args, tender, user, **kwargs):
        super().__init__(*args, **kwargs)
        seats = Membership.objects.filter(programme=tender.programme_id, role__in=("adviser", "manager", "finance"))
        people = User.objects.filter(pk__in=seats.values("user"), is_active=True).exclude(pk=user.pk)
        self.fields["opened_with"].queryset = people.order_by("name")


class ChooseForm(MoveForm):
    winner = forms.ModelChoiceField(
        label=_("Bid"), queryset=Bid.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    why_not_lowest = forms.CharField(
        label=_("If it is not the lowest: why"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args, tender, user, **kwargs):
        super().__init__(*args, **kwargs)
        bids = tender.bids.comparable().select_related("bidder")
        self.fields["winner"].queryset = bids
        self.fields["winner"].label_from_instance = lambda bid: f"{bid.bidder}, {bid.money(tender.currency)}"
        if not self.is_bound:
            self.initial.setdefault("winner", bids.first())


class ContractForm(SeedbedForm):
    keyed = True

    starts_on = DateField(label=_("Works start"))
    ends_on = DateField(label=_("Works end"))
    retention_pct = forms.IntegerField(label=_("Held back, percent"), min_value=0, max_value=30, initial=10)
    damages_per_day_amount = MoneyField(label=_("Damages for a day of delay"), least=0, required=False)
    defects_months = forms.IntegerField(
        label=_("Months in which the builder answers for defects"), min_value=0, max_value=60, initial=12
    )

    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["damages_per_day_amount"].currency = currency

    def arguments(self):
        given = self.cleaned_data
        return {**given, "damages_per_day_amount": given["damages_per_day_amount"] or 0}


class SignContractForm(MoveForm):
    upload = forms.FileField(label=_("The signed contract"), required=False)


class ProvisionalForm(MoveForm):
    """The taking over, with up to three defects; more are noted afterwards."""

    present = forms.CharField(label=_("Who was present"), max_length=240)
    upload = forms.FileField(label=_("The signed acceptance"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number in (1, 2, 3):
            self.fields[f"text_{number}"] = forms.CharField(
                label=_("Defect %(number)s") % {"number": number}, max_length=240, required=False
            )
            self.fields[f"due_on_{number}"] = DateField(label=_("To be put right by"), required=False)

    def clean(self):
        data = super().clean()
        for number in (1, 2, 3):
            if bool(data.get(f"text_{number}")) != bool(data.get(f"due_on_{number}")):
                self.add_error(f"text_{number}", _("Say what is wrong and until when, or leave both empty."))
        return data

    def arguments(self):
        given = dict(self.cleaned_data)
        pairs = [(given.pop(f"text_{number}"), given.pop(f"due_on_{number}")) for number in (1, 2, 3)]
        return {**given, "defects": [pair for pair in pairs if pair[0]]}


class MeasureForm(SeedbedForm):
    keyed = True

    work_done_amount = MoneyField(
        label=_("Work done since the beginning"),
        help_text=_("Not only what is new: everything, before anything is held back."),
    )
    period_to = DateField(label=_("Work until"))
    upload = forms.FileField(label=_("Sheets of measurement"), required=False)

    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["work_done_amount"].currency = currency


class ReleaseForm(SeedbedForm):
    keyed = True


class VariationForm(SeedbedForm):
    keyed = True

    text = forms.CharField(label=_("What changes"), max_length=240)
    amount = MoneyField(label=_("By how much"))
    direction = forms.ChoiceField(
        label=_("More or less"), choices=(("more", _("More")), ("less", _("Less"))), widget=forms.RadioSelect
    )

    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = currency

    def arguments(self):
        given = dict(self.cleaned_data)
        sign = 1 if given.pop("direction") == "more" else -1
        return {**given, "amount": sign * given["amount"]}


class DecideVariationForm(SeedbedForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=(("approve", _("Approve it")), ("refuse", _("Refuse it"))),
        widget=forms.RadioSelect,
    )
    reason = ReasonField(label=_("If refused: why"), required=False)


class DefectForm(SeedbedForm):
    keyed = True

    text = forms.CharField(label=_("What is wrong"), max_length=240)
    due_on = DateField(label=_("To be put right by"))


class CloseDefectForm(SeedbedForm):
    seen = forms.BooleanField(label=_("I have seen that it is put right."))

    def arguments(self):
        return {}


class HandOverWorksForm(SeedbedForm):
    upload = forms.FileField(label=_("The signed handover paper"), required=False)
    confirmed = forms.BooleanField(label=_("The grantee has taken over the works."))

    def arguments(self):
        return {"upload": self.cleaned_data["upload"]}


class WorksFilter(django_filters.FilterSet):
    """The filters of the list of works contracts."""

    q = django_filters.CharFilter(label=_("Name or reference"), method="matching")
    state = django_filters.ChoiceFilter(label=_("State"), choices=WorksContract.State.choices, empty_label=_("Any"))

    class Meta:
        model = WorksContract
        fields = ()

    def matching(self, rows, _name, text):
        wanted = called(text, "contractor") | called(text, "award__applicant")
        return rows.filter(Q(ref__iexact=text.strip()) | Q(award__ref__iexact=text.strip()) | wanted)
