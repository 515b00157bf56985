from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from pages import states


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")

    def ready(self):
        # Words and panels need the models, which are loaded only now.
        words = import_module("payments.words")
        states.register(words.SHAPES)
        import_module("pages.history").register_words(words.EVENTS)
        import_module("payments.panels")
        import_module("payments.holdings").connect()
