"""Reminders by text message: what was sent and what failed, and what they say."""

import rules
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from audit.refusals import NotAllowed
from loans.arrears_forms import QuietHoursForm, ReminderFilter, ReminderTextForm
from loans.messages import parts
from loans.models import QuietHours, Reminder
from loans.services import set_quiet_hours, set_reminder_text
from loans.services.messages import QUIET
from loans.views.access import loans_of
from pages.forms import attempt, done, form_page
from pages.lists import Column, ListPage
from programmes.clock import today
from programmes.models import Programme, Role
from programmes.roles import roles_of

READERS = {Role.ADVISER, Role.LOAN_OFFICER, Role.MANAGER}


def may_read(user):
    """Who asks borrowers for money reads what they were sent."""
    return bool(roles_of(user) & READERS)


class ReminderList(ListPage):
    key = "reminders"
    title = gettext_lazy("Reminders")
    lead = gettext_lazy("Text messages about instalments. What failed is tried again by the next day's work.")
    noun = (gettext_lazy("%(count)s message"), gettext_lazy("%(count)s messages"))
    empty = gettext_lazy("No message was made.")
    filterset = ReminderFilter
    columns = (
        Column(
            "loan",
            gettext_lazy("Loan"),
            value="loan.ref",
            head=True,
            link=lambda row: row.loan.get_absolute_url(),
            small=lambda row: row.loan.borrower.name,
        ),
        Column("due", gettext_lazy("Instalment"), value="instalment.due_on"),
        Column("days", gettext_lazy("Days after it"), number=True),
        Column("made", gettext_lazy("Made"), value="made_on"),
        Column("state", gettext_lazy("State"), value=lambda row: row.get_state_display(), small=lambda row: row.fault),
        Column("attempts", gettext_lazy("Attempts"), number=True),
        Column("parts", gettext_lazy("Charged as"), number=True),
    )


@login_required
@require_GET
def sent(request):
    """The messages about the loans that the user may see, the newest first."""
    if not may_read(request.user):
        raise NotAllowed()
    rows = Reminder.objects.filter(loan__in=loans_of(request)).select_related("loan__borrower", "instalment")
    mine = Programme.objects.visible_to(request.user).filter(loans__isnull=False).distinct()
    buttons = tuple(
        (_("Texts of %(programme)s") % {"programme": one}, reverse("loans:reminder_texts", args=[one.key]), "plain")
        for one in mine
        if rules.test_rule("loans.set_reminders", request.user, one)
    )
    return ReminderList(request, rows, buttons=buttons, crumbs=((_("Loans"), reverse("loans:loans")),)).response()


def _programme(request, key):
    programme = get_object_or_404(Programme.objects.visible_to(request.user), key=key)
    if not rules.test_rule("loans.set_reminders", request.user, programme):
        raise NotAllowed()
    return programme


CRUMBS = (gettext_lazy("Loans"), "loans:loans"), (gettext_lazy("Reminders"), "loans:reminders")


def _crumbs():
    return tuple((label, reverse(name)) for label, name in CRUMBS)


@login_required
def texts(request, key):
    """The texts of a programme, and the form that sets one of them."""
    programme = _programme(request, key)
    form = ReminderTextForm(request.POST or None, initial={"language": programme.language})
    if request.method == "POST" and attempt(
        form, set_reminder_text, programme=programme, on=today(programme), by=request.user
    ):
        return done(request, _("The text is set."), reverse("loans:reminder_texts", args=[key]))
    languages = dict(settings.LANGUAGES)
    hours = QuietHours.objects.filter(programme=programme).first()
    quiet_from, quiet_to = (hours.from_time, hours.to_time) if hours else QUIET
    return form_page(
        request,
        form,
        title=_("What reminders say"),
        submit=_("Set this text"),
        lead=str(programme),
        back=reverse("loans:reminders"),
        crumbs=_crumbs(),
        template="loans/reminder_texts.html",
        context={
            "programme": programme,
            "texts": [
                (row, languages.get(row.language, row.language), parts(row.text))
                for row in programme.reminder_texts.all()
            ],
            "quiet": f"{quiet_from:%H:%M} - {quiet_to:%H:%M}",
            "gateway": bool(settings.SMS_GATEWAY),
        },
    )


@login_required
def quiet(request, key):
    """When nobody is disturbed."""
    programme = _programme(request, key)
    hours = QuietHours.objects.filter(programme=programme).first()
    begin, end = (hours.from_time, hours.to_time) if hours else QUIET
    form = QuietHoursForm(request.POST or None, initial={"from_time": f"{begin:%H:%M}", "to_time": f"{end:%H:%M}"})
    back = reverse("loans:reminder_texts", args=[key])
    if request.method == "POST" and attempt(
        form, set_quiet_hours, programme=programme, on=today(programme), by=request.user
    ):
        return done(request, _("The quiet hours are set."), back)
    return form_page(
        request,
        form,
        title=_("Quiet hours"),
        submit=_("Set the quiet hours"),
        lead=_("%(programme)s, time zone %(zone)s") % {"programme": programme, "zone": programme.time_zone},
        back=back,
        crumbs=_crumbs(),
    )
