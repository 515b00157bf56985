"""Complaints: received from anybody, acknowledged and answered in time by a named handler, abuse and fraud referred."""

from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applicants import complaints
from applicants.complaint_facts import excluded_from, referral_person
from applicants.models import Application, Complaint, ComplaintExclusion
from applicants.services.access import demand
from audit.moves import advance, begin
from audit.refusals import Blocked, Invalid, NotAllowed
from audit.services import record, service
from programmes.clock import today
from programmes.models import Programme
from programmes.services import check_date

State = Complaint.State
MOST_TEXT, MOST_ABOUT, MOST_CONTACT = 5000, 200, 300


@service
def receive_complaint(
    *,
    kind,
    text,
    on,
    by=None,
    public_name="",
    application_ref="",
    about="",
    contact="",
    means=Complaint.Means.WEB,
    language="en",
    sent_key="",
    reason="",
):
    """Take a complaint in: from the open page (`by` None) or as staff enter it from paper. Returns the Complaint.

    Its `code` is the secret by which the person sees how it stands; it is told this once, and empty when the same
    form (`sent_key`) was sent before. A reference of an application that does not exist is kept as unknown and not
    told, because the page is open to all.
    """
    earlier = Complaint.objects.filter(sent_key=sent_key).first() if sent_key else None
    if earlier is not None:
        earlier.code = ""
        return earlier
    facts = _clean(kind=kind, text=text, about=about, contact=contact, means=means)
    application = Application.objects.filter(ref=application_ref.strip().upper()).first()
    programme = application.programme if application else complaints.programme_named(public_name)
    if by is not None:
        _ask_enter(by, programme, on, reason)
    code = complaints.new_code()
    complaint = Complaint(
        ref=complaints.new_reference(),
        programme=programme,
        public_name=public_name if public_name in complaints.public_names() else "",
        application=application,
        language=language if language in dict(settings.LANGUAGES) else "en",
        code_mark=complaints.mark_of(code),
        sent_key=sent_key or None,
        received_on=on,
        received_by=by,
        anonymous=not facts["contact"],
        state=State.REFERRED if kind in Complaint.REFERRED_KINDS else State.RECEIVED,
        **facts,
    )
    complaint.set_days()
    try:
        with transaction.atomic():
            complaint.save()
    except IntegrityError:
        earlier = Complaint.objects.get(sent_key=sent_key)
        earlier.code = ""
        return earlier
    _keep_out_of(complaint)
    begin(complaint, by=by, on=on, body={"kind": str(kind), "means": str(means)}, reason=reason)
    complaint.code = code
    return complaint


def _clean(*, kind, text, about, contact, means):
    if kind not in Complaint.Kind.values:
        raise Invalid(_("Choose what the complaint is about."), field="kind")
    if means not in Complaint.Means.values:
        raise Invalid(_("Say how the complaint came."), field="means")
    facts = {"text": text.strip(), "about": " ".join(about.split()), "contact": contact.strip()}
    if not facts["text"]:
        raise Invalid(_("Say what happened."), field="text")
    for name, most in (("text", MOST_TEXT), ("about", MOST_ABOUT), ("contact", MOST_CONTACT)):
        if len(facts[name]) > most:
            raise Invalid(_("There is room for %(room)s letters.") % {"room": most}, field=name)
    return {"kind": kind, "means": means, **facts}


def _ask_enter(by, programme, on, reason):
    if programme is not None:
        demand("applicants.enter_complaint", by, programme)
        check_date(on=on, programme=programme, by=by, reason=reason)
        return
    demand("applicants.enter_complaint", by, None)
    if on > today():
        raise Invalid(_("%(date)s lies in the future.") % {"date": f"{on:%d.%m.%Y}"}, field="on")


def _keep_out_of(complaint):
    """Exclude whoever is named or has a part on the dossier; where no receiver is left, a contact handles it."""
    named = complaints.people_named(complaint.about, complaint.programme)
    complaints.keep_out(complaint, named, ComplaintExclusion.Why.NAMED)
    if complaint.application_id:
        people = complaints.people_of_dossier(complaint.application)
        complaints.keep_out(complaint, people, ComplaintExclusion.Why.DOSSIER)
    if complaint.handler_id in excluded_from(complaint):
        complaint.handler = None
    if not complaint.is_referred and complaint.handler_id is None and not complaints.receivers_of(complaint):
        complaint.handler = referral_person(complaint)
    complaint.save()


def _locked(complaint):
    return Complaint.objects.select_for_update(of=("self",)).select_related("programme").get(pk=complaint.pk)


def _begin(complaint, by, on, reason=""):
    """The fresh, locked row. Raises NotAllowed for whoever must not know of it, before anything else is said."""
    complaint = _locked(complaint)
    if by is None or by.pk in excluded_from(complaint):
        raise NotAllowed()
    demand("applicants.know_complaint", by, complaint)
    if complaint.programme is not None:
        check_date(on=on, programme=complaint.programme, by=by, reason=reason)
    elif on > today():
        raise Invalid(_("%(date)s lies in the future.") % {"date": f"{on:%d.%m.%Y}"}, field="on")
    if on < complaint.received_on:
        raise Invalid(_("It was received on %(date)s.") % {"date": f"{complaint.received_on:%d.%m.%Y}"}, field="on")
    return complaint


def _note(kind, complaint, by, on, body=None):
    key = complaint.programme.key if complaint.programme else ""
    record(kind, complaint.ref, by=by, on=on, programme=key, body=body or {})


@service
def name_handler(*, complaint, handler, on, by):
    """The first receiver names who handles the complaint. Returns the Complaint."""
    complaint = _begin(complaint, by, on)
    _ask_open(complaint)
    demand("applicants.name_handler", by, complaint)
    if not complaints.possible_handlers(complaint).filter(pk=handler.pk).exists():
        raise Invalid(_("This person cannot handle it."), field="handler")
    complaint.handler = handler
    complaint.save()
    _note("complaint.name_handler", complaint, by, on, {"handler": handler.ref})
    return complaint


def _ask_open(complaint):
    if complaint.state not in (State.RECEIVED, State.ACKNOWLEDGED):
        raise Blocked(
            _("%(ref)s is in the state “%(state)s”, and this cannot be done from there.")
            % {"ref": complaint.ref, "state": complaint.state_label}
        )


@service
def name_complained(*, complaint, users, on, by, application_ref=""):
    """Say whom the complaint is about, and which dossier: they must not know of it from now on.

    Whoever handles it and turns out to be one of them handles it no longer. Returns the Complaint.
    """
    complaint = _begin(complaint, by, on)
    _ask_open(complaint)
    demand("applicants.name_complained", by, complaint)
    if application_ref.strip():
        complaint.application = _application(complaint, application_ref)
    if not users and not application_ref.strip():
        raise Invalid(_("Name a person or a case."), field="users")
    before = excluded_from(complaint)
    complaints.keep_out(complaint, users, ComplaintExclusion.Why.NAMED)
    _keep_out_of(complaint)
    body = {"people": len(excluded_from(complaint) - before), "dossier": bool(application_ref.strip())}
    _note("complaint.name_complained", complaint, by, on, body)
    return complaint


def _application(complaint, application_ref):
    rows = Application.objects.filter(ref=application_ref.strip().upper())
    if complaint.programme_id:
        rows = rows.filter(programme=complaint.programme_id)
    found = rows.first()
    if found is None:
        raise Invalid(_("There is no such case in this programme."), field="application_ref")
    return found


@service
def acknowledge_complaint(*, complaint, on, by, version=None):
    """The person is told that the complaint is read, by whom it is handled, and by when it is answered."""
    complaint = _begin(complaint, by, on)
    return advance(complaint, "acknowledge", by=by, on=on, version=version)


@service
def answer_complaint(*, complaint, answer, on, by, version=None):
    """The handler's answer, which the person reads with their code."""
    complaint = _begin(complaint, by, on)
    answer = answer.strip()
    if not answer:
        raise Invalid(_("Write the answer."), field="answer")
    if len(answer) > MOST_TEXT:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_TEXT}, field="answer")
    late = complaint.answer_due_on is not None and on > complaint.answer_due_on
    return advance(complaint, "give_answer", by=by, on=on, version=version, body={"late": late}, answer=answer)


@service
def refer_complaint(*, complaint, kind, on, by, version=None):
    """It turns out to be about abuse or fraud: from now on only the referral person reads it."""
    complaint = _begin(complaint, by, on)
    if kind not in Complaint.REFERRED_KINDS:
        raise Invalid(_("Only abuse, exploitation and fraud are referred."), field="kind")
    return advance(complaint, "refer", by=by, on=on, version=version, body={"kind": str(kind)}, kind=kind)


@service
def pass_on_complaint(*, complaint, passed_to, on, by, version=None):
    """The referral person says to whom it was passed on; it is not handled here."""
    complaint = _begin(complaint, by, on)
    passed_to = " ".join(passed_to.split())
    if not passed_to:
        raise Invalid(_("Say to whom it was passed on."), field="passed_to")
    if len(passed_to) > MOST_ABOUT:
        raise Invalid(_("There is room for %(room)s letters.") % {"room": MOST_ABOUT}, field="passed_to")
    return advance(complaint, "pass_on", by=by, on=on, version=version, passed_to=passed_to)


@service
def read_complaint(*, complaint, on, by):
    """That somebody opened the words of a complaint is on the record. Returns the Complaint with its words."""
    complaint = Complaint.objects.select_related("programme").get(pk=complaint.pk)
    if by.pk in excluded_from(complaint):
        raise NotAllowed()
    demand("applicants.know_complaint", by, complaint)
    _note("complaint.read", complaint, by, on)
    return complaint


@service
def erase_complaints(*, on, by=None):
    """Words of complaints that were closed longer ago than their programme keeps them are erased; counts stay.

    Returns the number of complaints erased.
    """
    closed = Complaint.objects.filter(state__in=[State.ANSWERED, State.PASSED_ON], erased_on=None)
    done = 0
    for complaint in closed.select_related("programme").order_by("pk").select_for_update(of=("self",)):
        if _keep_until(complaint) >= on:
            continue
        complaint.text = complaint.about = complaint.contact = complaint.answer = complaint.passed_to = ""
        complaint.code_mark, complaint.erased_on = "", on
        complaint.save()
        _note("complaint.erase", complaint, by, on)
        done += 1
    return done


def _keep_until(complaint):
    """The last day on which the words are kept: so many months after the day on which it was closed."""
    closed_on = complaint.answered_on or complaint.passed_on_on
    field = Programme._meta.get_field("complaint_keep_months")
    months = complaint.programme.complaint_keep_months if complaint.programme else field.default
    number = closed_on.year * 12 + closed_on.month - 1 + months
    year, month = number // 12, number % 12 + 1
    last = 28 if closed_on.day > 28 else closed_on.day
    return date(year, month, last)
