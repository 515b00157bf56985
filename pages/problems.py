"""The error summary: each problem in one line that leads to its control."""

from dataclasses import dataclass

from django.forms.widgets import ChoiceWidget


@dataclass(frozen=True)
class Problem:
    sentence: str
    anchor: str = ""


def first_control(bound):
    """The id of the control that takes the focus for this field: the first radio, the first box, or the input."""
    widget = bound.field.widget
    if isinstance(widget, ChoiceWidget) and bound.use_fieldset and bound.auto_id:
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def problems_of(form):
    """Every error of a form (any Django form) in the order of the fields, those of the whole form first."""
    found = [Problem(sentence) for sentence in form.non_field_errors()]
    for bound in form:
        for sentence in bound.errors:
            found.append(Problem(sentence, "" if bound.is_hidden else first_control(bound)))
    return found
