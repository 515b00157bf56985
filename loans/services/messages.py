"""Reminders by text message: their texts, their making and their sending."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from applicants.models import Consent, Party
from audit.refusals import Invalid
from audit.services import record, service
from ledger.money import Money
from loans.messages import MOST_PARTS, betrayed, filled, parts, unknown_words
from loans.models import Instalment, LifeEvent, Loan, QuietHours, Reminder, ReminderText
from loans.services.access import demand
from loans.sms import DeliveryError, NoAnswerError, deliver
from programmes.models import TargetGroup

# A reminder that could not leave within so many days says something else than when it was meant: it is dropped.
KEPT_DAYS = 2
MOST_ATTEMPTS = 5
QUIET = (time(20), time(9))
OPEN_STATES = (Reminder.State.WAITING, Reminder.State.FAILED)


@service
def set_reminder_text(*, programme, days, language, text, on, by, key=None):
    """What is said `days` after the due date (before it: negative) in a language; an empty text says nothing.

    Returns the programme. Raises Invalid, NotAllowed.
    """
    demand("loans.set_reminders", by, programme)
    if not -30 <= days <= 365:
        raise Invalid(_("Choose from 30 days before to 365 days after the due date."), field="days")
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("Choose a language from the list."), field="language")
    text = text.strip()
    _check_text(programme, text)
    rows = ReminderText.objects.filter(programme=programme, days=days, language=language)
    if not text:
        rows.delete()
    elif not rows.update(text=text):
        ReminderText.objects.create(programme=programme, days=days, language=language, text=text)
    record(
        "reminders.set",
        programme.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"days": days, "language": language, "empty": not text},
    )
    return programme


@service
def set_quiet_hours(*, programme, from_time, to_time, on, by, key=None):
    """When nobody is disturbed, in the programme's time zone; the hours may pass midnight. Returns the QuietHours."""
    demand("loans.set_reminders", by, programme)
    if from_time == to_time:
        raise Invalid(_("The quiet hours begin and end at the same time."), field="to_time")
    hours, _made = QuietHours.objects.update_or_create(
        programme=programme, defaults={"from_time": from_time, "to_time": to_time}
    )
    record(
        "reminders.quiet",
        programme.ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"from": f"{from_time:%H:%M}", "to": f"{to_time:%H:%M}"},
    )
    return hours


def _check_text(programme, text):
    wrong = unknown_words(text)
    if wrong:
        raise Invalid(
            _("{%(word)s} means nothing here. Use {amount}, {day} and {sender}.") % {"word": wrong[0]}, field="text"
        )
    betraying = betrayed(text, forbidden_in(programme))
    if betraying:
        raise Invalid(
            _("“%(word)s” must not stand in a message: others may read it on the phone.") % {"word": betraying},
            field="text",
        )
    longest = filled(text, amount="AMD 10,000,000.00", day="31.12.2026", sender=programme.public_name)
    if parts(longest) > MOST_PARTS:
        raise Invalid(
            _("This is charged as %(parts)s messages; at most %(most)s are sent.")
            % {"parts": parts(longest), "most": MOST_PARTS},
            field="text",
        )


def forbidden_in(programme):
    """Words that never stand in a message: the groups of any programme, and names of confidential programmes."""
    groups = TargetGroup.objects.filter(sensitive=True).values_list("name", flat=True)
    return [*groups, *([programme.name] if programme.confidential else [])]


@service
def make_reminders(*, on, by=None):
    """Write the messages that are due on a day, one for each instalment and rule. Returns how many are new.

    The payer named in a life event is reminded in the borrower's place. Who has no phone or did not agree to messages
    gets none. A day that was missed by no more than KEPT_DAYS is caught
    up; doing it twice makes nothing twice.
    """
    if not settings.SMS_GATEWAY:
        return 0
    texts = {}
    for row in ReminderText.objects.select_related("programme"):
        texts.setdefault((row.programme, row.days), {})[row.language] = row.text
    made = 0
    for (programme, days), words in texts.items():
        rows = [_reminder(instalment, days, words, on) for instalment in _due(programme, days, on)]
        before = Reminder.objects.count()
        Reminder.objects.bulk_create([row for row in rows if row], ignore_conflicts=True)
        made += Reminder.objects.count() - before
    return made


def _due(programme, days, on):
    last = on - timedelta(days=days)
    agreed = Consent.objects.filter(_agreed_on(on), programme=programme)
    reachable = Party.objects.filter(pk__in=agreed.values("party")).exclude(phone="")
    done = Reminder.objects.filter(days=days).values("instalment")
    return (
        Instalment.objects.filter(
            loan__programme=programme,
            loan__state=Loan.State.ACTIVE,
            settled_on=None,
            due_on__range=(last - timedelta(days=KEPT_DAYS), last),
        )
        .annotate(reader=Subquery(_reader_of("loan")))
        .filter(reader__in=reachable)
        .exclude(loan__in=LifeEvent.objects.filter(decided_on=None).values("loan"))
        .exclude(pk__in=done)
        .select_related("loan__programme")
        .order_by("pk")
    )


def _reader_of(loan):
    """Expression, by the path to a loan: who is reminded. The payer whom its last life event names, while somebody pays
    for the borrower; nobody where the borrower died and nobody is named; else the borrower."""
    events = LifeEvent.objects.filter(loan=OuterRef("pk"), attorney_ended_on=None).exclude(decided_on=None)
    events = events.filter(Q(kind=LifeEvent.Kind.DEATH) | Q(payer__isnull=False)).order_by("-happened_on", "-pk")
    named = events.annotate(reader=Coalesce("payer", Value(0))).values("reader")[:1]
    rows = Loan.objects.filter(pk=OuterRef(loan)).order_by()
    return rows.annotate(reader=Coalesce(Subquery(named), F("borrower"))).values("reader")


def reader_of(loan):
    """The Party who is reminded of what a loan owes, or None."""
    rows = Loan.objects.filter(pk=loan.pk).annotate(reader=Subquery(_reader_of("pk")))
    return Party.objects.filter(pk__in=rows.values("reader")).first()


def _agreed_on(on):
    return Q(purpose=Consent.Purpose.MESSAGES, given_on__lte=on) & (Q(withdrawn_on=None) | Q(withdrawn_on__gt=on))


def _reminder(instalment, days, words, on):
    """The unsaved Reminder; None for an instalment of an earlier schedule."""
    loan = instalment.loan
    if instalment.version != loan.current_version:
        return None
    script = Party.objects.values_list("script_language", flat=True).get(pk=instalment.reader)
    wanted = (script, loan.programme.language, "en", *words)
    language = next(code for code in wanted if code in words)
    owed = loan.instalments.filter(Q(due_on__lte=instalment.due_on) | Q(due_on__lt=on), version=loan.current_version)
    with translation.override(language):
        text = filled(
            words[language],
            amount=str(Money(sum(row.open_amount for row in owed.filter(settled_on=None)), loan.currency)),
            day=f"{instalment.due_on:%d.%m.%Y}",
            sender=loan.programme.public_name,
        )
    return Reminder(loan=loan, instalment=instalment, days=days, made_on=on, text=text, parts=parts(text))


def send_reminders(*, on, now=None):
    """Send what waits, outside the quiet hours of its programme. Returns how many were sent.

    Each message is claimed before it leaves and written down after: a process that dies in between leaves it "on its
    way", and it is not sent twice. Runs outside any transaction.
    """
    if not settings.SMS_GATEWAY:
        return 0
    now = now or timezone.now()
    waiting = Reminder.objects.filter(state__in=OPEN_STATES, attempts__lt=MOST_ATTEMPTS)
    rows = waiting.select_related("loan__borrower", "loan__programme", "instalment").order_by("pk")
    quiet, sent = {}, 0
    for reminder in rows:
        programme = reminder.loan.programme
        if programme.pk not in quiet:
            quiet[programme.pk] = is_quiet(programme, now)
        reader = reader_of(reminder.loan)
        if not _wanted(reminder, reader, on):
            Reminder.objects.filter(pk=reminder.pk, state__in=OPEN_STATES).update(state=Reminder.State.DROPPED)
        elif not quiet[programme.pk]:
            sent += _send(reminder, reader, on)
    return sent


def _wanted(reminder, reader, on):
    """Is it still owed, still agreed to by who reads it, still of these days?"""
    loan, instalment = reminder.loan, reminder.instalment
    agreed = Consent.objects.filter(_agreed_on(on), programme=loan.programme_id, party=reader)
    return (
        (on - reminder.made_on).days <= KEPT_DAYS
        and instalment.settled_on is None
        and loan.state == Loan.State.ACTIVE
        and instalment.version == loan.current_version
        and reader is not None
        and bool(reader.phone)
        and agreed.exists()
    )


def _send(reminder, reader, on):
    claimed = Reminder.objects.filter(pk=reminder.pk, state__in=OPEN_STATES, attempts=reminder.attempts).update(
        state=Reminder.State.SENDING, attempts=reminder.attempts + 1
    )
    if not claimed:
        return 0
    reminder.attempts += 1
    try:
        deliver(
            settings.SMS_GATEWAY,
            to=dialled(reader.phone),
            text=reminder.text,
            token=settings.SMS_TOKEN,
        )
    except DeliveryError as wrong:
        note_reminder(reminder=reminder, reader=reader, state=Reminder.State.FAILED, fault=str(wrong), on=on)
        return 0
    except NoAnswerError as wrong:
        note_reminder(reminder=reminder, reader=reader, state=Reminder.State.SENDING, fault=str(wrong), on=on)
        return 0
    note_reminder(reminder=reminder, reader=reader, state=Reminder.State.SENT, on=on)
    return 1


@service
def note_reminder(*, reminder, state, on, reader=None, by=None, fault=""):
    """Write down what became of a message that was handed over, and to whom where that was not the borrower."""
    reminder.state, reminder.fault = state, fault[:200]
    reminder.sent_on = on if state == Reminder.State.SENT else None
    reminder.save(update_fields=["state", "fault", "sent_on"])
    record(
        "loan.remind",
        reminder.loan.ref,
        by=by,
        on=on,
        programme=reminder.loan.programme.key,
        body={
            "reminder": reminder.pk,
            "state": state,
            "days": reminder.days,
            "attempt": reminder.attempts,
            **({"payer": reader.ref} if reader and reader.pk != reminder.loan.borrower_id else {}),
        },
    )
    return reminder


def dialled(phone):
    """A phone number as gateways take it: figures, with the plus that it began with."""
    return ("+" if phone.strip().startswith("+") else "") + "".join(letter for letter in phone if letter.isdigit())


def is_quiet(programme, now):
    """Is it the time of day when nobody is disturbed there? `now` is a moment with its zone."""
    hours = QuietHours.objects.filter(programme=programme).first()
    begin, end = (hours.from_time, hours.to_time) if hours else QUIET
    local = now.astimezone(ZoneInfo(programme.time_zone)).time()
    return begin <= local < end if begin <= end else local >= begin or local < end
