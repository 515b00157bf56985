from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import second_factor
from pages.days import register_today
from programmes.clock import today


class ProgrammesConfig(AppConfig):
    name = "programmes"
    verbose_name = _("Programmes")

    def ready(self):
        second_factor.register(touches_money_or_votes)
        register_today(today)


def touches_money_or_votes(user):
    """Roles that decide or pay need a second factor."""
    return bool(
        user.memberships.filter(role__in=["member", "secretary", "manager", "loan_officer", "finance"]).exists()
    )
