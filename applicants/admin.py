"""The register in Django's administration: to look, never to change. Writes go through the services alone."""

from django.contrib import admin

from applicants.models import Import


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; adds, changes and deletes nothing, whoever asks."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("pk", "kind", "state", "rows_total", "rows_done", "made_on")
    list_filter = ("kind", "state")
    fields = ("kind", "state", "rows_total", "rows_done", "made_on", "touched_at")
    readonly_fields = fields
