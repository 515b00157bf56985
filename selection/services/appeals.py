"""Appeals: recorded within the call's days, answered by somebody who had no hand in the decision."""

from django.utils.translation import gettext_lazy as _

from applicants.services import lock_application
from audit.moves import advance
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.services import check_date
from selection.appeals import APPEALABLE, answered_before, deadline_of, deciders_of
from selection.models import Appeal, LetterKind
from selection.services.letters import withdraw_letters
from selection.services.locks import ask

MOST_TEXT = 4000


@service
def record_appeal(*, application, means, grounds, on, by, reason="", key=None):
    """The secretary or the adviser writes down an appeal that was received on `on`. Returns the Appeal.

    Raises Blocked with the last day when it comes too late, and when one is open or was answered already.
    """
    application = lock_application(application)
    if application.state not in APPEALABLE:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”; there is no decision to appeal against.")
            % {"ref": application.ref, "state": application.state_label}
        )
    ask("selection.record_appeal", by, application)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    grounds = _text(grounds, "grounds", _("Say what the applicant says."))
    if means not in Appeal.Means.values:
        raise Invalid(_("Say how the appeal came."), field="means")
    _ask_in_time(application, on)
    appeal = Appeal.objects.create(
        application=application,
        decision_ref=application.decision_ref,
        received_on=on,
        received_by=by,
        means=means,
        grounds=grounds,
        due_on=Appeal.due_from(on, application.call),
    )
    body = {"decision": appeal.decision_ref, "means": str(means), "due_on": appeal.due_on}
    _note("appeal.record", application, by, on, body, reason)
    return appeal


def _ask_in_time(application, on):
    if on < application.decided_on:
        raise Invalid(
            _("It was decided on %(date)s; an appeal comes later.") % {"date": _day(application.decided_on)}, field="on"
        )
    last_day = deadline_of(application)
    if on > last_day:
        raise Blocked(_("The time to appeal ended on %(date)s.") % {"date": _day(last_day)})
    if Appeal.objects.open().filter(application=application).exists():
        raise Blocked(_("An appeal of %(ref)s is open already.") % {"ref": application.ref})
    earlier = answered_before(application)
    if earlier is not None:
        raise Blocked(
            _("The appeal against this decision was answered on %(date)s.") % {"date": _day(earlier.answered_on)}
        )


@service
def answer_appeal(*, appeal, upheld, answer, on, by, reason="", key=None):
    """Uphold or refuse an appeal, in words that the applicant reads. Returns the Appeal.

    Upheld, the application is eligible again and waits for a session as any other: no money is promised by it.
    """
    application = lock_application(appeal.application)
    appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
    appeal.application = application
    if appeal.answered_on:
        raise Blocked(_("This appeal was answered on %(date)s.") % {"date": _day(appeal.answered_on)})
    if upheld and application.state not in APPEALABLE:
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”; there is nothing left to uphold.")
            % {"ref": application.ref, "state": application.state_label}
        )
    if by.pk in deciders_of(application):
        raise NotAllowed(_("You had a hand in this decision. Somebody else answers the appeal."))
    ask("selection.answer_appeal", by, appeal)
    check_date(on=on, programme=application.programme, by=by, reason=reason)
    if on < appeal.received_on:
        raise Invalid(_("The appeal came on %(date)s.") % {"date": _day(appeal.received_on)}, field="on")
    answer = _text(answer, "answer", _("Write the answer that the applicant reads."))
    appeal.upheld, appeal.answer, appeal.answered_on, appeal.answered_by = bool(upheld), answer, on, by
    appeal.save()
    body = {"decision": appeal.decision_ref, "upheld": appeal.upheld, "due_on": appeal.due_on}
    _note("appeal.answer", application, by, on, body, reason)
    if appeal.upheld:
        why = _("The appeal of %(date)s is upheld: %(answer)s") % {"date": _day(appeal.received_on), "answer": answer}
        body = {"appeal": appeal.pk, "decision": appeal.decision_ref}
        advance(application, "uphold_appeal", by=by, on=on, reason=str(why), body=body)
        withdraw_letters(application, kinds=(LetterKind.INELIGIBLE, LetterKind.REJECT), on=on, by=by)
    return appeal


def _text(text, field, sentence):
    text = text.strip()
    if not text:
        raise Invalid(sentence, field=field)
    if len(text) > MOST_TEXT:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_TEXT}, field=field)
    return text


def _note(kind, application, by, on, body, reason):
    record(kind, application.ref, by=by, on=on, programme=application.programme.key, body=body, reason=reason)


def _day(day):
    return f"{day:%d.%m.%Y}"
