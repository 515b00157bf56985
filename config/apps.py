from django.apps import AppConfig, apps
from django.contrib import admin

# Apps whose rows may be looked at in Django's administration; theirs is read-only.
OURS = {"accounts", "applicants"}


class ConfigConfig(AppConfig):
    """The desk and the commands that span apps; it has no models."""

    name = "config"
    verbose_name = "Seedbed"

    def ready(self):
        """Take out of Django's administration what libraries put there.

        Groups, addresses and second steps of other people could be changed there by a superuser with no event written.
        """
        for model in apps.get_models():
            if admin.site.is_registered(model) and model._meta.app_label not in OURS:
                admin.site.unregister(model)
