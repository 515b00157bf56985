from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """What every page shares: forms, lists, moves, sheets, papers. It has no models."""

    name = "pages"
    verbose_name = _("Pages")
