"""What waits on the register: referrals, trainings, imports; and whom the search finds."""

from datetime import timedelta

import rules
from django.urls import reverse
from django.utils.translation import gettext as _

from applicants import rules as permissions
from applicants.models import Course, DuplicateAnswer, Import, Party, Referral
from pages.queues import LATER, TODAY, FieldForm, Hit, QueueItem
from programmes.clock import today
from programmes.models import Role
from programmes.roles import roles_of, rows_for

MOST = 20
ANSWER_WITHIN = timedelta(days=7)


def referrals_waiting(user):
    """Referrals that nobody has answered, where the user advises: others may answer too, but it is not their work."""
    rows = Referral.objects.filter(rows_for(user, [Role.ADVISER]), answer=Referral.Answer.WAITING)
    day = today()
    for row in rows.select_related("region").order_by("referred_on", "pk")[:MOST]:
        due = row.referred_on + ANSWER_WITHIN
        late = due < day
        yield QueueItem(
            verb_text=_("Answer a referral"),
            why=_("%(name)s, sent by %(source)s, %(region)s")
            % {"name": row.name, "source": row.source, "region": row.region},
            url=row.get_absolute_url(),
            state_class="late" if late else "wait",
            state_text=_("%(days)s days late") % {"days": (day - due).days} if late else _("Waits"),
            due=due,
        )


def courses_waiting(user):
    """Trainings that have ended and whose outcomes nobody has recorded; and the user's own that are under way."""
    rows = Course.objects.filter(rows_for(user, permissions.TRAINING), closed_on=None)
    if Role.ADVISER not in roles_of(user):
        rows = rows.filter(trainer=user.pk)
    day = today()
    for row in rows.filter(starts_on__lte=day).select_related("region").order_by("ends_on", "pk")[:MOST]:
        ended = row.ends_on < day
        yield QueueItem(
            verb_text=_("Record the outcomes") if ended else _("Keep the sheet of today"),
            why=f"{row.title}, {row.region}",
            url=row.get_absolute_url(),
            state_class="wait" if ended else "moving",
            state_text=_("Ended") if ended else _("Under way"),
            due=row.ends_on if ended else day,
            section=TODAY,
        )
    for row in rows.filter(starts_on__gt=day).select_related("region").order_by("starts_on", "pk")[:5]:
        yield QueueItem(
            verb_text=_("Prepare the training"),
            why=f"{row.title}, {row.region}",
            url=row.get_absolute_url(),
            due=row.starts_on,
            section=LATER,
        )


def register_to_take_along(user):
    """The registration of a person, and the sheets of the user's courses for the days until a week from now."""
    if Role.ADVISER in roles_of(user):
        yield FieldForm(url=reverse("applicants:register_person"), title=_("Register a person"), repeat=True)
    day = today()
    rows = Course.objects.filter(rows_for(user, permissions.TRAINING), closed_on=None, trainer=user.pk)
    for row in rows.filter(starts_on__lte=day + timedelta(days=6), ends_on__gte=day).order_by("starts_on", "pk")[:5]:
        for number in range(7):
            one = day + timedelta(days=number)
            if row.starts_on <= one <= row.ends_on:
                yield FieldForm(
                    url=f"{reverse('applicants:course_attendance', args=[row.pk])}?day={one.isoformat()}",
                    title=_("Sheet of %(day)s") % {"day": f"{one:%d.%m.%Y}"},
                    why=row.title,
                    due=one,
                )


def imports_waiting(user):
    """Files of the user's that were checked and not confirmed, or that stopped."""
    if not roles_of(user) & set(permissions.IMPORTERS):
        return
    rows = Import.objects.visible_to(user).filter(state=Import.State.CHECKED, made_on=today())
    for row in rows[:5]:
        yield QueueItem(
            verb_text=_("Confirm the import"),
            why=row.name,
            url=row.get_absolute_url(),
            state_class="wait",
            state_text=row.get_state_display(),
            due=row.made_on,
        )


def doubles_waiting(user):
    """ "The same person", said by somebody else: a second person agrees, or not. Nobody is asked about their own."""
    if not roles_of(user) & {Role.SECRETARY, Role.MANAGER, Role.DATA_PROTECTION}:
        return
    visible = Party.objects.visible_to(user)
    rows = DuplicateAnswer.objects.waiting().exclude(answered_by=user.pk)
    rows = rows.filter(party__in=visible.values("pk"), other__in=visible.values("pk"))
    for row in rows.select_related("party", "other", "answered_by")[:MOST]:
        if rules.test_rule("applicants.confirm_duplicate", user, row.party):
            yield QueueItem(
                verb_text=_("Agree that two records are the same person, or not"),
                why=f"{row.party.name} · {row.party.ref} · {row.other.ref} · {row.answered_by}",
                url=reverse("applicants:doubles", args=[row.party.ref]),
                state_class="wait",
                state_text=_("Waits"),
                due=row.answered_on,
            )


def parties_found(user, text):
    """People and businesses by name in any script, reference or village."""
    rows = Party.objects.visible_to(user).matching(text).prefetch_related("village__district__region")
    return [
        Hit(
            title=row.name,
            url=reverse("applicants:party", args=[row.ref]),
            why=" · ".join(filter(None, [row.ref, str(row.get_kind_display()), row.place])),
            script=row.name_script,
            script_lang=row.script_language,
        )
        for row in rows.order_by("-pk")[:MOST]
    ]
