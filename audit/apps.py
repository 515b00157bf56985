from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from audit import guards


class AuditConfig(AppConfig):
    name = "audit"
    verbose_name = _("Audit")

    def ready(self):
        pre_migrate.connect(guards.on_pre_migrate, dispatch_uid="guards.remove")
        post_migrate.connect(guards.on_post_migrate, dispatch_uid="guards.install")
