"""Forms of the committee."""

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applicants.holds import holds_on
from applicants.models import Application, Party
from audit.moves import facts, moving
from ledger.money import Money
from pages.fields import RowsField
from pages.forms import DateField, MoneyField, ReasonField, SeedbedForm
from programmes.models import AmountBand, Call, Programme, Role
from programmes.roles import held_by, rows_for
from selection.models import Case, Committee, Declaration, Seat, Session, StandingInterest, Vote
from selection.services.agenda import OPEN_SESSIONS
from selection.services.clarifying import MOST_ANSWER, MOST_QUESTION

INTERESTS = [("", _("None")), *(one for one in Declaration.Kind.choices if one[0] != Declaration.Kind.NONE)]


class CommitteeForm(SeedbedForm):
    """A new committee in a programme that the user manages."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"))
    name = forms.CharField(label=_("Name of the committee"), max_length=120)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        managed = [held.programme_id for held in held_by(user) if held.role == Role.MANAGER]
        self.fields["programme"].queryset = Programme.objects.filter(pk__in=managed)


class SeatForm(SeedbedForm):
    """A seat from today on."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"))
    role = forms.ChoiceField(label=_("Seat"), choices=Seat.Role.choices, initial=Seat.Role.MEMBER)
    chair_votes = forms.BooleanField(label=_("A chair in this seat votes"), required=False, initial=True)
    ends_on = DateField(label=_("Last day of the seat"), required=False)

    def __init__(self, *args, committee, **kwargs):
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(memberships__programme=committee.programme, is_active=True)
        self.fields["user"].queryset = staff.exclude(seats__in=committee.seats.filter(ends_on=None)).distinct()


class PlanSessionForm(SeedbedForm):
    """A session of one committee under one call."""

    committee = forms.ModelChoiceField(Committee.objects.none(), label=_("Committee"))
    call = forms.ModelChoiceField(Call.objects.none(), label=_("Call"))
    procedure = forms.ChoiceField(
        label=_("How does it decide?"),
        choices=Session.Procedure.choices,
        initial=Session.Procedure.LIVE,
        widget=forms.RadioSelect,
    )
    sits_on = DateField(label=_("The committee sits, or voting begins, on"))
    scores_due_on = DateField(label=_("Last day for the scores"), required=False)
    votes_due_on = DateField(label=_("Last day to vote"), required=False, help_text=_("In the written procedure only."))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        mine = rows_for(user, [Role.SECRETARY], region=None)
        self.fields["committee"].queryset = Committee.objects.filter(mine)
        self.fields["call"].queryset = Call.objects.filter(mine)


class AddCasesForm(SeedbedForm):
    """Boxes over the eligible applications of the session's call; each tells whether it is ready."""

    applications = RowsField(
        Application.objects.none(),
        label=_("Applications"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one application.")},
    )

    def __init__(self, *args, session, user, on, **kwargs):
        super().__init__(*args, **kwargs)
        taken = Case.objects.filter(session__state__in=OPEN_SESSIONS, removed_on=None).values("application")
        eligible = (
            Application.objects.visible_to(user)
            .filter(call=session.call, state=Application.State.ELIGIBLE)
            .exclude(pk__in=taken)
            .select_related("applicant", "programme", "call")
            .prefetch_related("verifications", "opinions")
            .order_by("submitted_on", "pk")[:200]
        )
        self.offered = list(eligible)
        prefetch_related_objects([session.call], "eligibility_rules")
        for row in self.offered:
            row.call = session.call
            moving(row, user, on)
            row.review_facts = facts(row, "open_review")
            row.held_by = holds_on(row, by=user, on=on)
            row.is_ready = not row.held_by and all(holds for holds, _sentence in row.review_facts)
        self.fields["applications"].queryset = Application.objects.filter(pk__in=[row.pk for row in self.offered])

    @property
    def chosen(self):
        return {str(pk) for pk in self.data.getlist("applications")} if self.is_bound else set()


class AttendanceForm(SeedbedForm):
    """Who is present, and from when to when where the committee writes that down."""

    present = RowsField(User.objects.none(), label=_("Present"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        seats = session.committee.seats.held_on(session.sits_on).select_related("user").order_by("user__name")
        self.seats = list(seats)
        self.fields["present"].queryset = User.objects.filter(pk__in=[seat.user_id for seat in self.seats])
        recorded = {row.member_id: row for row in session.attendance.all()}
        self.initial.setdefault("present", [pk for pk, row in recorded.items() if row.present])
        for seat in self.seats:
            row = recorded.get(seat.user_id)
            for name, label in (("came", _("%(name)s came at")), ("left", _("%(name)s left at"))):
                self.fields[f"{name}_{seat.user_id}"] = forms.TimeField(
                    label=label % {"name": seat.user},
                    required=False,
                    initial=getattr(row, f"{name}_at", None),
                    input_formats=["%H:%M", "%H.%M"],
                    widget=forms.TimeInput(format="%H:%M", attrs={"class": "sb-w-4", "placeholder": "10:00"}),
                    error_messages={"invalid": _("Write the time like 10:30.")},
                )

    @property
    def chosen(self):
        if self.is_bound:
            return {str(pk) for pk in self.data.getlist("present")}
        return {str(pk) for pk in self.initial["present"]}

    def rows(self):
        """(seat, bound time of coming, bound time of leaving) for the page."""
        return [(seat, self[f"came_{seat.user_id}"], self[f"left_{seat.user_id}"]) for seat in self.seats]

    def arguments(self):
        times = {
            seat.user_id: (self.cleaned_data[f"came_{seat.user_id}"], self.cleaned_data[f"left_{seat.user_id}"])
            for seat in self.seats
        }
        return {"present": self.cleaned_data["present"], "times": times}


class RemoveForm(SeedbedForm):
    reason = ReasonField(label=_("Why is it taken off the agenda?"), max_length=300)


class QuestionForm(SeedbedForm):
    question = forms.CharField(
        label=_("What does the committee want to know?"),
        help_text=_("The adviser reads it, and every member who judges the case. Your name is not told."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=MOST_QUESTION,
        error_messages={"required": _("Write what the committee wants to know.")},
    )


class AnswerForm(SeedbedForm):
    answer = forms.CharField(
        label=_("Your answer"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=MOST_ANSWER,
        error_messages={"required": _("Write the answer.")},
    )


class DecideForm(SeedbedForm):
    """Recording a decision: nothing is chosen but what happens when the line is short or a check fails again."""

    reserve_list = forms.BooleanField(
        label=_("If the money does not reach, place it on the reserve list"), required=False, initial=True
    )
    put_off_failing = forms.BooleanField(
        label=_("If a check that is run again fails, put the case off"), required=False
    )


class DecideAllForm(SeedbedForm):
    """Recording every decision: what happens to a case whose checks fail when they are run again."""

    put_off_failing = forms.BooleanField(
        label=_("If a check that is run again fails, put that case off and decide the others"), required=False
    )
    reason = ReasonField(required=False)


class ExtendForm(SeedbedForm):
    """More time to score or to vote."""

    scores_due_on = DateField(label=_("Last day for the scores"), required=False)
    votes_due_on = DateField(label=_("Last day to vote"), required=False)
    reason = ReasonField(label=_("Why do the members get more time?"))

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("scores_due_on", "votes_due_on"):
            if getattr(session, name) is None:
                del self.fields[name]

    def arguments(self):
        return {name: value for name, value in self.cleaned_data.items() if value}


class BandsForm(SeedbedForm):
    """Amounts that only this committee decides."""

    bands = RowsField(
        AmountBand.objects.none(),
        label=_("Amounts that only this committee decides"),
        help_text=_("Amounts that no committee names are decided by any committee of the programme."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args, committee, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["bands"]
        field.queryset = AmountBand.objects.filter(window__call__programme=committee.programme).select_related(
            "window__call"
        )
        field.label_from_instance = band_words
        self.initial.setdefault("bands", [band.pk for band in committee.bands.all()])


def band_words(band):
    """ "Spring call, Micro: from EUR 5,000.00" """
    words = {"call": band.window.call, "window": band.window, "amount": Money(band.from_amount, band.window.currency)}
    return _("%(call)s, %(window)s: from %(amount)s") % words


class ReasonedForm(SeedbedForm):
    reason = ReasonField(required=False)


class ApproveReserveForm(SeedbedForm):
    keyed = True
    reason = ReasonField(label=_("Where does the money come from?"), required=False)


class DeclareForm(SeedbedForm):
    """One line for each case: the kind of interest, and which. Names only; nothing of a case is shown before.

    Lines are numbered as the agenda, or in a blind call as they stand on the page. With `everything` the form is one
    act over all the names: what is left open is declared free of interest.
    """

    def __init__(self, *args, cases, declared, blind=False, everything=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = [(number if blind else case.position, case) for number, case in enumerate(cases, 1)]
        self.declared = declared
        self.everything = everything
        for number, case in self.lines:
            if self.is_final(case):
                continue
            self.fields[f"kind_{number}"] = forms.ChoiceField(
                label=_("Interest in case %(number)s") % {"number": number},
                choices=INTERESTS,
                required=False,
            )
            self.fields[f"reason_{number}"] = forms.CharField(
                label=_("What interest in case %(number)s") % {"number": number}, max_length=200, required=False
            )

    def is_final(self, case):
        """A declared interest is not taken back."""
        return self.declared.get(case.pk) is not None and self.declared[case.pk].is_conflict

    @property
    def waiting(self):
        """How many cases are not declared yet."""
        return sum(case.pk not in self.declared for _number, case in self.lines)

    def rows(self):
        """(number, case, kind field, reason field, the declaration that stands) for the page."""
        for number, case in self.lines:
            standing = self.declared.get(case.pk)
            if self.is_final(case):
                yield number, case, None, None, standing
            else:
                yield number, case, self[f"kind_{number}"], self[f"reason_{number}"], standing

    def clean(self):
        cleaned = super().clean()
        self.declarations = {}
        for number, case in self.lines:
            if self.is_final(case):
                continue
            kind, reason = cleaned.get(f"kind_{number}"), cleaned.get(f"reason_{number}", "").strip()
            if kind and not reason:
                self.add_error(f"reason_{number}", _("Say what interest you have in this case."))
            if reason and not kind:
                self.add_error(f"kind_{number}", _("Choose the kind of this interest."))
            if kind:
                self.declarations[case.application.ref] = (kind, reason)
        if not self.everything and not self.declarations and not self.errors:
            raise forms.ValidationError(_("Choose an interest in at least one case."))
        return cleaned

    def arguments(self):
        return {"additional" if self.everything else "declarations": self.declarations}


class StandingInterestForm(SeedbedForm):
    """An interest for good. `told` are the parties whose names the member has read on a declaration page."""

    committee = forms.ModelChoiceField(Committee.objects.none(), label=_("Committee"), empty_label=None)
    party = forms.ModelChoiceField(
        Party.objects.none(),
        label=_("In whom?"),
        help_text=_("Names from the agendas of your committee."),
        empty_label=_("Choose"),
    )
    kind = forms.ChoiceField(label=_("What interest?"), choices=StandingInterest.Kind.choices, widget=forms.RadioSelect)
    reason = ReasonField(label=_("Which?"), max_length=200)

    def __init__(self, *args, told, committees, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = told
        self.fields["committee"].queryset = committees
        self.initial.setdefault("committee", committees[0].pk)
        if len(committees) == 1:
            self.fields["committee"].widget = forms.HiddenInput()


def values_of(row):
    """The choices of a criterion of the frozen grid: 0 to its top, and not applicable."""
    return [*((str(value), str(value)) for value in range(row["top"] + 1)), ("na", _("Not applicable"))]


def given(value):
    """What a service takes for a chosen value: a whole number, or None for not applicable."""
    return None if value == "na" else int(value)


class ReviewForm(SeedbedForm):
    """The score card: a scale for each criterion of the frozen grid, "not applicable", and a reason where it is due.

    `whole` is False for a card that is only kept: then nothing is due yet.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, rules, whole=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.criteria = rules["criteria"]
        self.reasoned = [str(value) for value in rules.get("reasoned_values", ())]
        self.whole = whole
        for row in self.criteria:
            self.fields[f"score_{row['code']}"] = forms.ChoiceField(
                label=row["question"],
                choices=values_of(row),
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
                required=whole,
                error_messages={"required": _("Choose a value for “%(question)s”.") % {"question": row["question"]}},
            )
            if self.reasoned:
                self.fields[f"reason_{row['code']}"] = forms.CharField(
                    label=_("Why this value?"), max_length=300, required=False
                )
        self.fields["comment"] = forms.CharField(
            label=_("Comment"),
            help_text=_("The secretary reads it, and the other members once their own scores are in."),
            widget=forms.Textarea(attrs={"rows": 3}),
            required=False,
        )

    def rows(self):
        """(criterion, bound field, bound reason or None, [(value, meaning)]) for the page."""
        for row in self.criteria:
            reason = self[f"reason_{row['code']}"] if self.reasoned else None
            yield row, self[f"score_{row['code']}"], reason, sorted(row["guidance"].items())

    def clean(self):
        cleaned = super().clean()
        for row in self.criteria if self.whole else ():
            value = cleaned.get(f"score_{row['code']}")
            if value in self.reasoned and not cleaned.get(f"reason_{row['code']}"):
                words = {"value": value, "question": row["question"]}
                self.add_error(f"reason_{row['code']}", _("Say why you give %(value)s for “%(question)s”.") % words)
        return cleaned

    def arguments(self):
        codes = [row["code"] for row in self.criteria]
        values = {code: self.cleaned_data.get(f"score_{code}") for code in codes}
        return {
            "scores": {code: given(value) for code, value in values.items() if value},
            "comments": {code: self.cleaned_data.get(f"reason_{code}", "") for code in codes if values[code]},
            "comment": self.cleaned_data["comment"],
            "revision": self.cleaned_data["revision"],
            "submit": self.whole,
        }


class VoteForm(SeedbedForm):
    """One member's vote on one case."""

    keyed = True
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=Vote.Choice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you vote.")},
    )
    amount = MoneyField(label=_("Amount"), required=False, help_text=_("Only if you vote for less. It needs a reason."))
    months = forms.IntegerField(
        label=_("Months to repay"),
        required=False,
        min_value=1,
        max_value=120,
        help_text=_("Only if you vote for other months. It needs a reason."),
    )
    reason = ReasonField(
        label=_("Reason or conditions"),
        required=False,
        help_text=_(
            "Due for conditions, against, putting off, another amount, other months. In the minutes without your name."
        ),
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["amount"].currency = case.currency
        if case.proposed_months is None:
            del self.fields["months"]


class VotesForm(SeedbedForm):
    """One form for all open cases of a member: choice, amount, months of a loan, reason for each.

    What is left open is not voted.
    """

    def __init__(self, *args, cases, **kwargs):
        super().__init__(*args, **kwargs)
        self.cases = cases
        for case in cases:
            number = {"number": case.position}
            self.fields[f"choice_{case.position}"] = forms.ChoiceField(
                label=_("Vote on case %(number)s") % number,
                choices=[("", _("Not yet")), *Vote.Choice.choices],
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
                required=False,
                initial="",
            )
            self.fields[f"amount_{case.position}"] = MoneyField(
                label=_("Amount for case %(number)s") % number, currency=case.currency, required=False
            )
            if case.proposed_months is not None:
                self.fields[f"months_{case.position}"] = forms.IntegerField(
                    label=_("Months for case %(number)s") % number, required=False, min_value=1, max_value=120
                )
            self.fields[f"reason_{case.position}"] = forms.CharField(
                label=_("Reason for case %(number)s") % number, max_length=2000, required=False
            )
            self.fields[f"revision_{case.position}"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=case.revision
            )

    def rows(self):
        for case in self.cases:
            yield (
                case,
                self[f"choice_{case.position}"],
                self[f"amount_{case.position}"],
                self[f"months_{case.position}"] if case.proposed_months is not None else None,
                self[f"reason_{case.position}"],
            )

    def clean(self):
        cleaned = super().clean()
        self.votes = []
        for case in self.cases:
            names = ("choice", "amount", "months", "reason")
            choice, amount, months, reason = (cleaned.get(f"{name}_{case.position}") for name in names)
            if not choice:
                if amount or months or reason:
                    self.add_error(f"choice_{case.position}", _("Choose how you vote."))
                continue
            if choice in ("against", "conditions", "defer") and not reason:
                self.add_error(f"reason_{case.position}", _("Give the reason or the conditions."))
            revision = cleaned.get(f"revision_{case.position}")
            given = {"choice": choice, "amount": amount, "months": months, "reason": reason or ""}
            self.votes.append({"case": case, **given, "revision": revision})
        if not self.votes and not self.errors:
            raise forms.ValidationError(_("Vote on at least one case."))
        return cleaned

    def arguments(self):
        return {"votes": self.votes}
