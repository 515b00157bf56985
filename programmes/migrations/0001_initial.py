import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import ledger.fields
from django.conf import settings
from audit.founding import Founding
from django.db import migrations, models


class Migration(Founding):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('key', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Donor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=160, verbose_name='donor')),
                ('labels', models.JSONField(blank=True, default=dict, help_text="Figure code to the donor's own label.", verbose_name="the donor's words")),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', ledger.fields.CurrencyField(max_length=3)),
                ('quote', ledger.fields.CurrencyField(max_length=3)),
                ('on', models.DateField()),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
                ('source', models.CharField(choices=[('un_month', 'UN operational rate of the month'), ('inforeuro', 'InforEuro rate of the month'), ('instalments', 'Average rate of the instalments received'), ('bank', 'Rate of the bank on the day')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=160)),
            ],
            options={
                'ordering': ['base', 'quote', 'on'],
                'constraints': [models.UniqueConstraint(fields=('base', 'quote', 'on', 'source'), name='rate_unique'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='rate_positive')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2)),
                ('on', models.DateField()),
                ('name', models.CharField(max_length=80)),
            ],
            options={
                'ordering': ['country', 'on'],
                'constraints': [models.UniqueConstraint(fields=('country', 'on'), name='holiday_unique')],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('name', models.CharField(max_length=80, verbose_name='region')),
            ],
            options={
                'ordering': ['country', 'name'],
                'constraints': [models.UniqueConstraint(fields=('country', 'name'), name='region_unique')],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('key', models.SlugField(unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('neutral_name', models.CharField(help_text='What letters, bank texts, files and messages say instead.', max_length=160, verbose_name='neutral name')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('place_name', models.CharField(help_text='As the donor agreement says, for example “Kosovo/UNSCR 1244”.', max_length=80, verbose_name='name of the country in reports')),
                ('place_footnote', models.TextField(blank=True, verbose_name='footnote to that name')),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('illustrative', models.BooleanField(default=False, help_text='Its figures are plausible, not published.', verbose_name='illustrative')),
                ('time_zone', models.CharField(max_length=40, verbose_name='time zone')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='second language of papers')),
                ('currency', ledger.fields.CurrencyField(max_length=3, verbose_name='currency')),
                ('starts_on', models.DateField(verbose_name='starts')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends')),
                ('sectors', models.JSONField(blank=True, default=list, verbose_name='DAC sectors')),
                ('notes_and_coins', models.JSONField(blank=True, default=dict, verbose_name='notes and coins')),
                ('backdate_days', models.PositiveSmallIntegerField(default=7, verbose_name='days a fact may be entered late without a reason')),
                ('complaint_ack_days', models.PositiveSmallIntegerField(default=5, verbose_name='days to acknowledge a complaint')),
                ('complaint_answer_days', models.PositiveSmallIntegerField(default=30, verbose_name='days to answer a complaint')),
                ('complaint_keep_months', models.PositiveSmallIntegerField(default=24, verbose_name='months after which the words of a closed complaint are erased')),
                ('regions', models.ManyToManyField(related_name='programmes', to='programmes.region')),
            ],
            options={
                'verbose_name': 'programme',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='districts', to='programmes.region')),
                ('name', models.CharField(max_length=80, verbose_name='district')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('region', 'name'), name='district_unique')],
            },
        ),
        migrations.CreateModel(
            name='FundingLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funding_lines', to='programmes.programme')),
                ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funding_lines', to='programmes.donor')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=160, verbose_name='funding line')),
                ('donor_iati_ref', models.CharField(blank=True, help_text='For open data, such as XM-DAC-46004. Without it the donor stands there by name.', max_length=60, verbose_name="the donor's IATI identifier")),
                ('currency', ledger.fields.CurrencyField(max_length=3, verbose_name='currency')),
                ('kind', models.CharField(choices=[('allocation', 'Allocation'), ('revolving', 'Revolving fund')], default='allocation', max_length=12, verbose_name='kind')),
                ('ceiling_amount', ledger.fields.AmountField(default=0, verbose_name='ceiling')),
                ('starts_on', models.DateField(verbose_name='eligible from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='eligible to')),
                ('rate_rule', models.CharField(choices=[('un_month', 'UN operational rate of the month'), ('inforeuro', 'InforEuro rate of the month'), ('instalments', 'Average rate of the instalments received'), ('bank', 'Rate of the bank on the day')], default='bank', max_length=12, verbose_name='exchange rate')),
                ('translation', models.CharField(choices=[('frozen', "At the rate of the fact's own date, kept"), ('closing', 'At the closing rate of the report')], default='frozen', max_length=8)),
            ],
            options={
                'ordering': ['programme', 'key'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ceiling_amount__gte', 0)), name='funding_line_ceiling')],
            },
        ),
        migrations.CreateModel(
            name='Definition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='definitions', to='programmes.programme')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('effective_from', models.DateField(verbose_name='in force from')),
                ('women_run', models.CharField(choices=[('manager', 'The manager of the business is a woman')], default='manager', max_length=20)),
                ('direct_rule', models.CharField(choices=[('recipients_and_employed', 'Recipients of loans or grants, and persons employed'), ('trained_or_granted', 'Persons trained or granted'), ('recipients', 'Recipients of loans or grants'), ('employed', 'Persons employed')], max_length=30)),
                ('full_time_hours', models.DecimalField(decimal_places=1, default=40, max_digits=4, verbose_name='hours of a full-time week')),
                ('short_term_months', models.PositiveSmallIntegerField(default=6, verbose_name='a job shorter than this many months is short-term')),
                ('full_time_days', models.PositiveSmallIntegerField(default=240, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days of short-term work that are one full-time year')),
                ('attribution_share', models.DecimalField(blank=True, decimal_places=3, help_text='From 0 to 1. Empty: no figure of attributable jobs.', max_digits=4, null=True, verbose_name='part of the net jobs that is owed to the programme')),
                ('attribution_method', models.CharField(blank=True, choices=[('counterfactual', 'Compared with businesses that were not supported'), ('before_after', "Before and after, with the owners' own estimate"), ('co_funding', "By the part of the money that was the programme's")], max_length=16, verbose_name='how that part was found')),
                ('displacement_share', models.DecimalField(blank=True, decimal_places=3, help_text='From 0 to 1.', max_digits=4, null=True, verbose_name='of those, the part that other businesses lost')),
                ('two_x_leaders_pct', models.DecimalField(blank=True, decimal_places=1, help_text='2X gives it by country and sector. Empty: this criterion is not asked.', max_digits=4, null=True, verbose_name='2X, leadership: women among senior managers or on the board, percent')),
                ('two_x_workers_pct', models.DecimalField(blank=True, decimal_places=1, help_text='2X gives it by country and sector. Empty: this criterion is not asked.', max_digits=4, null=True, verbose_name='2X, employment: women among those who work there, percent')),
                ('note', models.TextField(blank=True, verbose_name='note')),
            ],
            options={
                'ordering': ['programme', 'effective_from', 'number'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'number'), name='definition_version'), models.CheckConstraint(condition=models.Q(models.Q(('attribution_method', ''), ('attribution_share', None), ('displacement_share', None)), models.Q(('attribution_share__gte', 0), ('attribution_share__lte', 1), ('displacement_share__gte', 0), ('displacement_share__lte', 1), models.Q(('attribution_method', ''), _negated=True)), _connector='OR'), name='definition_attribution'), models.CheckConstraint(condition=models.Q(('full_time_days__gt', 0)), name='definition_full_time_days'), models.CheckConstraint(condition=models.Q(('two_x_leaders_pct', None), models.Q(('two_x_leaders_pct__gt', 0), ('two_x_leaders_pct__lt', 100)), _connector='OR'), name='definition_two_x_leaders_pct'), models.CheckConstraint(condition=models.Q(('two_x_workers_pct', None), models.Q(('two_x_workers_pct__gt', 0), ('two_x_workers_pct__lt', 100)), _connector='OR'), name='definition_two_x_workers_pct')],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='programmes.programme')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=160, verbose_name='call')),
                ('instrument', models.CharField(choices=[('grant', 'Grant'), ('loan', 'Loan')], max_length=6, verbose_name='instrument')),
                ('opens_on', models.DateField(verbose_name='opens')),
                ('closes_on', models.DateField(blank=True, help_text='Empty: a standing call.', null=True, verbose_name='closes')),
                ('method', models.CharField(choices=[('scored', 'Scored on a grid, then voted'), ('consensus', 'Consensus: no grid, votes')], default='scored', max_length=10, verbose_name='method')),
                ('quorum_number', models.PositiveSmallIntegerField(default=3, verbose_name='quorum, members')),
                ('quorum_share_pct', models.PositiveSmallIntegerField(default=50, verbose_name='quorum, percent of the unconflicted')),
                ('majority_pct', models.PositiveSmallIntegerField(default=50, verbose_name='votes for, more than percent of votes for and against')),
                ('odd_number', models.BooleanField(default=False, verbose_name='the voting members must be an odd number')),
                ('tie_rule', models.CharField(choices=[('not_approved', 'A tie does not approve'), ('chair', "The chair's vote decides a tie")], default='not_approved', max_length=14)),
                ('assessors', models.PositiveSmallIntegerField(default=2, verbose_name='assessors for each case')),
                ('third_assessor_pct', models.PositiveSmallIntegerField(default=0, help_text='0: never.', verbose_name='one more assessor when two totals differ by more than, percentage points')),
                ('reasoned_values', models.JSONField(blank=True, default=list, help_text='For example 0, 1 and 5.', verbose_name='values that need a written reason')),
                ('blind', models.BooleanField(default=False, help_text='Until their own scores are in, members read the plan without names of people and business.', verbose_name='assessors do not see who applies')),
                ('consent_repeats', models.BooleanField(default=False, help_text='One vote decides them together, unless a member lifts a case out.', verbose_name='repeat cases go on the consent agenda')),
                ('recheck_selected', models.BooleanField(default=True, verbose_name='the checks are run again on cases about to be approved')),
                ('total_threshold_pct', models.PositiveSmallIntegerField(default=0, verbose_name='least total score, percent')),
                ('verification_days', models.PositiveSmallIntegerField(default=180, verbose_name='a field verification is valid, days')),
                ('appeal_days', models.PositiveSmallIntegerField(default=14, verbose_name='days to appeal')),
                ('appeal_answer_days', models.PositiveSmallIntegerField(default=30, verbose_name='days to answer an appeal')),
                ('screening_days', models.PositiveSmallIntegerField(default=90, verbose_name='a screening is valid, days')),
                ('list_days', models.PositiveSmallIntegerField(default=0, help_text='0: its age is not asked.', verbose_name='a sanctions list is valid, days after its date')),
                ('duration_months', models.PositiveSmallIntegerField(default=12, verbose_name='months of implementation')),
                ('visit_months', models.JSONField(default=list, verbose_name='visits after the first payment, months')),
            ],
            options={
                'verbose_name': 'call',
                'ordering': ['programme', 'opens_on', 'key'],
            },
        ),
        migrations.CreateModel(
            name='SafeguardingContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='safeguarding_contacts', to='programmes.programme')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='safeguarding', to=settings.AUTH_USER_MODEL)),
                ('position', models.PositiveSmallIntegerField(default=1, verbose_name='asked first, second..')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='to')),
            ],
            options={
                'ordering': ['programme', 'position', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('programme', 'user'), name='safeguarding_contact_once'), models.UniqueConstraint(condition=models.Q(('ends_on', None), ('programme', None)), fields=('user',), name='safeguarding_contact_once_in_office'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='safeguarding_contact_dates')],
            },
        ),
        migrations.CreateModel(
            name='TargetGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='target_groups', to='programmes.programme')),
                ('code', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=120, verbose_name='group')),
                ('sensitive', models.BooleanField(default=True)),
                ('figure_code', models.SlugField(default='target_group_employed', max_length=40, verbose_name='figure that counts its employed')),
            ],
            options={
                'ordering': ['programme', 'name'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'code'), name='target_group_unique')],
            },
        ),
        migrations.CreateModel(
            name='Village',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('district', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='villages', to='programmes.district')),
                ('name', models.CharField(max_length=80, verbose_name='town or village')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('district', 'name'), name='village_unique')],
            },
        ),
        migrations.CreateModel(
            name='RequiredDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='programmes.call')),
                ('code', models.SlugField(max_length=40)),
                ('label', models.CharField(max_length=160, verbose_name='document')),
                ('plan_forms', models.JSONField(blank=True, default=list)),
            ],
            options={
                'ordering': ['call', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('call', 'code'), name='document_unique')],
            },
        ),
        migrations.CreateModel(
            name='TrainingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='training_rules', to='programmes.call')),
                ('course_kind', models.SlugField(max_length=40)),
                ('effective_from', models.DateField()),
                ('waivers', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='programmes.programme')),
                ('role', models.CharField(choices=[('adviser', 'Business adviser'), ('field_agent', 'Field agent'), ('member', 'Committee member'), ('secretary', 'Committee secretary'), ('manager', 'Programme manager'), ('loan_officer', 'Loan officer'), ('finance', 'Finance officer'), ('monitoring', 'Monitoring and evaluation officer'), ('data_protection', 'Data protection person'), ('donor', 'Donor'), ('administrator', 'Administrator')], max_length=20, verbose_name='role')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='programmes.region', verbose_name='only in region')),
                ('donor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='programmes.donor')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='to')),
                ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('villages', models.ManyToManyField(blank=True, to='programmes.village', verbose_name='only in villages')),
            ],
            options={
                'ordering': ['user', 'programme', 'role'],
                'constraints': [models.CheckConstraint(condition=models.Q(('programme__isnull', False), ('role', 'administrator'), _connector='OR'), name='membership_has_programme'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'donor'), _negated=True), ('donor__isnull', False), _connector='OR'), name='membership_names_donor'), models.CheckConstraint(condition=models.Q(('granted_by', None), models.Q(('granted_by', models.F('user')), _negated=True), _connector='OR'), name='membership_not_self_granted')],
            },
        ),
        migrations.CreateModel(
            name='Window',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='programmes.call')),
                ('key', models.SlugField(max_length=60, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=120, verbose_name='window')),
                ('figure_code', models.SlugField(blank=True, help_text='For example awards_micro.', max_length=40, verbose_name='figure that counts its awards')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='programmes.fundingline', verbose_name='funding line')),
                ('currency', ledger.fields.CurrencyField(max_length=3, verbose_name='currency')),
                ('floor_amount', ledger.fields.AmountField(default=1, verbose_name='least amount')),
                ('ceiling_amount', ledger.fields.AmountField(verbose_name='ceiling')),
                ('cofinancing_pct', models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name='least co-financing, percent')),
                ('cofinancing_base', models.CharField(choices=[('share_of_total', 'own part / (grant + own part)'), ('own_over_grant', 'own part / grant')], default='share_of_total', max_length=16, verbose_name='base of that percentage')),
                ('cofinancing_sources', models.JSONField(blank=True, default=list, help_text='Empty: any source.', verbose_name='sources that count')),
                ('in_kind_cap_pct', models.PositiveSmallIntegerField(default=100, verbose_name='in kind counts up to, percent of the own part')),
                ('modality', models.CharField(choices=[('cash', 'To the grantee or borrower'), ('supplier', "To the supplier on the grantee's purchase"), ('in_kind', 'Bought by the agency and handed over'), ('reimbursement', 'Reimbursed against invoices'), ('works', 'Works contract of the agency')], default='cash', max_length=14, verbose_name='how it is paid')),
                ('tranche_plan', models.JSONField(default=list, help_text='Rows of percent, the deliverable that must be shown first, and months after the decision.', verbose_name='tranches')),
                ('accounted_pct', models.PositiveSmallIntegerField(default=0, help_text='0: its costs are not accounted for one by one. The tranches before it then always in full.', verbose_name='percent of a tranche paid in cash that is accounted for before the next one')),
                ('retention_pct', models.PositiveSmallIntegerField(default=0, help_text='A last tranche, of a grant that is paid to the grantee. Builders are held back by certificate.', verbose_name='percent of a grant that is retained to the end')),
                ('acceptance_days', models.PositiveSmallIntegerField(default=0, verbose_name='days after the last deliverable was accepted until the retention can be requested')),
                ('overrun_pct', models.PositiveSmallIntegerField(default=10, verbose_name='percent by which a budget line may be passed without an amendment')),
                ('aid_limit_amount', ledger.fields.AmountField(default=0, help_text='0: there is none.', verbose_name='limit of public aid to one applicant, with this grant')),
                ('aid_years', models.PositiveSmallIntegerField(default=3, verbose_name='years that this limit looks back')),
                ('visibility_text', models.TextField(blank=True, help_text='Stands in the agreement.', verbose_name='how the grantee makes the donor visible')),
                ('purchases_required', models.BooleanField(default=False, verbose_name='a supplier is paid, and goods are handed over, only on a purchase with its quotes')),
                ('title_months', models.PositiveSmallIntegerField(default=0, verbose_name="months after the handover until what the grantee bought is the grantee's own")),
                ('live_awards', models.PositiveSmallIntegerField(default=1, verbose_name='live awards of one applicant, at most')),
            ],
            options={
                'ordering': ['call', 'ceiling_amount'],
                'constraints': [models.CheckConstraint(condition=models.Q(('floor_amount__gt', 0), ('ceiling_amount__gte', models.F('floor_amount'))), name='window_amounts'), models.CheckConstraint(condition=models.Q(('cofinancing_pct__gte', 0), ('cofinancing_pct__lte', 100)), name='window_cofinancing'), models.CheckConstraint(condition=models.Q(('accounted_pct__lte', 100), ('overrun_pct__lte', 100)), name='window_percentages'), models.CheckConstraint(condition=models.Q(('retention_pct', 0), models.Q(('modality__in', ['cash', 'reimbursement']), ('retention_pct__lte', 30)), _connector='OR'), name='window_retention')],
            },
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='programmes.call')),
                ('position', models.PositiveSmallIntegerField()),
                ('section', models.CharField(max_length=80, verbose_name='section')),
                ('code', models.SlugField(max_length=40)),
                ('question', models.CharField(max_length=200, verbose_name='criterion')),
                ('guidance', models.JSONField(blank=True, default=dict, verbose_name='what each value means')),
                ('weight', models.PositiveSmallIntegerField(default=1, verbose_name='weight')),
                ('top', models.PositiveSmallIntegerField(default=5, verbose_name='highest value')),
                ('section_threshold', models.PositiveSmallIntegerField(default=0, verbose_name='least points of its section')),
            ],
            options={
                'ordering': ['call', 'position'],
                'constraints': [models.UniqueConstraint(fields=('call', 'code'), name='criterion_unique')],
            },
        ),
        migrations.CreateModel(
            name='EligibilityRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='eligibility_rules', to='programmes.call')),
                ('position', models.PositiveSmallIntegerField()),
                ('code', models.SlugField(max_length=40)),
                ('kind', models.CharField(choices=[('ceiling', "The amount is within the window's limits"), ('cofinancing', 'The co-financing reaches its minimum'), ('training', 'The required training is done or waived'), ('consent', 'Consent is recorded'), ('documents', 'The required documents are there'), ('age', 'The applicant is of age'), ('region', 'The business is in a region of the programme'), ('live_award', 'No other live award in this window'), ('duplicate', 'No unresolved duplicate'), ('applicant_kind', 'The applicant is of a kind that may apply'), ('person', 'A question that a person answers')], max_length=16)),
                ('question', models.CharField(blank=True, max_length=200)),
                ('parameters', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'ordering': ['call', 'position'],
                'constraints': [models.UniqueConstraint(fields=('call', 'code'), name='eligibility_rule_unique')],
            },
        ),
        migrations.CreateModel(
            name='LineShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='programmes.window')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='programmes.fundingline')),
                ('weight', models.PositiveSmallIntegerField(verbose_name='basis points')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('window', 'line'), name='line_share_once'), models.CheckConstraint(condition=models.Q(('weight__gt', 0), ('weight__lt', 10000)), name='line_share_weight')],
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='programmes.fundingline')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='programmes.window')),
                ('applicant_ref', models.CharField(max_length=20)),
                ('case_ref', models.CharField(max_length=20)),
                ('amount', ledger.fields.AmountField(verbose_name='amount')),
                ('used_amount', ledger.fields.AmountField(default=0)),
                ('released_amount', ledger.fields.AmountField(default=0)),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('state', models.CharField(choices=[('reserved', 'Reserved by a decision'), ('committed', 'Committed by a contract'), ('used', 'Paid out'), ('released', 'Released')], default='reserved', max_length=10)),
                ('made_on', models.DateField()),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['line', 'state'], name='commitment_line'), models.Index(fields=['applicant_ref', 'window'], name='commitment_applicant')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'released'), _negated=True), fields=('case_ref', 'line'), name='commitment_one_live_per_line'), models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('used_amount__gte', 0), ('released_amount__gte', 0), ('amount__gte', django.db.models.expressions.CombinedExpression(models.F('used_amount'), '+', models.F('released_amount')))), name='commitment_parts')],
            },
        ),
        migrations.CreateModel(
            name='AmountBand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bands', to='programmes.window')),
                ('from_amount', ledger.fields.AmountField(default=0)),
                ('plan_form', models.CharField(choices=[('one_page', 'One page'), ('short', 'Short plan'), ('full', 'Full plan')], default='short', max_length=8)),
                ('assessors', models.PositiveSmallIntegerField(default=2)),
                ('quotes', models.PositiveSmallIntegerField(default=1, verbose_name='quotes for each purchase')),
                ('visits', models.PositiveSmallIntegerField(default=2, verbose_name='visits in the first year')),
                ('approvals', models.PositiveSmallIntegerField(default=0, help_text='0: the majority is enough.', verbose_name='votes for that an approval needs at least')),
                ('consent', models.BooleanField(default=False, verbose_name='goes on the consent agenda')),
            ],
            options={
                'ordering': ['window', 'from_amount'],
                'constraints': [models.UniqueConstraint(fields=('window', 'from_amount'), name='band_unique')],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='programmes.membership')),
                ('delegate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to=settings.AUTH_USER_MODEL)),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='to')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_dates'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(models.Q(('approved_by', models.F('requested_by')), _negated=True), models.Q(('approved_by', models.F('delegate')), _negated=True)), _connector='OR'), name='delegation_second_person')],
            },
        ),
    ]
