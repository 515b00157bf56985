from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApplicantsConfig(AppConfig):
    name = "applicants"
    verbose_name = _("Applicants")

    def ready(self):
        # What the pages print needs models, and those are there only now.
        import_module("applicants.words").register()
        import_module("applicants.holdings").connect()
