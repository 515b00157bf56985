"""Forms about the people and things behind a loan. Amounts are typed in major units of the loan's currency."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants.models import Party
from loans.models import Collateral, LifeEvent, Moratorium
from pages.fields import DateField, MoneyField, ReasonField, RowsField
from pages.forms import SeedbedForm
from programmes.models import Membership, Region, Role, Village


class PartyField(forms.CharField):
    """A party by its reference, among those that `user` may see; `user` is set by the form."""

    user = None

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("The reference on the register, for example P-000123."))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        party = Party.objects.visible_to(self.user).filter(ref__iexact=text.strip()).first()
        if party is None:
            raise forms.ValidationError(_("There is nobody with the reference %(ref)s."), params={"ref": text})
        return party


class OfLoanForm(SeedbedForm):
    """A form about one loan: its money fields are in the loan's currency, its parties those that the user sees."""

    keyed = True
    papers = ()

    def __init__(self, *args, loan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.loan = loan
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.currency = loan.currency
            if isinstance(field, PartyField):
                field.user = user

    def arguments(self):
        return self.with_papers(dict(self.cleaned_data))

    def with_papers(self, data):
        """The uploads of a form with `papers` go together, as `act_with_papers` takes them."""
        if self.papers:
            data["papers"] = {name: data.pop(name) for name in self.papers}
        return data


class GuarantorForm(OfLoanForm):
    papers = ("consent", "spouse_consent")

    party = PartyField(label=_("Who guarantees"))
    amount = MoneyField(label=_("Up to which amount"))
    consented_on = DateField(label=_("Consent signed on"))
    consent = forms.FileField(label=_("The signed consent"))
    married = forms.BooleanField(label=_("The guarantor is married"), required=False)
    spouse_consented_on = DateField(label=_("The spouse's consent signed on"), required=False)
    spouse_consent = forms.FileField(label=_("The spouse's signed consent"), required=False)


class CollateralForm(OfLoanForm):
    papers = ("paper",)

    kind = forms.ChoiceField(label=_("Kind"), choices=Collateral.Kind.choices)
    description = forms.CharField(label=_("What it is"), max_length=300)
    owner = PartyField(label=_("Whose it is"))
    value_amount = MoneyField(label=_("Value"))
    valued_by = forms.CharField(label=_("Who valued it"), max_length=120)
    valued_on = DateField(label=_("Valued on"))
    registration = forms.CharField(label=_("Registration of the lien"), max_length=80, required=False)
    paper = forms.FileField(label=_("The valuation or pledge"))


class ReleaseForm(SeedbedForm):
    keyed = True

    reason = ReasonField()


class NoticeForm(SeedbedForm):
    """Nothing to type: pressing says that it was done."""

    keyed = True


class ConfirmForm(NoticeForm):
    """The same, on the row as it was shown."""

    versioned = True


class LifeEventForm(OfLoanForm):
    papers = ("evidence", "attorney")

    kind = forms.ChoiceField(label=_("What happened"), choices=LifeEvent.Kind.choices, widget=forms.RadioSelect)
    happened_on = DateField(label=_("When"))
    evidence = forms.FileField(label=_("The paper that shows it"))
    payer = PartyField(label=_("Who of the household pays from now on"), required=False)
    attorney = forms.FileField(label=_("Power of attorney"), required=False)


class DecideForm(OfLoanForm):
    outcome = forms.ChoiceField(label=_("What follows"), choices=LifeEvent.Outcome.choices, widget=forms.RadioSelect)
    payer = PartyField(label=_("Who pays from now on"), required=False)
    decision_ref = forms.CharField(
        label=_("Decision"),
        max_length=40,
        required=False,
        help_text=_("By whom or where it was decided. What the committee approved on a request is named by itself."),
    )


class MembersForm(OfLoanForm):
    """One amount for each member, under `member_<pk>`; gathered as (Party, minor units) under `gathers`."""

    gathers = "shares"

    def __init__(self, *args, members, amounts=None, loan, **kwargs):
        self.members = {f"member_{party.pk}": party for party in members}
        super().__init__(*args, loan=loan, **kwargs)
        for name, party in self.members.items():
            field = MoneyField(label=party.name, least=0, required=False, currency=loan.currency)
            self.fields[name] = field
            if amounts:
                self.initial.setdefault(name, amounts.get(party.pk))

    def arguments(self):
        data = {name: value for name, value in self.cleaned_data.items() if name not in self.members}
        data[self.gathers] = [(party, self.cleaned_data.get(name) or 0) for name, party in self.members.items()]
        return self.with_papers(data)

    def party_choice(self, label, required=True):
        return forms.ModelChoiceField(
            label=label,
            queryset=Party.objects.filter(pk__in=[party.pk for party in self.members.values()]),
            required=required,
        )


class ConstituteForm(MembersForm):
    papers = ("act",)

    constituted_on = DateField(label=_("Act signed on"))
    act = forms.FileField(label=_("The signed act of constitution"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["leader"] = self.party_choice(_("Leader"))


class LeaveForm(MembersForm):
    gathers = "takers"

    reason = ReasonField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"] = self.party_choice(_("Who leaves"))
        self.fields["leader"] = self.party_choice(_("New leader, where the leader leaves"), required=False)
        self.order_fields(["member", "leader", *self.members, "reason"])


class MemberPaymentsForm(MembersForm):
    gathers = "amounts"

    reason = ReasonField()


class ClaimForm(OfLoanForm):
    amount = MoneyField(label=_("How much the group claims"))
    reason = ReasonField()

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        parties = Party.objects.filter(pk__in=[party.pk for party in members])
        self.fields["member"] = forms.ModelChoiceField(label=_("From which member"), queryset=parties)
        self.order_fields(["member", "amount", "reason"])


class MoratoriumForm(SeedbedForm):
    """Which area, for how long, from when. Empty places mean the whole programme."""

    keyed = True

    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.none(), required=False, empty_label=_("All")
    )
    villages = RowsField(label=_("Towns and villages"), queryset=Village.objects.none(), required=False)
    sector = forms.CharField(label=_("Sector"), max_length=60, required=False)
    months = forms.IntegerField(label=_("Months without instalments"), min_value=1, max_value=11)
    interest = forms.ChoiceField(
        label=_("Interest of these months"), choices=Moratorium.Interest.choices, widget=forms.RadioSelect
    )
    starts_on = DateField(label=_("In effect from"))
    reason = ReasonField(help_text=_("The committee reads it. Of the area, not of people: name nobody."))

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        regions = programme.regions.all()
        self.fields["region"].queryset = regions
        self.fields["villages"].queryset = Village.objects.filter(district__region__in=regions).order_by("name")


class HandoverForm(SeedbedForm):
    """To whom, which loans, why."""

    keyed = True

    taker = forms.ModelChoiceField(label=_("To which adviser"), queryset=User.objects.none())
    loans = RowsField(label=_("Loans"), queryset=None, widget=forms.CheckboxSelectMultiple)
    reason = ReasonField()

    def __init__(self, *args, programme, giver, loans, **kwargs):
        super().__init__(*args, **kwargs)
        seats = Membership.objects.filter(programme=programme, role=Role.ADVISER).values("user")
        people = User.objects.filter(pk__in=seats, is_active=True).exclude(pk=giver.pk)
        self.fields["taker"].queryset = people.order_by("name")
        self.fields["loans"].queryset = loans
        self.fields["loans"].label_from_instance = lambda loan: f"{loan.borrower}, {loan.ref}"
