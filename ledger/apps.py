from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from ledger import guards
from ledger.money import digits
from pages.numbers import register_digits


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = _("Ledger")

    def ready(self):
        guards.declare_guards()
        register_digits(digits)
