from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = _("Monitoring")

    def ready(self):
        # The handlers need the models, which are loaded only now.
        import_module("monitoring.handlers").connect()
        import_module("monitoring.holdings").connect()
