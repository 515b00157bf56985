"""Forms of the house: one field template, one error summary, version, idempotency key, and a service at the end."""

import inspect
import uuid
from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audit.letters import unseen_letter
from audit.refusals import Refusal
from pages.fields import DateBoxes, DateField, DateText, MoneyField, MoneyInput, ReasonField
from pages.problems import problems_of

__all__ = [
    "DateBoxes",
    "DateField",
    "DateText",
    "MoneyField",
    "MoneyInput",
    "ReasonField",
    "SeedbedForm",
    "SeedbedModelForm",
    "attempt",
    "done",
    "form_page",
]

# What a whole number in a form can be at most, either way: what an integer column of both databases holds.
LARGEST = 2**31 - 1


class SeedbedMixin:
    """What SeedbedForm and SeedbedModelForm share.

    `versioned = True`: a hidden `version`, from `instance` (a row, or `initial["version"]`).
    `keyed = True`: a hidden idempotency `key`, fresh on GET and kept when the form is shown again.
    `sections`: ((title, ("name", ...)), ...) groups the fields under headings; without it they follow each other.
    """

    template_name = "forms/form.html"
    use_required_attribute = False
    versioned = False
    keyed = False
    sections = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.missing = []
        self.status = HTTPStatus.BAD_REQUEST
        if self.versioned:
            self.fields["version"] = forms.IntegerField(
                widget=forms.HiddenInput,
                error_messages={
                    "required": _("This page is incomplete. Open it again."),
                    "invalid": _("Open the page again."),
                },
            )
            row = getattr(self, "instance", None)
            if row is not None and row.pk:
                self.initial.setdefault("version", row.version)
        if self.keyed:
            self.fields["key"] = forms.CharField(
                widget=forms.HiddenInput,
                max_length=80,
                error_messages={"required": _("This page is incomplete. Open it again.")},
            )
            self.initial.setdefault("key", str(uuid.uuid4()))

    def full_clean(self):
        for field in self.fields.values():
            name_the_missing(field)
            bound_the_number(field)
            refuse_the_unseen(field)
        super().full_clean()

    def arguments(self):
        """What the service gets: the cleaned data. Override where the service's words differ from the form's."""
        return dict(self.cleaned_data)

    @cached_property
    def problems(self):
        """The lines of the error summary: [Problem(anchor, sentence)], in the order of the fields."""
        return problems_of(self)

    def grouped_fields(self):
        """[(title, [bound fields])] as `sections` says; what no section names comes last, without a title."""
        left = {bound.name: bound for bound in self.visible_fields()}
        groups = []
        for title, names in self.sections:
            found = [left.pop(name) for name in names if name in left]
            if found:
                groups.append((title, found))
        return [*groups, ("", list(left.values()))] if left else groups

    def refuse(self, refusal):
        """Put a Refusal on the form: at its field where it names one, with what is missing and its status."""
        named = getattr(refusal, "field", None)
        self.add_error(named if named in self.fields else None, refusal.sentence)
        self.missing = refusal.missing
        self.status = refusal.status
        self.__dict__.pop("problems", None)


def name_the_missing(field):
    """In the summary "This field is required" three times tells nothing: the sentence names the question."""
    if field.label and field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = format_lazy(_("“{question}” needs an answer."), question=field.label)


def bound_the_number(field):
    """A whole number without bounds gets those of a database column: beyond them a query fails instead of a form."""
    if not isinstance(field, forms.IntegerField) or isinstance(field, forms.FloatField | forms.DecimalField):
        return
    if field.max_value is None:
        field.max_value = LARGEST
        field.validators.append(MaxValueValidator(LARGEST))
    if field.min_value is None:
        field.min_value = -LARGEST
        field.validators.append(MinValueValidator(-LARGEST))


def refuse_the_unseen(field):
    """A text of one line holds no letter that nobody sees; telephone numbers are freed of them by their service.

    And no text consists of nothing else: a reason that nobody can read is none.
    """
    if not isinstance(field, forms.CharField):
        return
    rules = []
    if getattr(field.widget, "input_type", "") == "text":
        rules = [seen, said]
    elif isinstance(field.widget, forms.Textarea):
        rules = [said]
    field.validators += [rule for rule in rules if rule not in field.validators]


def seen(text):
    refused = unseen_letter(text)
    if refused:
        raise ValidationError(refused)


def said(text):
    if not any(letter.isprintable() and not letter.isspace() for letter in text):
        raise ValidationError(_("Nothing of this can be read. Type it anew instead of pasting it."))


class SeedbedForm(SeedbedMixin, forms.Form):
    """A form that is no model. `instance` gives the version of the row it edits."""

    def __init__(self, *args, instance=None, **kwargs):
        self.instance = instance
        super().__init__(*args, **kwargs)


class SeedbedModelForm(SeedbedMixin, forms.ModelForm):
    """A form with the fields of a model; it never saves: hand it to a service through `attempt`."""


def accepted(service, arguments):
    """`arguments` without a version or key that the service does not take."""
    taken = inspect.signature(service).parameters
    return {name: value for name, value in arguments.items() if name not in ("version", "key") or name in taken}


def attempt(form, service, **given):
    """Check the form and call `service(**form.arguments(), **given)`; `given` wins.

    Returns what the service returns; None when the form is wrong or the service refused: then the form carries the
    sentence, what is missing, and the status of the answer (409 stale or blocked, 422 key reused, 403, 400).
    """
    if not form.is_valid():
        return None
    try:
        return service(**accepted(service, {**form.arguments(), **given}))
    except Refusal as refusal:
        form.refuse(refusal)
        return None


def form_page(request, form, *, title, submit=None, back=None, lead="", crumbs=(), template="form.html", context=None):
    """The page of one form: 200 when it is opened, and the form's status (400, 403, 409, 422) when it was refused.

    `crumbs`: ((label, url), ...) before the title; `back`: where "Leave without saving" goes.
    """
    refused = form.is_bound and form.errors
    return render(
        request,
        template,
        {
            "form": form,
            "title": title,
            "submit": submit or _("Save"),
            "back": back,
            "lead": lead,
            "crumbs": crumbs,
            "refused": bool(refused),
            **(context or {}),
        },
        status=form.status if refused else HTTPStatus.OK,
    )


def done(request, sentence, to, *args, **kwargs):
    """Say what happened and go on: a flash message (role=status) and a redirect to a URL, a view name or a row."""
    messages.success(request, sentence)
    return redirect(to, *args, **kwargs)
