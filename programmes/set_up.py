"""The parts of a programme that a person sets up: which rows, under what, with which form. Apps above add theirs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from programmes import forms_set_up as forms
from programmes.models import (
    AmountBand,
    Call,
    Criterion,
    Definition,
    EligibilityRule,
    FundingLine,
    Holiday,
    RequiredDocument,
    TargetGroup,
    TrainingRule,
    Window,
)
from programmes.shares import weights_of


@dataclass(frozen=True)
class Part:
    """One kind of row. `rows(programme)` are those there are; `under` names the part that a new one belongs to.

    `attach(row, programme, above)` puts a new row where it belongs; `said(row)` is what the list says beside its name.
    """

    kind: str
    title: str
    one: str
    form: type
    rows: Callable
    attach: Callable
    said: Callable
    under: str = ""
    editable: bool = True


PARTS = {}


def register(part):
    """Apps above the programmes add their parts in AppConfig.ready()."""
    PARTS[part.kind] = part


def _of_programme(row, programme, _above):
    row.programme = programme


def _of_call(row, _programme, call):
    row.call = call


def _of_window(row, _programme, window):
    row.window = window


def _next_definition(row, programme, _above):
    row.programme = programme
    row.number = programme.definitions.count() + 1


def _of_country(row, programme, _above):
    row.country = programme.country


def _next_position(row, _programme, call):
    row.call = call
    last = type(row).objects.filter(call=call).order_by("position").last()
    row.position = last.position + 1 if last else 1


for _part in (
    Part(
        "line",
        _("Funding lines"),
        _("funding line"),
        forms.LineForm,
        lambda programme: FundingLine.objects.filter(programme=programme).select_related("donor"),
        _of_programme,
        lambda row: f"{row.donor}, {row.currency}, {row.get_kind_display()}",
    ),
    Part(
        "definition",
        _("How the programme counts"),
        _("version of how it counts"),
        forms.DefinitionForm,
        lambda programme: Definition.objects.filter(programme=programme),
        _next_definition,
        lambda row: f"{row.effective_from:%d.%m.%Y}, {row.get_direct_rule_display()}",
        editable=False,
    ),
    Part(
        "group",
        _("Target groups"),
        _("target group"),
        forms.GroupForm,
        lambda programme: TargetGroup.objects.filter(programme=programme),
        _of_programme,
        lambda row: _("sensitive") if row.sensitive else "",
    ),
    Part(
        "holiday",
        _("Holidays"),
        _("holiday"),
        forms.HolidayForm,
        lambda programme: Holiday.objects.filter(country=programme.country),
        _of_country,
        lambda row: "",
    ),
    Part(
        "call",
        _("Calls"),
        _("call"),
        forms.CallForm,
        lambda programme: Call.objects.filter(programme=programme),
        _of_programme,
        lambda row: f"{row.get_instrument_display()}, {row.get_method_display()}",
    ),
    Part(
        "window",
        _("Windows"),
        _("window"),
        forms.WindowForm,
        lambda programme: (
            Window.objects.filter(call__programme=programme)
            .select_related("line", "call")
            .prefetch_related("shares__line")
        ),
        _of_call,
        lambda row: f"{' + '.join(str(line) for line in weights_of(row))}, {row.currency}",
        under="call",
    ),
    Part(
        "band",
        _("Amount bands"),
        _("amount band"),
        forms.BandForm,
        lambda programme: AmountBand.objects.filter(window__call__programme=programme).select_related("window"),
        _of_window,
        lambda row: row.get_plan_form_display(),
        under="window",
    ),
    Part(
        "criterion",
        _("Evaluation grid"),
        _("criterion"),
        forms.CriterionForm,
        lambda programme: Criterion.objects.filter(call__programme=programme),
        _next_position,
        lambda row: f"{row.section}, {row.weight} × {row.top}",
        under="call",
    ),
    Part(
        "eligibility",
        _("Checks of eligibility"),
        _("check"),
        forms.EligibilityForm,
        lambda programme: EligibilityRule.objects.filter(call__programme=programme),
        _next_position,
        lambda row: row.get_kind_display(),
        under="call",
    ),
    Part(
        "training",
        _("Trainings required"),
        _("training rule"),
        forms.TrainingForm,
        lambda programme: TrainingRule.objects.filter(call__programme=programme),
        _of_call,
        lambda row: f"{row.effective_from:%d.%m.%Y}",
        under="call",
    ),
    Part(
        "document",
        _("Documents asked for"),
        _("document"),
        forms.DocumentForm,
        lambda programme: RequiredDocument.objects.filter(call__programme=programme),
        _of_call,
        lambda row: row.code,
        under="call",
    ),
):
    register(_part)
