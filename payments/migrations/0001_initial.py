import accounts.encryption
import django.db.models.deletion
import django_fsm
import ledger.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('applicants', '0001_initial'),
        ('programmes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=12, unique=True)),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('control_amount', ledger.fields.AmountField()),
                ('made_on', models.DateField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='programmes.programme')),
            ],
            options={
                'verbose_name': 'batch',
                'verbose_name_plural': 'batches',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PayeeAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('kind', models.CharField(choices=[('iban', 'Bank account (IBAN)'), ('domestic', 'Bank account without IBAN'), ('cash', 'Cash against signature'), ('mobile', 'Mobile money')], max_length=8, verbose_name='kind')),
                ('holder', models.CharField(max_length=160, verbose_name='account holder')),
                ('number', accounts.encryption.EncryptedField(blank=True, verbose_name='number')),
                ('number_index', models.CharField(blank=True, db_index=True, max_length=64)),
                ('number_tail', models.CharField(blank=True, max_length=4)),
                ('bank', models.CharField(blank=True, max_length=120, verbose_name='bank')),
                ('currency', ledger.fields.CurrencyField(max_length=3, verbose_name='currency')),
                ('entered_on', models.DateField()),
                ('confirmed_on', models.DateField(blank=True, null=True)),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payee_accounts', to='applicants.party')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payee_accounts', to='programmes.programme')),
            ],
            options={
                'verbose_name': 'payee account',
                'ordering': ['party', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('entered_by')), _negated=True), _connector='OR'), name='payee_account_second_person')],
            },
        ),
        migrations.CreateModel(
            name='PaymentOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('kind', models.CharField(choices=[('grant', 'Grant tranche'), ('loan', 'Loan disbursement'), ('refund', 'Refund of an overpayment')], max_length=6)),
                ('source_ref', models.CharField(db_index=True, max_length=40, verbose_name='for')),
                ('account_version', models.PositiveIntegerField()),
                ('amount', ledger.fields.AmountField(verbose_name='amount')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('purpose', models.CharField(max_length=140, verbose_name='text for the bank')),
                ('prepared_on', models.DateField()),
                ('approved_on', models.DateField(blank=True, null=True)),
                ('bank_reference', models.CharField(blank=True, max_length=60, verbose_name='bank reference')),
                ('value_on', models.DateField(blank=True, null=True, verbose_name='value date')),
                ('state', django_fsm.FSMField(choices=[('prepared', 'Prepared'), ('approved', 'Approved'), ('sent', 'Sent to the bank'), ('settled', 'Settled'), ('returned', 'Returned by the bank'), ('cancelled', 'Cancelled')], default='prepared', max_length=9, protected=True, verbose_name='state')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='payments.payeeaccount')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_orders', to='applicants.application')),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='payments.batch')),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.party')),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payment_orders', to='programmes.programme')),
            ],
            options={
                'verbose_name': 'payment order',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['programme', 'state', '-id'], name='payment_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='payment_amount'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='payment_four_eyes'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'sent', 'settled']), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='payment_approved_by'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'settled'), _negated=True), models.Q(models.Q(('bank_reference', ''), _negated=True), ('value_on__isnull', False)), _connector='OR'), name='payment_settled_facts'), models.UniqueConstraint(condition=models.Q(('state__in', ['cancelled', 'returned']), _negated=True), fields=('source_ref',), name='payment_one_live_per_source')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('debit_code', models.CharField(max_length=4)),
                ('subject', models.CharField(max_length=40)),
                ('amount', ledger.fields.AmountField()),
                ('fee_amount', ledger.fields.AmountField(default=0)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.fundingline')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.paymentorder')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('fee_amount__gte', 0), ('fee_amount__lt', models.F('amount'))), name='payment_line_amounts')],
            },
        ),
    ]
