"""The words of a call's agreements, language by language."""

import rules
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import NotAllowed
from grants.agreement import standard_clauses
from grants.models import AgreementText
from grants.services import write_agreement_text
from pages.forms import SeedbedForm, attempt, done, form_page
from programmes.clock import today
from programmes.models import Call, Role
from programmes.roles import rows_for


class TextForm(SeedbedForm):
    clauses = forms.CharField(
        label=gettext_lazy("What the parties agree, one clause on each line"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("It stands in agreements that are signed from now on."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


@login_required
def agreement_text(request, key, language):
    mine = Call.objects.filter(rows_for(request.user, (Role.ADVISER, Role.MANAGER, Role.FINANCE), region=None))
    call = get_object_or_404(mine.select_related("programme"), key=key)
    names = dict(settings.LANGUAGES)
    if language not in names:
        raise Http404
    if not rules.test_rule("grants.manage", request.user, call):
        raise NotAllowed()
    on = today(call.programme)
    now = AgreementText.objects.in_force(call, language, on)
    initial = {
        "clauses": now.clauses if now else "\n".join(standard_clauses(language)),
        "version": now.version if now else 0,
    }
    form = TextForm(request.POST or None, initial=initial)
    given = {"call": call, "language": language, "on": on, "by": request.user}
    here = reverse("grants:agreement_text", args=[call.key, language])
    if request.method == "POST" and attempt(form, write_agreement_text, **given) is not None:
        return done(request, _("The words are kept. Agreements signed from now on carry them."), here)
    set_up = reverse("programmes:set_up", args=[call.programme.key])
    others = [code for code in dict.fromkeys((call.programme.language, "en")) if code != language]
    return form_page(
        request,
        form,
        title=_("Words of the agreement, %(language)s") % {"language": names[language]},
        lead=call.name,
        back=set_up,
        crumbs=(
            (_("Set-up"), set_up),
            *[(names[code], reverse("grants:agreement_text", args=[call.key, code])) for code in others],
        ),
    )
