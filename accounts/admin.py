from django.contrib import admin

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """To look at; accounts are made and changed on the pages, where it is recorded."""

    list_display = ["name", "email", "staff_number", "is_active", "last_login"]
    search_fields = ["name", "email", "staff_number"]
    fields = ["name", "email", "staff_number", "phone", "is_active", "is_staff", "last_login"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
