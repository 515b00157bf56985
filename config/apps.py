from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The desk and the commands that span apps; it has no models."""

    name = "config"
    verbose_name = "Seedbed"
