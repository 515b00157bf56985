from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from monitoring.words import EVENTS


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self):
        # These need the models, which are loaded only now.
        import_module("pages.history").register_words(EVENTS)
        import_module("monitoring.handlers").connect()
        import_module("monitoring.holdings").connect()
