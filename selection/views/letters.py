"""Letters to applicants: of a session, of a call, and their words."""

import rules
from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.models import Application
from audit.refusals import NotAllowed
from audit.services import record, unit_of_work
from pages.forms import attempt, done, form_page
from pages.pdf import pdf
from programmes.clock import today
from programmes.models import Call, Role
from programmes.roles import rows_for
from selection import services
from selection.access import keeper_or_404, posted, session_or_404
from selection.letter_forms import LetterTextForm, SentForm, WriteLettersForm
from selection.letters import (
    PLACEHOLDERS,
    REQUIRED,
    Text,
    decisions_without_letter,
    draft_of_decision,
    drafts_of_call,
    page_of,
    sample,
    text_for,
    wrong_words,
)
from selection.models import Case, Letter, LetterKind, LetterTemplate, Session
from selection.papers.letters import letters_paper

WRITERS = (Role.SECRETARY, Role.MANAGER)
LANGUAGES = dict(settings.LANGUAGES)
# The rows of a page; what is older is found at its application.
MOST = 200


def _call_or_404(user, key):
    """A call whose letters the user writes."""
    calls = Call.objects.filter(rows_for(user, WRITERS, region=None)).select_related("programme")
    return get_object_or_404(calls, key=key)


def _session_or_404(user, ref):
    """A closed session that the user keeps: before its close no decision is anybody's to tell."""
    session = session_or_404(user, ref)
    keeper_or_404(session, user)
    if session.state != Session.State.CLOSED:
        raise Http404
    return session


class Batch:
    """What a page of letters is about: the letters to write, and those that are written."""

    def __init__(self, user, *, session=None, call=None):
        self.user, self.session, self.call = user, session, call or session.call
        self.programme = self.call.programme

    @property
    def drafts(self):
        on = today(self.programme)
        if self.session is not None:
            return [draft_of_decision(row, on) for row in decisions_without_letter(self.session, self.user)]
        return drafts_of_call(self.call, self.user, on)

    @property
    def letters(self):
        """Letters of the session, or those of the call that no session wrote, of cases that the user may open."""
        rows = Letter.objects.select_related("application__applicant", "paper", "written_by")
        if self.session is not None:
            readable = Case.objects.readable_by(self.user).filter(session=self.session)
            return rows.filter(session=self.session, application__in=readable.values("application"))
        seen = Application.objects.visible_to(self.user).filter(call=self.call)
        return rows.filter(session=None, application__in=seen.values("pk"))

    def url(self, name):
        if self.session is not None:
            return reverse(f"selection:{name}", args=[self.session.ref])
        return reverse(f"selection:call_{name}", args=[self.call.key])

    def crumbs(self):
        found = [(_("Committee sessions"), reverse("selection:sessions"))]
        if self.session is not None:
            found.append((self.session.ref, self.session.get_absolute_url()))
        return found


@require_http_methods(["GET", "POST"])
def letters(request, ref):
    """The letters of a session: those to write, those to send, those that left."""
    return _page(request, Batch(request.user, session=_session_or_404(request.user, ref)))


@require_http_methods(["GET", "POST"])
def call_letters(request, key):
    """The letters of a call about applications that never reached a session, and answers to appeals."""
    return _page(request, Batch(request.user, call=_call_or_404(request.user, key)))


def _page(request, batch):
    initial = {"language": batch.programme.language}
    form = WriteLettersForm(posted(request), initial=initial)
    if request.method == "POST":
        given = {"on": today(batch.programme), "by": request.user}
        if batch.session is not None:
            result = attempt(form, services.write_letters, session=batch.session, **given)
        else:
            result = attempt(form, services.write_call_letters, call=batch.call, **given)
        if result is not None:
            return done(request, _("The letters are written. Send them, and say how and when."), batch.url("letters"))
    return _shown(request, batch, form=form)


@require_POST
def letters_sent(request, ref):
    return _sent(request, Batch(request.user, session=_session_or_404(request.user, ref)))


@require_POST
def call_letters_sent(request, key):
    return _sent(request, Batch(request.user, call=_call_or_404(request.user, key)))


def _sent(request, batch):
    form = SentForm(request.POST, letters=batch.letters.unsent(), programme=batch.programme)
    if attempt(form, services.mark_letters_sent, by=request.user) is not None:
        return done(request, _("The letters are marked as sent."), batch.url("letters"))
    return _shown(request, batch, sent_form=form)


def _shown(request, batch, *, form=None, sent_form=None):
    refused = next((one for one in (form, sent_form) if one is not None and one.is_bound and one.errors), None)
    rows = list(batch.letters.order_by("-pk")[:MOST])
    drafts = batch.drafts
    unsent = batch.letters.unsent()
    return render(
        request,
        "selection/letters.html",
        {
            "title": _("Letters of %(what)s") % {"what": batch.session.ref if batch.session else batch.call},
            "batch": batch,
            "drafts": [(draft, LetterKind(draft.kind).label) for draft in drafts],
            "letters": rows,
            "form": refused,
            "write_form": form or WriteLettersForm(initial={"language": batch.programme.language}),
            "sent_form": (sent_form or SentForm(letters=unsent, programme=batch.programme))
            if unsent.exists()
            else None,
            "refused": bool(refused),
            "pdf": batch.url("letters_pdf"),
            "sent_url": batch.url("letters_sent"),
            "words": reverse("selection:letter_texts", args=[batch.call.key]),
            "crumbs": batch.crumbs(),
        },
        status=refused.status if refused else 200,
    )


@require_safe
def letters_pdf(request, ref):
    return _preview(request, Batch(request.user, session=_session_or_404(request.user, ref)))


@require_safe
def call_letters_pdf(request, key):
    return _preview(request, Batch(request.user, call=_call_or_404(request.user, key)))


def _preview(request, batch):
    """All letters that wait, as one PDF: nothing is written by reading them."""
    language = request.GET.get("language", "")
    language = language if language in LANGUAGES else batch.programme.language
    on, drafts = today(batch.programme), batch.drafts
    if not drafts:
        raise Http404
    pages = [page_of(draft, language=language, on=on, signed_by=request.user.name) for draft in drafts]
    with unit_of_work():
        body = {"letters": len(pages), "language": language, "session": batch.session.ref if batch.session else ""}
        # Under the call: reading what others decided is no hand in the session.
        record(
            "letters.preview",
            f"call:{batch.call.key}"[:60],
            by=request.user,
            on=on,
            programme=batch.programme.key,
            body=body,
        )
    name = batch.session.ref if batch.session is not None else f"{on:%Y-%m-%d}"
    return pdf(letters_paper(pages), f"letters-{name}.pdf")


# Words -----------------------------------------------------------------------------------------------------------


@require_safe
def letter_texts(request, key):
    """The words of a call's letters: each kind in the programme's language, in English, and whatever was written."""
    call = _call_or_404(request.user, key)
    languages = list(dict.fromkeys([call.programme.language, "en"]))
    own = LetterTemplate.objects.filter(call=call).order_by("kind", "language", "version").select_related("made_by")
    last = {(row.kind, row.language): row for row in own}
    languages += sorted({language for _kind, language in last} - set(languages))
    rows = []
    for kind in LetterKind:
        for language in languages:
            text = text_for(call, kind, language)
            url = reverse("selection:letter_text", args=[call.key, kind, language])
            rows.append((kind.label, LANGUAGES.get(language, language), text, last.get((kind, language)), url))
    return render(
        request,
        "selection/letter_texts.html",
        {
            "title": _("Words of the letters"),
            "call": call,
            "rows": rows,
            "crumbs": [(_("Letters"), reverse("selection:call_letters", args=[call.key]))],
        },
    )


@require_http_methods(["GET", "POST"])
def letter_text(request, key, kind, language):
    """The words of one letter, with a preview; saving makes a new version."""
    call = _call_or_404(request.user, key)
    if kind not in LetterKind.values or language not in LANGUAGES:
        raise Http404
    if not rules.test_rule("selection.write_letters", request.user, call):
        raise NotAllowed
    on, now = today(call.programme), text_for(call, kind, language)
    form = LetterTextForm(posted(request), initial={"subject": now.subject, "body": now.body})
    shown = now
    if request.method == "POST" and request.POST.get("what") == "preview":
        if form.is_valid():
            shown = Text(kind, language, form.cleaned_data["subject"], form.cleaned_data["body"])
            for sentence in wrong_words(kind, shown.subject, shown.body):
                form.add_error("body", sentence)
    elif request.method == "POST":
        given = {"call": call, "kind": kind, "language": language, "on": on, "by": request.user}
        if attempt(form, services.save_letter_text, **given) is not None:
            back = reverse("selection:letter_texts", args=[call.key])
            return done(request, _("The words are saved. Letters that are written keep theirs."), back)
    return form_page(
        request,
        form,
        title=_("%(kind)s, %(language)s") % {"kind": LetterKind(kind).label, "language": LANGUAGES[language]},
        submit=_("Save the words"),
        back=reverse("selection:letter_texts", args=[call.key]),
        crumbs=[(_("Words of the letters"), reverse("selection:letter_texts", args=[call.key]))],
        template="selection/letter_text.html",
        context={
            "page": sample(call, kind, shown, on),
            "placeholders": [
                (f"{{{name}}}", label, name in REQUIRED.get(kind, ())) for name, label in PLACEHOLDERS.items()
            ],
            "shipped_in": LANGUAGES.get(now.language) if now.language != language else "",
        },
    )
