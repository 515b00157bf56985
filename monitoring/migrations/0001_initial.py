import django.db.models.deletion
import django.db.models.expressions
import django_fsm
import ledger.fields
from django.conf import settings
from audit.founding import Founding
from django.db import migrations, models


class Migration(Founding):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('applicants', '0001_initial'),
        ('programmes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AttendanceSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance_sheets', to='applicants.application')),
                ('month', models.DateField(verbose_name='month')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_on', models.DateField()),
            ],
            options={
                'ordering': ['application', 'month'],
                'constraints': [models.UniqueConstraint(fields=('application', 'month'), name='attendance_sheet_once')],
            },
        ),
        migrations.CreateModel(
            name='MonitoringVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=16, unique=True, verbose_name='reference')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='programmes.programme')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='applicants.application')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.region')),
                ('month', models.PositiveSmallIntegerField(default=0, verbose_name='months after the first payment')),
                ('planned_on', models.DateField(verbose_name='planned for')),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_on', models.DateField(blank=True, null=True, verbose_name='made')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('business_state', models.CharField(blank=True, choices=[('open', 'Open'), ('paused', 'Paused'), ('closed', 'Closed'), ('not_found', 'Not found')], max_length=9, verbose_name='the business is')),
                ('findings', models.TextField(blank=True, verbose_name='what was seen')),
                ('verified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_on', models.DateField(blank=True, null=True)),
                ('state', django_fsm.FSMField(choices=[('planned', 'Planned'), ('recorded', 'Recorded'), ('verified', 'Verified'), ('returned', 'Returned'), ('cancelled', 'Cancelled')], default='planned', max_length=9, protected=True, verbose_name='state')),
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
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='short_term_jobs', to='applicants.application')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.programme')),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='short_term_jobs', to='applicants.party')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('person_days', models.PositiveSmallIntegerField(verbose_name='days worked')),
                ('wage_amount', ledger.fields.AmountField(verbose_name='wages paid')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('registered', models.BooleanField(blank=True, null=True, verbose_name='registered at an employment centre')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_on', models.DateField(blank=True, null=True)),
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
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='monitoring.monitoringvisit')),
                ('code', models.CharField(choices=[('sales', 'Sales in a month'), ('profit', 'Profit in a month'), ('household_income', 'Household income in a month'), ('exports', 'Exports in a month'), ('imports_replaced', 'Imports replaced in a month'), ('users_served', 'Users served')], max_length=16)),
                ('amount', ledger.fields.AmountField(blank=True, null=True)),
                ('currency', ledger.fields.CurrencyField(blank=True, max_length=3)),
                ('number', models.PositiveIntegerField(blank=True, null=True)),
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
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='job_places', to='applicants.application')),
                ('business', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='job_places', to='applicants.party')),
                ('title', models.CharField(max_length=120, verbose_name='post')),
                ('hours_per_week', models.DecimalField(decimal_places=1, default=40, max_digits=4, verbose_name='hours a week')),
                ('created_on', models.DateField(verbose_name='since')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('with_contract', models.BooleanField(blank=True, null=True, verbose_name='written contract')),
                ('insured', models.BooleanField(blank=True, null=True, verbose_name='social insurance')),
                ('minimum_wage', models.BooleanField(blank=True, null=True, verbose_name='at or above the minimum wage')),
                ('found_at', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='job_places', to='monitoring.monitoringvisit')),
            ],
            options={
                'ordering': ['application', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('created_on')), _connector='OR'), name='job_place_dates')],
            },
        ),
        migrations.CreateModel(
            name='BaselineLoss',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='losses', to='applicants.baselinejob')),
                ('what', models.CharField(choices=[('post', 'The post is gone'), ('holder', 'Who held it left, and the post stays')], max_length=6, verbose_name='what happened')),
                ('lost_on', models.DateField(verbose_name='last day')),
                ('found_at', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='losses', to='monitoring.monitoringvisit')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['lost_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('post', 'what'), name='baseline_loss_once')],
            },
        ),
        migrations.CreateModel(
            name='ActionPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_points', to='monitoring.monitoringvisit')),
                ('text', models.CharField(max_length=200, verbose_name='what must be done')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_points', to=settings.AUTH_USER_MODEL)),
                ('due_on', models.DateField(verbose_name='by')),
                ('done_on', models.DateField(blank=True, null=True)),
                ('done_note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AttendanceRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='monitoring.attendancesheet')),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='applicants.party')),
                ('days', models.JSONField(verbose_name='days')),
                ('person_days', models.PositiveSmallIntegerField(verbose_name='days worked')),
                ('daily_amount', ledger.fields.AmountField(verbose_name='daily wage')),
                ('wage_amount', ledger.fields.AmountField(verbose_name='wage')),
                ('registered', models.BooleanField(blank=True, null=True, verbose_name='registered at an employment centre')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='paid')),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='monitoring.shorttermjob')),
            ],
            options={
                'ordering': ['sheet', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('sheet', 'worker'), name='attendance_row_once'), models.CheckConstraint(condition=models.Q(('wage_amount', django.db.models.expressions.CombinedExpression(models.F('daily_amount'), '*', models.F('person_days')))), name='attendance_row_wage'), models.CheckConstraint(condition=models.Q(('person_days__range', (1, 31))), name='attendance_row_days')],
            },
        ),
        migrations.CreateModel(
            name='Employment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='monitoring.jobplace')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='applicants.party')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('evidence_kind', models.CharField(choices=[('contract', 'Contract'), ('payroll', 'Payroll'), ('tax', 'Tax or insurance record'), ('seen', 'Seen at work by the visitor')], max_length=12, verbose_name='means of verification')),
                ('evidenced_on', models.DateField(verbose_name='date of the evidence')),
                ('found_at', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employments', to='monitoring.monitoringvisit')),
            ],
            options={
                'ordering': ['place', 'starts_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('place', 'person', 'starts_on'), name='employment_once'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='employment_dates')],
            },
        ),
        migrations.CreateModel(
            name='WorkDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='work_days', to='monitoring.attendancerow')),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.party')),
                ('day', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('worker', 'day'), name='work_day_once')],
            },
        ),
    ]
