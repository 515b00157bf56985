"""The page of a move: GET shows what will happen and what is missing and changes nothing; POST makes it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from audit.moves import facts, machine, moving
from pages.forms import MoveForm, attempt


def move_page(request, row, verb, *, service, on, back, form_class=MoveForm, title=None, label=None, arguments=None,
              initial=None, explain="", done=None, extra=None):
    """Answer GET and POST of `.../do/<verb>/` for a row with a state machine.

    `service` is called with `arguments` (the row under its own name, for example {"application": row}), the form's
    facts, `on` and `by`. `back` is where a finished move leads; `done` the sentence shown there.
    """
    moving(row, request.user, on)
    step = getattr(row, verb)._django_fsm.get_transition(row.state)
    label = label or (step.custom.get("label") if step else None) or verb
    bound = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = form_class(**bound, initial=initial or {}, version_of=row)
    status = 200
    if request.method == "POST" and form.is_valid():
        result = attempt(form, _without_version(service), on=form.facts.get("on") or on, by=request.user,
                         **{**(arguments or {machine(row): row}), **_but_on(form.facts)})
        if result is not None:
            messages.success(request, done or _("%(label)s: done.") % {"label": label})
            return redirect(back(result) if callable(back) else back)
        status = form.status if form.status != 200 else 409
    pairs = facts(row, verb) if step else [
        (False, _("This cannot be done from the state “%(state)s”.") % {"state": row.state_label})
    ]
    context = {
        "row": row,
        "verb": verb,
        "label": label,
        "title": title or label,
        "form": form,
        "facts": pairs,
        "possible": bool(step) and all(holds for holds, _sentence in pairs),
        "style": step.custom.get("style", "plain") if step else "plain",
        "back": back if not callable(back) else None,
        "explain": explain,
        **(extra or {}),
    }
    return render(request, "pages/move.html", context, status=status)


def _but_on(cleaned):
    return {name: value for name, value in cleaned.items() if name != "on"}


def _without_version(service):
    """Services that take no `version` are guarded by the row's own compare-and-swap; hand it over where it is taken."""
    names = service.__wrapped__.__code__.co_varnames[: service.__wrapped__.__code__.co_kwonlyargcount]

    def call(**arguments):
        if "version" not in names:
            arguments.pop("version", None)
        return service(**arguments)

    return call
