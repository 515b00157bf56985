import django.db.models.deletion
import ledger.fields
import uuid
from audit.founding import Founding
from django.db import migrations, models


class Migration(Founding):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Book',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(unique=True, verbose_name='key')),
                ('closed_through', models.DateField(blank=True, null=True, verbose_name='closed up to and including')),
                ('last_seq', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='ledger.book')),
                ('code', models.CharField(max_length=4)),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('line', models.CharField(blank=True, max_length=60)),
                ('subject', models.CharField(blank=True, max_length=80)),
                ('balance_amount', ledger.fields.AmountField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', 'code'], name='account_subject')],
                'constraints': [models.UniqueConstraint(fields=('book', 'code', 'currency', 'line', 'subject'), name='account_unique')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.book')),
                ('seq', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=40)),
                ('event_key', models.CharField(max_length=100)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('value_on', models.DateField()),
                ('posted_on', models.DateField()),
                ('booked_at', models.DateTimeField()),
                ('actor_id', models.BigIntegerField(null=True)),
                ('reverses', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.entry')),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'indexes': [models.Index(fields=['book', 'value_on'], name='entry_value_on'), models.Index(fields=['book', 'posted_on'], name='entry_posted_on')],
                'constraints': [models.UniqueConstraint(fields=('book', 'seq'), name='entry_seq_gapless'), models.UniqueConstraint(fields=('event_key', 'attempt'), name='entry_event_once'), models.CheckConstraint(condition=models.Q(('reverses', None), models.Q(('reason', ''), _negated=True), _connector='OR'), name='entry_reversal_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Leg',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legs', to='ledger.entry')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legs', to='ledger.account')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('amount', ledger.fields.AmountField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='leg_not_zero')],
            },
        ),
    ]
