"""Roles are memberships of a programme, sometimes of one region or some villages of it, from a day to a day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from programmes.clock import today
from programmes.models.programme import Programme, Region, Village


class Role(models.TextChoices):
    ADVISER = "adviser", _("Business adviser")
    FIELD_AGENT = "field_agent", _("Field agent")
    MEMBER = "member", _("Committee member")
    SECRETARY = "secretary", _("Committee secretary")
    MANAGER = "manager", _("Programme manager")
    LOAN_OFFICER = "loan_officer", _("Loan officer")
    FINANCE = "finance", _("Finance officer")
    MONITORING = "monitoring", _("Monitoring and evaluation officer")
    DATA_PROTECTION = "data_protection", _("Data protection person")
    DONOR = "donor", _("Donor")
    ADMINISTRATOR = "administrator", _("Administrator")


class MembershipQuerySet(models.QuerySet):
    def current(self, on=None):
        on = on or today()
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))


class Membership(models.Model):
    """A role in a programme. A donor's membership names the donor; an administrator's needs no programme."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    programme = models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("only in region"))
    villages = models.ManyToManyField(Village, blank=True, verbose_name=_("only in villages"))
    donor = models.ForeignKey("programmes.Donor", models.PROTECT, null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "programme", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(programme__isnull=False) | Q(role="administrator"), name="membership_has_programme"
            ),
            models.CheckConstraint(condition=~Q(role="donor") | Q(donor__isnull=False), name="membership_names_donor"),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=F("user")), name="membership_not_self_granted"
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.get_role_display()}"


class Delegation(models.Model):
    """Leave cover: a role handed over for some days, approved by a second person.

    The separation of duties follows the person: what the delegate does is recorded under the delegate's own name.
    """

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_dates"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (~Q(approved_by=F("requested_by")) & ~Q(approved_by=F("delegate"))),
                name="delegation_second_person",
            ),
        ]

    def __str__(self):
        return f"{self.membership} -> {self.delegate}"
