"""The form by which a secretary invites members."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from pages.fields import RowsField
from pages.forms import SeedbedForm
from selection.models import Invitation, Seat


class InviteForm(SeedbedForm):
    """Where the committee meets, and whom to invite; at first those who have no invitation yet."""

    keyed = True
    place = forms.CharField(
        label=_("Place and hour"),
        max_length=200,
        required=False,
        help_text=_("For example: town hall, room 12, at 10:00. Name no case and no applicant here."),
    )
    members = RowsField(
        User.objects.none(),
        label=_("Members"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one member.")},
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        seats = session.committee.seats.held_on(session.sits_on).exclude(role=Seat.Role.SECRETARY)
        self.fields["members"].queryset = User.objects.filter(pk__in=seats.values("user")).order_by("name")
        self.initial.setdefault("place", session.place)
        self.sent = {row.member_id: row for row in Invitation.objects.filter(session=session)}
        waiting = self.fields["members"].queryset.exclude(pk__in=list(self.sent))
        self.initial.setdefault("members", list(waiting.values_list("pk", flat=True)))

    def rows(self):
        """(member, Invitation or None) of everybody who can be invited."""
        return [(member, self.sent.get(member.pk)) for member in self.fields["members"].queryset]
