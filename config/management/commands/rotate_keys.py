"""Re-encrypt every secret field with the newest key, so that older keys can be taken out of the environment."""

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from accounts.encryption import EncryptedField, decrypt, encrypt, key_id


class Command(BaseCommand):
    help = "Re-encrypt what older field keys encrypted. Put the new key first into SEEDBED_FIELD_KEYS before."

    def handle(self, *args, **options):
        newest = key_id(settings.FIELD_KEYS[0])
        changed = 0
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedField):
                    changed += self._rotate(model._meta.db_table, model._meta.pk.column, field.column, newest)
        self.stdout.write(f"{changed} values are now under the newest key.")

    def _rotate(self, table, pk, column, newest):
        quote = connection.ops.quote_name
        changed = 0
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {quote(pk)}, {quote(column)} FROM {quote(table)} "
                f"WHERE {quote(column)} <> '' AND {quote(column)} NOT LIKE %s",
                [f"{newest}:%"],
            )
            for row_id, stored in cursor.fetchall():
                cursor.execute(
                    f"UPDATE {quote(table)} SET {quote(column)} = %s WHERE {quote(pk)} = %s AND {quote(column)} = %s",
                    [encrypt(decrypt(stored)), row_id, stored],
                )
                changed += cursor.rowcount
        return changed
