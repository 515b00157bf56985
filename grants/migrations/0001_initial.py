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
            name='Award',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('amount', ledger.fields.AmountField(verbose_name='award')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('decision_ref', models.CharField(max_length=40)),
                ('conditions_text', models.TextField(blank=True, verbose_name='conditions')),
                ('conditions_met_on', models.DateField(blank=True, null=True, verbose_name='conditions met')),
                ('screened_on', models.DateField(blank=True, null=True, verbose_name='screening clear')),
                ('approved_on', models.DateField(verbose_name='approved')),
                ('signed_on', models.DateField(blank=True, null=True, verbose_name='agreement dated')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='implementation ends')),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('recovery_amount', ledger.fields.AmountField(default=0, verbose_name='to be recovered')),
                ('state', django_fsm.FSMField(choices=[('approved', 'Approved, not signed'), ('active', 'Active'), ('suspended', 'Suspended'), ('closed', 'Closed'), ('terminated', 'Terminated'), ('cancelled', 'Cancelled')], default='approved', max_length=10, protected=True, verbose_name='state')),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('applicant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='applicants.party')),
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='award', to='applicants.application')),
                ('business', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='awards_for', to='applicants.party')),
                ('conditions_met_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='programmes.fundingline')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='programmes.programme')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.region')),
                ('screened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='programmes.window')),
            ],
            options={
                'verbose_name': 'award',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['programme', 'state', '-id'], name='award_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='award_amount'), models.CheckConstraint(condition=models.Q(('decision_ref', ''), _negated=True), name='award_by_decision'), models.CheckConstraint(condition=models.Q(('state__in', ['approved', 'cancelled']), ('signed_on__isnull', False), _connector='OR'), name='award_signed')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('source', models.CharField(choices=[('own_cash', 'Own cash'), ('own_in_kind', 'Own, in kind'), ('remittance', 'Remittances'), ('bank', 'Bank loan'), ('other_donor', 'Another donor')], max_length=12)),
                ('pledged_amount', ledger.fields.AmountField(verbose_name='pledged')),
                ('pledged_on', models.DateField()),
                ('evidenced_amount', ledger.fields.AmountField(blank=True, null=True, verbose_name='evidenced')),
                ('evidenced_on', models.DateField(blank=True, null=True)),
                ('supplier', models.CharField(blank=True, max_length=160)),
                ('invoice_number', models.CharField(blank=True, max_length=60)),
                ('invoice_key', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('file_hash', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('accepted_amount', ledger.fields.AmountField(blank=True, null=True, verbose_name='accepted')),
                ('accepted_on', models.DateField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='grants.award')),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('evidenced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['award', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('pledged_amount__gt', 0)), name='contribution_pledged'), models.CheckConstraint(condition=models.Q(('accepted_by', None), models.Q(('accepted_by', models.F('evidenced_by')), _negated=True), _connector='OR'), name='contribution_second_person'), models.CheckConstraint(condition=models.Q(('accepted_amount', None), models.Q(('evidenced_amount__isnull', False), ('accepted_amount__lte', models.F('evidenced_amount'))), _connector='OR'), name='contribution_accepted')],
            },
        ),
        migrations.CreateModel(
            name='Tranche',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=20, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('amount', ledger.fields.AmountField()),
                ('cofinancing_amount', ledger.fields.AmountField(default=0, verbose_name='co-financing that goes with it')),
                ('modality', models.CharField(choices=[('cash', 'To the grantee'), ('supplier', "To the supplier on the grantee's purchase"), ('in_kind', 'Bought by the agency and handed over'), ('reimbursement', 'Reimbursed against invoices'), ('works', 'Works contract of the agency')], default='cash', max_length=14)),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='planned for')),
                ('requested_on', models.DateField(blank=True, null=True)),
                ('certified_on', models.DateField(blank=True, null=True)),
                ('paid_on', models.DateField(blank=True, null=True)),
                ('order_ref', models.CharField(blank=True, max_length=16)),
                ('state', django_fsm.FSMField(choices=[('planned', 'Planned'), ('requested', 'Requested'), ('certified', 'Certified'), ('in_payment', 'In payment'), ('paid', 'Paid'), ('returned', 'Returned by the bank'), ('dropped', 'Left out of the plan')], default='planned', max_length=10, protected=True, verbose_name='state')),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tranches', to='grants.award')),
                ('certified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('payee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.party')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'tranche',
                'ordering': ['award', 'number'],
                'constraints': [models.UniqueConstraint(fields=('award', 'number'), name='tranche_number'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='tranche_amount'), models.CheckConstraint(condition=models.Q(('certified_by', None), models.Q(('certified_by', models.F('requested_by')), _negated=True), _connector='OR'), name='tranche_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['certified', 'in_payment', 'paid']), _negated=True), ('certified_by__isnull', False), _connector='OR'), name='tranche_certified')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='Deliverable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200, verbose_name='deliverable')),
                ('shown_on', models.DateField(blank=True, null=True)),
                ('accepted_on', models.DateField(blank=True, null=True)),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('shown_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tranche', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliverables', to='grants.tranche')),
            ],
            options={
                'ordering': ['tranche', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('accepted_by', None), models.Q(('accepted_by', models.F('shown_by')), _negated=True), _connector='OR'), name='deliverable_second_person')],
            },
        ),
        migrations.CreateModel(
            name='Asset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=160, verbose_name='asset')),
                ('serial_number', models.CharField(blank=True, max_length=80, verbose_name='serial number')),
                ('supplier', models.CharField(blank=True, max_length=160, verbose_name='supplier')),
                ('amount', ledger.fields.AmountField(verbose_name='cost')),
                ('handed_over_on', models.DateField(blank=True, null=True)),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('handed_over_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('award', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='grants.award')),
                ('tranche', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='grants.tranche')),
            ],
            options={
                'ordering': ['award', 'pk'],
            },
        ),
    ]
