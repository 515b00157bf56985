import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0003_statements'),
    ]

    operations = [
        migrations.AddField(
            model_name='batch',
            name='own_account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='payments.ownaccount'),
        ),
    ]
