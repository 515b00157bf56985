"""Which roles read which part of the reports."""

from programmes.models import Role

REPORT_ROLES = (Role.MANAGER, Role.MONITORING, Role.FINANCE)
WARNING_READERS = (Role.MANAGER, Role.MONITORING, Role.DATA_PROTECTION)
AUDIT_READERS = (Role.MANAGER, Role.DATA_PROTECTION)
