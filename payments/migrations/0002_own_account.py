import accounts.encryption
import django.db.models.deletion
import ledger.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0001_initial'),
        ('programmes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('iban', 'Bank account (IBAN)'), ('domestic', 'Bank account without IBAN')], max_length=8, verbose_name='kind')),
                ('holder', models.CharField(max_length=140, verbose_name='account holder')),
                ('number', accounts.encryption.EncryptedField(verbose_name='number')),
                ('number_index', models.CharField(db_index=True, max_length=64)),
                ('number_tail', models.CharField(blank=True, max_length=4)),
                ('bank', models.CharField(max_length=120, verbose_name='bank')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='bank code (BIC)')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('currency', ledger.fields.CurrencyField(max_length=3, verbose_name='currency')),
                ('entered_on', models.DateField()),
                ('confirmed_on', models.DateField(blank=True, null=True)),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lines', models.ManyToManyField(related_name='own_accounts', to='programmes.fundingline', verbose_name='funding lines')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_accounts', to='programmes.programme')),
            ],
            options={
                'verbose_name': "the programme's account at the bank",
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR'), name='own_account_second_person')],
            },
        ),
    ]
