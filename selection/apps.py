from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from selection import guards


class SelectionConfig(AppConfig):
    name = "selection"
    verbose_name = _("Committee")

    def ready(self):
        guards.declare_guards()
        # Only now, because it reads the models.
        import_module("selection.panels").connect()
        import_module("selection.holdings").connect()
        import_module("selection.holdings").connect_deliberation()
