"""To whom complaints about abuse and fraud are referred."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programmes.clock import today
from programmes.models.programme import Programme


class SafeguardingContactQuerySet(models.QuerySet):
    def current(self, on=None):
        on = on or today()
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on)).filter(user__is_active=True)

    def for_programme(self, programme_id):
        """Contacts of one programme; with None those of the office, for what concerns no programme."""
        return self.filter(programme=programme_id) if programme_id else self.filter(programme=None)


class SafeguardingContact(models.Model):
    """The person to whom abuse and fraud are referred; the next in `position` where the first may not know of it."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="safeguarding_contacts"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="safeguarding")
    position = models.PositiveSmallIntegerField(_("asked first, second.."), default=1)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = SafeguardingContactQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "user"], condition=Q(ends_on=None), name="safeguarding_contact_once"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(programme=None, ends_on=None), name="safeguarding_contact_once_in_office"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="safeguarding_contact_dates"
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.position}"
