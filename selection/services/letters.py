"""Letters to applicants: their words, the letters of a session or a call in one batch, how they were sent."""

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applicants.models import Application, Evidence
from applicants.services import add_evidence
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.services import check_date
from selection.letters import (
    decisions_without_letter,
    draft_of_decision,
    drafts_of_call,
    page_of,
    text_for,
    wrong_words,
)
from selection.models import Letter, LetterKind, LetterTemplate, Session
from selection.papers.letters import letter_paper
from selection.services.locks import ask, ask_state, lock_applications, lock_call, lock_session

LONGEST_BODY = 6000


@service
def save_letter_text(*, call, kind, language, subject, body, on, by, reason=""):
    """New words for one kind of letter of the call in one language: a new version. Returns the LetterTemplate."""
    call = lock_call(call)
    ask("selection.write_letters", by, call)
    check_date(on=on, programme=call.programme, by=by, reason=reason)
    if kind not in LetterKind.values or language not in dict(settings.LANGUAGES):
        raise Invalid(_("There is no such letter."))
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    if not subject or not body:
        raise Invalid(_("A letter needs a subject and a text."), field="body" if subject else "subject")
    if len(body) > LONGEST_BODY:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": LONGEST_BODY}, field="body")
    wrong = wrong_words(kind, subject, body)
    if wrong:
        raise Invalid(" ".join(str(sentence) for sentence in wrong), field="body")
    now = text_for(call, kind, language)
    if (now.language, now.subject, now.body) == (language, subject, body):
        raise Blocked(_("The letter says so already."))
    rows = LetterTemplate.objects.filter(call=call, kind=kind, language=language)
    template = LetterTemplate.objects.create(
        call=call,
        kind=kind,
        language=language,
        version=(rows.aggregate(last=Max("version"))["last"] or 0) + 1,
        subject=subject,
        body=body,
        made_on=on,
        made_by=by,
    )
    record(
        "letter_text.save",
        f"call:{call.key}"[:60],
        by=by,
        on=on,
        programme=call.programme.key,
        body={"kind": str(kind), "language": language, "version": template.version},
        reason=reason,
    )
    return template


@service
def write_letters(*, session, on, by, language="", reason="", key=None):
    """Write the letter of each effective decision that has none yet, in `language` (else the programme's own).

    Returns the Session. Cases that `by` may not open keep waiting for somebody else.
    """
    session = lock_session(session)
    ask("selection.write_letters", by, session)
    ask_state(session, Session.State.CLOSED)
    check_date(on=on, programme=session.programme, by=by, reason=reason)
    waiting = list(decisions_without_letter(session, by))
    if not waiting:
        raise Blocked(_("Every decision of this session has its letter."))
    lock_applications([decision.application_id for decision in waiting])
    for decision in waiting:
        _write(draft_of_decision(decision, on), language or session.programme.language, on, by, session=session)
    return session


@service
def write_call_letters(*, call, on, by, language="", reason="", key=None):
    """Write the letters of the call that no session writes: to those who are not eligible, and answers to appeals.

    Returns the Call.
    """
    call = lock_call(call)
    ask("selection.write_letters", by, call)
    check_date(on=on, programme=call.programme, by=by, reason=reason)
    drafts = drafts_of_call(call, by, on)
    locked = lock_applications([draft.application.pk for draft in drafts])
    drafts = [draft for draft in drafts if draft.kind != LetterKind.INELIGIBLE or _still_closed(locked, draft)]
    if not drafts:
        raise Blocked(_("Everybody who is to be told has a letter."))
    for draft in drafts:
        _write(draft, language or call.programme.language, on, by)
    return call


def _still_closed(locked, draft):
    """An appeal may have been upheld while the letter waited for the lock."""
    return locked[draft.application.pk].state == Application.State.INELIGIBLE


@service
def write_letter(*, draft, on, by, language="", session=None):
    """Write one letter of any kind, for example the answer to an appeal. The caller holds the Application's lock."""
    ask("selection.write_letters", by, draft.application)
    return _write(draft, language or draft.application.programme.language, on, by, session=session)


def _write(draft, language, on, by, session=None):
    """Draw the letter, keep it as evidence of its application, and record it. The Application is locked."""
    application, kind = draft.application, draft.kind
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("There is no such language."), field="language")
    if Letter.objects.live().filter(application=application, kind=kind, decision_ref=draft.decision_ref).exists():
        raise Blocked(_("%(ref)s has this letter already.") % {"ref": application.ref})
    page = page_of(draft, language=language, on=on, signed_by=by.name)
    evidence = add_evidence(
        programme=application.programme,
        case_ref=application.ref,
        purpose="letter",
        content=letter_paper(page),
        name=f"letter-{application.ref}.pdf",
        on=on,
        by=by,
    )
    letter = Letter.objects.create(
        application=application,
        session=session,
        template=page.template,
        kind=kind,
        language=page.language,
        decision_ref=draft.decision_ref,
        paper=evidence,
        appeal_until=draft.appeal_until,
        written_on=on,
        written_by=by,
    )
    _note("letter.write", letter, on, by, {"sha256": evidence.sha256, "appeal_until": draft.appeal_until})
    return letter


@service
def mark_letters_sent(*, letters, means, on, by, reason="", key=None):
    """The letters (pks or rows) left the office on `on` by `means`. Returns the last of them.

    All or none: one that was sent or withdrawn meanwhile refuses the whole list.
    """
    pks = sorted({getattr(letter, "pk", letter) for letter in letters})
    if means not in Letter.Means.values:
        raise Invalid(_("Choose how the letters were sent."), field="means")
    rows = list(
        Letter.objects.filter(pk__in=pks).select_related("application__programme").order_by("application_id", "pk")
    )
    if not rows or len(rows) != len(pks):
        raise Invalid(_("Tick at least one letter."), field="letters")
    lock_applications([row.application_id for row in rows])
    for row in rows:
        ask("selection.write_letters", by, row.application)
        check_date(on=on, programme=row.application.programme, by=by, reason=reason)
        if on < row.written_on:
            raise Invalid(
                _("The letter of %(ref)s was written later than that.") % {"ref": row.application.ref}, field="on"
            )
        if not Letter.objects.unsent().filter(pk=row.pk).update(sent_on=on, means=means):
            raise Blocked(_("The letter of %(ref)s is sent or withdrawn already.") % {"ref": row.application.ref})
        row.sent_on, row.means = on, means
        _note("letter.send", row, on, by, {"means": str(means)}, reason)
    return rows[-1]


def withdraw_letters(application, *, on, by, decision_ref=None, kinds=()):
    """Letters of the application that no longer tell the truth: a decision was undone, or an appeal upheld.

    Called by the service that undoes what they tell of, inside its transaction; `decision_ref` None takes every
    decision's letters, `kinds` narrows. The paper stays kept as it was sent.
    """
    rows = Letter.objects.live().filter(application=application)
    if decision_ref is not None:
        rows = rows.filter(decision_ref=decision_ref)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    found = list(rows.select_related("application__programme"))
    for row in found:
        row.withdrawn_on = on
        row.save(update_fields=["withdrawn_on"])
        Evidence.objects.filter(pk=row.paper_id, withdrawn_on=None).update(withdrawn_on=on)
        _note("letter.withdraw", row, on, by, {"was_sent": row.sent_on is not None})
    return found


def _note(kind, letter, on, by, body, reason=""):
    record(
        kind,
        letter.application.ref,
        by=by,
        on=on,
        programme=letter.application.programme.key,
        body={"letter": letter.pk, "kind": str(letter.kind), "decision": letter.decision_ref, **body},
        reason=reason,
    )
