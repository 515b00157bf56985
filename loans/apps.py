from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoansConfig(AppConfig):
    name = "loans"
    verbose_name = _("Loans")

    def ready(self):
        import_module("loans.handlers")
        import_module("loans.words").register()
        import_module("loans.requests").connect()
        import_module("loans.moratoria").connect()
        import_module("loans.ahead").register()
        import_module("loans.forecast").connect()
        import_module("loans.products").connect()
        import_module("loans.lending").connect()
        import_module("applicants.asks").register_limit(import_module("loans.cycles").over_cycle_limit)
        import_module("applicants.eligibility").register_finished(import_module("loans.over").over)
        import_module("applicants.models.imports").PAGES["loans"] = "loans:portfolio_import"
        import_module("loans.holdings").connect()
