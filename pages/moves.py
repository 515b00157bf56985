"""One page for every move: GET says what will happen and changes nothing, POST does it.

def do(request, ref, verb):
    row = get_object_or_404(Application.objects.visible_to(request.user), ref=ref)
    return move_page(request, row, verb, service=MOVES[verb], on=today(row.programme), back=row.get_absolute_url())
"""

import inspect
from http import HTTPStatus

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from audit.moves import facts, moving
from audit.refusals import Blocked, NotAllowed
from pages.forms import ReasonField, SeedbedForm, attempt, done


class MoveForm(SeedbedForm):
    """Version and idempotency key: for a move that needs no word."""

    versioned = True
    keyed = True


class ReasonedMoveForm(MoveForm):
    """A move that must say why."""

    reason = ReasonField()


class RemarkedMoveForm(MoveForm):
    """A move that may say why."""

    reason = ReasonField(required=False)


def step_of(row, verb):
    """The transition `verb` from the row's state, None when it does not start there.

    Raises Http404 when the machine has no such verb, or it is internal and has no page.
    """
    method = getattr(type(row), verb, None)
    if method is None or not hasattr(method, "_django_fsm"):
        raise Http404
    if all(step.custom.get("internal") for step in method._django_fsm.transitions.values()):
        raise Http404
    step = method._django_fsm.get_transition(row.state)
    if step is not None and step.custom.get("internal"):
        raise Http404
    return step


def label_of(row, verb):
    steps = list(getattr(type(row), verb)._django_fsm.transitions.values())
    return steps[0].custom.get("label", verb)


def move_page(
    request,
    row,
    verb,
    *,
    service,
    on,
    back,
    form_class=None,
    form_kwargs=None,
    title=None,
    lead="",
    sentence=None,
    to=None,
    extra=None,
    context=None,
    template="confirm.html",
):
    """Confirm page and act of one move of `row` on the day `on`.

    service: called as service(<row>=row, on=on, by=request.user, **form.arguments(), **extra); the row goes under the
    service's first parameter; version, key and reason go only where it takes them. form_class: MoveForm by default,
    ReasonedMoveForm where a reason is due. back: where "Leave" goes, and where the page goes afterwards unless `to`
    (a URL or function(result) -> URL) says otherwise. sentence: what the flash message says; context: for `template`.

    GET with a fact missing shows the facts and no button; POST then answers 409 with them. A verb that the state does
    not allow answers 409, another's move 403, an unknown or internal verb 404.
    """
    step = step_of(row, verb)
    if step is None:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
            % {"ref": row.ref, "state": row.state_label}
        )
    moving(row, request.user, on)
    conditions = facts(row, verb)
    is_open = all(holds for holds, _sentence in conditions)
    if is_open and step.permission is not None and not step.has_perm(row, request.user):
        raise NotAllowed(getattr(step.permission, "sentence", None))
    form_class = form_class or MoveForm
    form = form_class(request.POST or None, request.FILES or None, instance=row, **(form_kwargs or {}))
    label = title or label_of(row, verb)
    if request.method == "POST":
        given = {_row_parameter(service): row, "on": on, "by": request.user, **(extra or {})}
        result = attempt(form, _without_reason(service), **given)
        if result is not None:
            goal = to(result) if callable(to) else to
            return done(request, sentence or _said(row, label), goal or back)
    return render(
        request,
        template,
        {
            "form": form,
            "row": row,
            "verb": verb,
            "title": label,
            "lead": lead,
            "facts": conditions,
            "is_open": is_open,
            "missing": sum(not holds for holds, _sentence in conditions),
            "style": step.custom.get("style", "plain"),
            "back": back,
            "refused": bool(form.is_bound and form.errors),
            **(context or {}),
        },
        status=form.status if form.is_bound and form.errors else HTTPStatus.OK,
    )


def _said(row, label):
    return _("%(ref)s: %(label)s. Done.") % {"ref": row.ref, "label": label}


def _row_parameter(service):
    return next(iter(inspect.signature(service).parameters))


def _without_reason(service):
    """The service, deaf to a reason that it does not take. Keeps the signature for `attempt`."""
    if "reason" in inspect.signature(service).parameters:
        return service

    def call(reason="", **arguments):
        return service(**arguments)

    call.__signature__ = inspect.signature(service)
    return call
