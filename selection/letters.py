"""What a letter says: the words of a call, or those that are shipped, filled in from a closed list of placeholders.

A text is plain words with names in braces. It is never a format string: what stands in braces is looked up in
PLACEHOLDERS and nowhere else, and what is filled in is not read again.
"""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applicants.models import Application, Check
from applicants.public_status import public_status
from ledger.money import Money
from programmes.models import Call, EligibilityRule
from selection.models import Appeal, Case, Decision, Letter, LetterKind, LetterTemplate

SHIPPED = Path(__file__).parent / "letter_texts"
ENGLISH = "en"
PLACEHOLDERS = {
    "applicant": gettext_lazy("name of the applicant"),
    "reference": gettext_lazy("reference of the application"),
    "title": gettext_lazy("what the application is for"),
    "call": gettext_lazy("name of the call"),
    "programme": gettext_lazy("name of the programme that may leave it"),
    "asked": gettext_lazy("amount asked for"),
    "amount": gettext_lazy("amount approved, or kept on the reserve list"),
    "months": gettext_lazy("months to repay, of a loan"),
    "conditions": gettext_lazy("conditions of an approval"),
    "reasons": gettext_lazy("reasons of the decision"),
    "decided_on": gettext_lazy("day of the decision"),
    "appeal_until": gettext_lazy("last day to appeal"),
    "status": gettext_lazy("public status of the application"),
    "date": gettext_lazy("date of the letter"),
}
# A paragraph around one of these is left out when there is nothing to say.
OPTIONAL = ("months", "conditions", "reasons")
APPEALABLE = (LetterKind.REJECT, LetterKind.INELIGIBLE)
# Without these a letter would not tell the applicant what counts.
REQUIRED = {
    LetterKind.APPROVE: ("amount", "conditions"),
    LetterKind.DEFER: ("reasons",),
    LetterKind.REJECT: ("reasons", "appeal_until"),
    LetterKind.INELIGIBLE: ("reasons", "appeal_until"),
    LetterKind.REFUSED: ("reasons",),
}
IN_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Text:
    """The words of one kind of letter in one language, and where they come from: a row of the call, or shipped."""

    kind: str
    language: str
    subject: str
    body: str
    row: LetterTemplate | None = None


@dataclass(frozen=True)
class Draft:
    """A letter that may be written: to whom, about which decision, with what to fill in.

    `decision_ref` parts letters of one kind; `reasons` are the office's words, `amount` minor units of the application.
    """

    application: Application
    kind: str
    decision_ref: str
    decided_on: date
    reasons: str = ""
    conditions: str = ""
    amount: int | None = None
    months: int | None = None
    appeal_until: date | None = None
    case: Case | None = None


@dataclass(frozen=True)
class Page:
    """A filled letter: what the paper prints."""

    language: str
    addressee: str
    place: str
    sender: str
    reference: str
    dated: date
    subject: str
    paragraphs: list
    labels: dict
    signed_by: str = ""
    template: LetterTemplate | None = field(default=None, compare=False)


# Words -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def shipped(language):
    """The words that come with the system in a language (dict), or None."""
    path = SHIPPED / f"{language}.toml"
    if language not in shipped_languages():
        return None
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def shipped_languages():
    return frozenset(path.stem for path in SHIPPED.glob("*.toml"))


def text_for(call, kind, language):
    """The Text of a kind of letter of a call: its own newest words, else the shipped ones, else the English ones."""
    own = LetterTemplate.objects.filter(call=call, kind=kind, language=language).order_by("version").last()
    if own is not None:
        return Text(kind, language, own.subject, own.body, own)
    said = language if shipped(language) else ENGLISH
    words = shipped(said)[kind]
    return Text(kind, said, words["subject"], words["body"].strip())


def wrong_words(kind, subject, body):
    """Sentences that say what is wrong with the words of a letter; none when they can be used."""
    found = []
    named = IN_BRACES.findall(f"{subject}\n{body}")
    unknown = sorted(set(named) - set(PLACEHOLDERS))
    if unknown:
        found.append(
            _("There is no placeholder %(names)s. Known are: %(known)s.")
            % {
                "names": ", ".join(f"{{{name[:40]}}}" for name in unknown[:5]),
                "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            }
        )
    if re.search(r"[{}]", IN_BRACES.sub("", f"{subject}\n{body}")):
        found.append(_("A brace stands alone. Placeholders look like {applicant}."))
    for part in _parts(body):
        inside = IN_BRACES.findall(part)
        if any(name in OPTIONAL for name in inside) and len(set(inside)) > 1:
            found.append(
                _("Conditions and reasons stand in a paragraph of their own: it is left out when there are none.")
            )
            break
    missing = [name for name in REQUIRED.get(kind, ()) if name not in named]
    if missing:
        found.append(
            _("This letter must say: %(what)s.")
            % {"what": ", ".join(f"{{{name}}} ({PLACEHOLDERS[name]})" for name in missing)}
        )
    return found


def filled(text, facts):
    """`text` with its placeholders filled from `facts` (dict of strings), in one pass."""
    return IN_BRACES.sub(lambda found: facts.get(found[1], ""), text)


def paragraphs(body, facts):
    """The paragraphs of a letter, without those that would say nothing."""
    found = []
    for part in _parts(body):
        if any(name in OPTIONAL and not facts.get(name) for name in IN_BRACES.findall(part)):
            continue
        found.append(filled(part.strip(), facts))
    return found


def _parts(body):
    return re.split(r"\n[ \t]*\n", body.strip())


# Drafts ----------------------------------------------------------------------------------------------------------


def last_day_to_appeal(application, on):
    """The call counts its days from the day of the letter, which does not count itself."""
    return on + timedelta(days=application.call.appeal_days)


def draft_of_decision(decision, on):
    """The Draft of the letter about an effective decision, to be dated `on`."""
    kind, application = LetterKind(decision.outcome), decision.application
    return Draft(
        application=application,
        kind=kind,
        decision_ref=decision.ref,
        decided_on=decision.effective_on,
        reasons=decision.reason,
        conditions=decision.conditions,
        amount=decision.amount,
        months=decision.months,
        appeal_until=last_day_to_appeal(application, on) if kind in APPEALABLE else None,
        case=decision.case,
    )


def draft_of_ineligible(application, on):
    """The Draft of the letter about an application that was closed as not eligible, to be dated `on`."""
    return Draft(
        application=application,
        kind=LetterKind.INELIGIBLE,
        decision_ref=application.decision_ref,
        decided_on=application.decided_on,
        reasons=_findings(application),
        appeal_until=last_day_to_appeal(application, on),
    )


def draft_of_appeal(appeal):
    """The Draft of the letter that answers an appeal."""
    return Draft(
        application=appeal.application,
        kind=LetterKind.UPHELD if appeal.upheld else LetterKind.REFUSED,
        decision_ref=appeal_ref(appeal.pk),
        decided_on=appeal.answered_on,
        reasons=appeal.answer,
    )


def appeal_ref(pk):
    """What parts the letters about the appeals of one application."""
    return f"appeal/{pk}"


def _findings(application):
    """The confirmed failures in words; whom a double resembles is nobody's business but the office's."""
    kinds = dict(application.call.eligibility_rules.values_list("code", "kind"))
    said = []
    checks = application.checks.filter(revision=application.revision, result=Check.Result.FAILED)
    for check in checks.exclude(confirmed_by=None):
        if kinds.get(check.code) == EligibilityRule.Kind.DUPLICATE:
            said.append(check.question)
        else:
            said.append(f"{check.question}: {check.finding}")
    return "\n".join(said)


def decisions_without_letter(session, user):
    """Effective decisions of the session on cases that `user` may open, and that no letter tells of yet."""
    letters = Letter.objects.live().filter(
        application=OuterRef("application"), decision_ref=OuterRef("ref"), kind=OuterRef("outcome")
    )
    return (
        Decision.objects.live()
        .filter(
            case__session=session,
            effective_on__isnull=False,
            case__in=Case.objects.readable_by(user).filter(session=session),
        )
        .exclude(Exists(letters))
        .select_related(
            "application__applicant__village__district__region", "application__call", "application__programme", "case"
        )
        .order_by("case__position")
    )


def ineligible_without_letter(call, user):
    """Applications of the call that were closed as not eligible, that `user` sees, without a letter about it."""
    letters = Letter.objects.live().filter(application=OuterRef("pk"), kind=LetterKind.INELIGIBLE)
    return (
        Application.objects.visible_to(user)
        .filter(call=call, state=Application.State.INELIGIBLE)
        .exclude(Exists(letters))
        .select_related("applicant__village__district__region", "call", "programme")
        .order_by("pk")
    )


def appeals_without_letter(call, user):
    """Answered appeals of the call that `user` may open, and whose answer no letter tells."""
    answered = Appeal.objects.visible_to(user).filter(application__call=call, answered_on__isnull=False)
    told = set(
        Letter.objects.live()
        .filter(application__call=call, kind__in=[LetterKind.UPHELD, LetterKind.REFUSED])
        .values_list("decision_ref", flat=True)
    )
    rows = answered.select_related(
        "application__applicant__village__district__region", "application__call", "application__programme"
    )
    return [row for row in rows.order_by("pk") if appeal_ref(row.pk) not in told]


def drafts_of_call(call, user, on):
    """What the call has to tell besides the decisions of its sessions: who is not eligible, and answers to appeals."""
    drafts = [draft_of_ineligible(row, on) for row in ineligible_without_letter(call, user)]
    return drafts + [draft_of_appeal(row) for row in appeals_without_letter(call, user)]


# Pages -----------------------------------------------------------------------------------------------------------


def page_of(draft, *, language, on, signed_by="", text=None):
    """The Page of a Draft, dated `on`. Of a confidential programme only its neutral name shows, also for the call."""
    application = draft.application
    text = text or text_for(application.call, draft.kind, language)
    words = shipped(text.language) or shipped(ENGLISH)
    with translation.override(text.language):
        facts = _facts(draft, text.language, words, on)
    party = application.applicant
    return Page(
        language=text.language,
        addressee=facts["applicant"],
        place=party.place,
        sender=application.programme.public_name,
        reference=application.ref,
        dated=on,
        subject=filled(text.subject, facts),
        paragraphs=paragraphs(text.body, facts),
        labels=words["labels"],
        signed_by=signed_by,
        template=text.row,
    )


def _facts(draft, language, words, on):
    application, programme = draft.application, draft.application.programme
    currency = application.currency
    return {
        "applicant": _name(application.applicant, language),
        "reference": application.ref,
        "title": application.title,
        "call": programme.public_name if programme.confidential else application.call.name,
        "programme": programme.public_name,
        "asked": str(Money(application.asked_amount, currency)),
        "amount": str(Money(draft.amount, currency)) if draft.amount is not None else "",
        "months": str(draft.months or ""),
        "conditions": draft.conditions,
        "reasons": draft.reasons,
        "decided_on": day(draft.decided_on),
        "appeal_until": day(draft.appeal_until) if draft.appeal_until else "",
        "status": words["statuses"][public_status(application)],
        "date": day(on),
    }


def _name(party, language):
    """The applicant's name, in the own script where the letter is written in it."""
    return party.name_script if party.name_script and party.script_language == language else party.name


def day(on):
    return f"{on:%d.%m.%Y}"


def sample(call, kind, text, on):
    """The Page that the editor shows: the words with made-up facts."""
    programme = call.programme
    with translation.override(text.language):
        money = str(Money(1_000_000, programme.currency))
    words = shipped(text.language) or shipped(ENGLISH)
    facts = {
        "applicant": "Anahit Sargsyan",
        "reference": f"A-{on.year}-00123",
        "title": _("A milk cooler"),
        "call": programme.public_name if programme.confidential else call.name,
        "programme": programme.public_name,
        "asked": money,
        "amount": money,
        "months": "12" if call.instrument == Call.Instrument.LOAN else "",
        "conditions": _("A second quote for the cooler."),
        "reasons": _("The market is too small."),
        "decided_on": day(on),
        "appeal_until": day(on + timedelta(days=call.appeal_days)) if kind in APPEALABLE else "",
        "status": words["statuses"]["committee"],
        "date": day(on),
    }
    return Page(
        language=text.language,
        addressee=facts["applicant"],
        place="",
        sender=programme.public_name,
        reference=facts["reference"],
        dated=on,
        subject=filled(text.subject, facts),
        paragraphs=paragraphs(text.body, facts),
        labels=words["labels"],
    )
