"""Where parties are paid, and from which account of the programme. Numbers are encrypted; a second person confirms."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from applicants.models import Party
from audit.models import Versioned
from ledger.fields import CurrencyField
from programmes.models import FundingLine, Programme, Role
from programmes.roles import rows_for

MONEY_ROLES = (Role.FINANCE, Role.MANAGER)


class PayeeAccountQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def open(self):
        return self.filter(closed_on=None)

    def without_number(self):
        """Rows for pages: the encrypted number stays in the database."""
        return self.defer("number")


class PayeeAccount(Versioned):
    """Where a party is paid by one programme. The number is encrypted; a changed account waits for a second person.

    `entered_by` and `entered_on` are of the last change; `version` counts the changes of its facts.
    """

    class Kind(models.TextChoices):
        IBAN = "iban", _("Bank account (IBAN)")
        DOMESTIC = "domestic", _("Bank account without IBAN")
        CASH = "cash", _("Cash against signature")
        MOBILE = "mobile", _("Mobile money")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="payee_accounts")
    party = models.ForeignKey(Party, models.PROTECT, related_name="payee_accounts")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    holder = models.CharField(_("account holder"), max_length=160)
    number = EncryptedField(_("number"), blank=True)
    number_index = models.CharField(max_length=64, blank=True, db_index=True)
    number_tail = models.CharField(max_length=4, blank=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True)
    currency = CurrencyField(_("currency"))
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = PayeeAccountQuerySet.as_manager()

    class Meta:
        ordering = ["party", "-pk"]
        verbose_name = _("payee account")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")), name="payee_account_second_person"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ···{self.number_tail}" if self.number_tail else str(self.get_kind_display())

    def get_absolute_url(self):
        return reverse("payments:account", args=[self.pk])

    @property
    def ref(self):
        """What events call it: the number itself never stands in the log."""
        return f"account:{self.pk}"

    @property
    def is_confirmed(self):
        return self.confirmed_by_id is not None

    @property
    def was_changed(self):
        return self.version > 1

    def replaces_another(self):
        """True when the payee had another account than cash in this programme before."""
        earlier = PayeeAccount.objects.filter(programme=self.programme_id, party=self.party_id, pk__lt=self.pk)
        return earlier.exclude(kind=self.Kind.CASH).exists()


class OwnAccountQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(rows_for(user, MONEY_ROLES, region=None))

    def open(self):
        return self.filter(closed_on=None)

    def confirmed(self):
        return self.exclude(confirmed_by=None)

    def paying(self, lines):
        """Those from which one of these funding lines is paid."""
        return self.filter(lines__in=lines).distinct()

    def without_number(self):
        """Rows for pages: the encrypted number stays in the database."""
        return self.defer("number")


class OwnAccount(Versioned):
    """The programme's account at the bank, and the funding lines that are paid from it.

    A line is paid from at most one open account (the services see to it, with the line locked). Nothing of it is
    changed: a wrong one is closed and another entered.
    """

    class Kind(models.TextChoices):
        IBAN = "iban", _("Bank account (IBAN)")
        DOMESTIC = "domestic", _("Bank account without IBAN")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="own_accounts")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    holder = models.CharField(_("account holder"), max_length=140)
    number = EncryptedField(_("number"))
    number_index = models.CharField(max_length=64, db_index=True)
    number_tail = models.CharField(max_length=4, blank=True)
    bank = models.CharField(_("bank"), max_length=120)
    bic = models.CharField(_("bank code (BIC)"), max_length=11, blank=True)
    country = models.CharField(_("country"), max_length=2)
    currency = CurrencyField(_("currency"))
    lines = models.ManyToManyField(FundingLine, verbose_name=_("funding lines"), related_name="own_accounts")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_on = models.DateField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = OwnAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("the programme's account at the bank")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")), name="own_account_second_person"
            )
        ]

    def __str__(self):
        return f"{self.bank} {self.currency}" + (f" ···{self.number_tail}" if self.number_tail else "")

    def get_absolute_url(self):
        return reverse("payments:own_account", args=[self.pk])

    @property
    def ref(self):
        """What events call it: the number itself never stands in the log."""
        return f"own-account:{self.pk}"

    @property
    def is_confirmed(self):
        return self.confirmed_by_id is not None
