"""The page on which a sample for the audit is drawn."""

import secrets

import rules
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.refusals import NotAllowed
from pages.fields import DateField
from pages.forms import SeedbedForm, attempt, form_page
from programmes.clock import today
from reports.audit.pack import KINDS, make_audit_pack
from reports.audit.sample import MOST
from reports.models import AUDIT_READERS
from reports.views.issues import programmes_for


class SampleForm(SeedbedForm):
    kind = forms.ChoiceField(label=gettext_lazy("What is looked at"), choices=list(KINDS.items()))
    start = DateField(label=gettext_lazy("From"))
    end = DateField(label=gettext_lazy("To"))
    size = forms.IntegerField(label=gettext_lazy("How many"), min_value=1, max_value=MOST)
    seed = forms.CharField(
        label=gettext_lazy("Seed"),
        max_length=40,
        help_text=gettext_lazy("The auditor names it. The same seed draws the same cases."),
    )


@login_required
def sample(request, key):
    """GET: the form; POST: the zip. Each one is logged with its seed and what was drawn."""
    programme = get_object_or_404(programmes_for(request.user, AUDIT_READERS), key=key)
    if not rules.test_rule("reports.audit", request.user, programme):
        raise NotAllowed()
    on = today(programme)
    initial = {"start": programme.starts_on, "end": on, "size": 5, "seed": secrets.token_hex(4)}
    form = SampleForm(request.POST or None, initial=initial)
    if request.method == "POST":
        file = attempt(form, make_audit_pack, programme=programme, on=on, by=request.user)
        if file is not None:
            name = f"sample-{form.cleaned_data['kind']}-{on:%Y%m%d}.zip"
            return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    lead = _("One zip: an index with seed and method, each dossier on paper with its files, and the hash of each.")
    return form_page(
        request,
        form,
        title=_("Sample for the audit"),
        submit=_("Draw the sample"),
        lead=lead,
        back=reverse("reports:issues"),
        crumbs=((_("Reports"), reverse("reports:issues")),),
    )
