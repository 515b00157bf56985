from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from grants import guards


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("Grants")

    def ready(self):
        guards.declare_guards()
        # The handlers need the models, which are loaded only now.
        import_module("grants.handlers")
