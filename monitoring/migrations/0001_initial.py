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
            name='MonitoringVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('month', models.PositiveSmallIntegerField(default=0, verbose_name='months after the first payment')),
                ('planned_on', models.DateField(verbose_name='planned for')),
                ('made_on', models.DateField(blank=True, null=True, verbose_name='made')),
                ('business_state', models.CharField(blank=True, choices=[('open', 'Open'), ('paused', 'Paused'), ('closed', 'Closed'), ('not_found', 'Not found')], max_length=9, verbose_name='the business is')),
                ('findings', models.TextField(blank=True, verbose_name='what was seen')),
                ('verified_on', models.DateField(blank=True, null=True)),
                ('state', django_fsm.FSMField(choices=[('planned', 'Planned'), ('recorded', 'Recorded'), ('verified', 'Verified'), ('returned', 'Returned'), ('cancelled', 'Cancelled')], default='planned', max_length=9, protected=True, verbose_name='state')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='applicants.application')),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='programmes.programme')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.region')),
                ('verified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'monitoring visit',
                'ordering': ['planned_on', 'pk'],
                'indexes': [models.Index(fields=['programme', 'state', 'planned_on'], name='visit_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('verified_by', None), models.Q(('verified_by', models.F('made_by')), _negated=True), _connector='OR'), name='visit_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['recorded', 'verified', 'returned']), _negated=True), models.Q(('made_on__isnull', False), ('made_by__isnull', False), models.Q(('business_state', ''), _negated=True)), _connector='OR'), name='visit_recorded_facts'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'verified'), _negated=True), ('verified_by__isnull', False), _connector='OR'), name='visit_verified_by')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='ShortTermJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('person_days', models.PositiveSmallIntegerField(verbose_name='days worked')),
                ('wage_amount', ledger.fields.AmountField(verbose_name='wages paid')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('registered', models.BooleanField(blank=True, null=True, verbose_name='registered at an employment centre')),
                ('verified_on', models.DateField(blank=True, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='short_term_jobs', to='applicants.application')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.programme')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='short_term_jobs', to='applicants.party')),
            ],
            options={
                'ordering': ['application', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('application', 'worker', 'starts_on'), name='short_term_job_once'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on')), ('person_days__gt', 0)), name='short_term_job_days'), models.CheckConstraint(condition=models.Q(('verified_by', None), models.Q(('verified_by', models.F('recorded_by')), _negated=True), _connector='OR'), name='short_term_job_second_person')],
            },
        ),
        migrations.CreateModel(
            name='Measurement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('sales', 'Sales in a month'), ('profit', 'Profit in a month'), ('household_income', 'Household income in a month'), ('exports', 'Exports in a month'), ('imports_replaced', 'Imports replaced in a month'), ('users_served', 'Users served')], max_length=16)),
                ('amount', ledger.fields.AmountField(blank=True, null=True)),
                ('currency', ledger.fields.CurrencyField(blank=True, max_length=3)),
                ('number', models.PositiveIntegerField(blank=True, null=True)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='monitoring.monitoringvisit')),
            ],
            options={
                'ordering': ['visit', 'code'],
                'constraints': [models.UniqueConstraint(fields=('visit', 'code'), name='measurement_once'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', False), ('number', None)), models.Q(('amount', None), ('number__isnull', False)), _connector='OR'), name='measurement_amount_or_number')],
            },
        ),
        migrations.CreateModel(
            name='JobPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='post')),
                ('hours_per_week', models.DecimalField(decimal_places=1, default=40, max_digits=4, verbose_name='hours a week')),
                ('baseline', models.BooleanField(default=False, verbose_name='existed before the award')),
                ('created_on', models.DateField(verbose_name='since')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('with_contract', models.BooleanField(blank=True, null=True, verbose_name='written contract')),
                ('insured', models.BooleanField(blank=True, null=True, verbose_name='social insurance')),
                ('minimum_wage', models.BooleanField(blank=True, null=True, verbose_name='at or above the minimum wage')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='job_places', to='applicants.application')),
                ('business', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='job_places', to='applicants.party')),
                ('found_at', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='job_places', to='monitoring.monitoringvisit')),
            ],
            options={
                'ordering': ['application', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('created_on')), _connector='OR'), name='job_place_dates'), models.CheckConstraint(condition=models.Q(('baseline', True), ('found_at__isnull', False), _connector='OR'), name='job_place_found')],
            },
        ),
        migrations.CreateModel(
            name='ActionPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200, verbose_name='what must be done')),
                ('due_on', models.DateField(verbose_name='by')),
                ('done_on', models.DateField(blank=True, null=True)),
                ('done_note', models.CharField(blank=True, max_length=200)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_points', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_points', to='monitoring.monitoringvisit')),
            ],
            options={
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('evidence_kind', models.CharField(choices=[('contract', 'Contract'), ('payroll', 'Payroll'), ('tax', 'Tax or insurance record'), ('seen', 'Seen at work by the visitor')], max_length=12, verbose_name='means of verification')),
                ('evidenced_on', models.DateField(verbose_name='date of the evidence')),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='applicants.party')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='monitoring.jobplace')),
                ('found_at', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='monitoring.monitoringvisit')),
            ],
            options={
                'ordering': ['place', 'starts_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('place', 'person', 'starts_on'), name='employment_once'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='employment_dates')],
            },
        ),
    ]
