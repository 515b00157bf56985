"""Users: one staff identity each. No foreign key to our other apps: roles are Memberships of a programme."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **facts):
        user = self.model(email=self.normalize_email(email).lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **facts):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **facts)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in.

    `staff_number` is the one identity behind the account: it is unique, so a second account for the same person
    cannot exist, and the separation of duties follows the person. `is_superuser` opens Django's admin and nothing
    else: every permission of the product is asked through `rules`.
    """

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    staff_number = models.CharField(
        _("staff number"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9./-]+$", _("Letters, figures, dots, dashes and slashes only."))],
        help_text=_("The number in the register of staff, members or donors. One person has one."),
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    theme = models.CharField(_("light or dark"), max_length=5, choices=Theme.choices, default=Theme.AUTO)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    date_joined = models.DateTimeField(_("account since"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "staff_number"]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self):
        return self.name or self.email

    @property
    def ref(self):
        return f"U-{self.pk}"

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    @property
    def initials(self):
        return "".join(word[0] for word in self.name.split()[:2]).upper()
