from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from grants import guards
from grants.words import EVENTS, SHAPES
from pages import states


class GrantsConfig(AppConfig):
    name = "grants"
    verbose_name = _("Grants")

    def ready(self):
        guards.declare_guards()
        states.register(SHAPES)
        # These need the models, which are loaded only now.
        import_module("pages.history").register_words(EVENTS)
        import_module("grants.handlers")
        import_module("grants.panels").register()
        import_module("grants.forecast").connect()
        import_module("applicants.eligibility").register_finished(import_module("grants.over").over)
        import_module("grants.holdings").connect()
