"""The first migration of an app: its tables all at once."""

import copy
import itertools

from django.db import migrations


class Founding(migrations.Migration):
    """Makes the tables that its operations begin with against the state in which all of them are there.

    Django works out after each table anew what every model looks like that has to do with it: with two hundred tables
    that refer to each other nine tenths of `migrate`. Here that is done once for each app. The tables are the same, in
    the same order.
    """

    def apply(self, project_state, schema_editor, collect_sql=False):
        if collect_sql:
            return super().apply(project_state, schema_editor, collect_sql)
        tables = list(itertools.takewhile(lambda one: isinstance(one, migrations.CreateModel), self.operations))
        # What was worked out so far would be worked out again after each of them.
        project_state.__dict__.pop("apps", None)
        for table in tables:
            table.state_forwards(self.app_label, project_state)
        for table in tables:
            table.database_forwards(self.app_label, schema_editor, project_state, project_state)
        rest = copy.copy(self)
        rest.operations = self.operations[len(tables) :]
        return migrations.Migration.apply(rest, project_state, schema_editor)
