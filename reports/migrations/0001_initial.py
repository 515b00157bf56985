import accounts.encryption
import django.db.models.deletion
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
            name='RecordSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('count', models.PositiveIntegerField()),
                ('packed', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='DonorAgreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='donor_agreements', to='programmes.programme')),
                ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='programmes.donor')),
                ('number', models.CharField(max_length=60, verbose_name='number of the agreement')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('signed_on', models.DateField(verbose_name='signed on')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='to')),
                ('every', models.CharField(choices=[('quarter', 'Every quarter'), ('half', 'Every half-year'), ('year', 'Every year')], default='quarter', max_length=8, verbose_name='reports')),
                ('currency', ledger.fields.CurrencyField(max_length=3, verbose_name='currency of the reports')),
                ('codes', models.JSONField(blank=True, default=list, verbose_name='indicators')),
                ('visibility', models.TextField(blank=True, verbose_name='visibility text')),
                ('place_name', models.CharField(blank=True, max_length=80, verbose_name='name of the country in its reports')),
                ('place_footnote', models.TextField(blank=True, verbose_name='footnote to that name')),
                ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='second language of the report')),
                ('record_lists', models.BooleanField(default=False, verbose_name='the donor may have pseudonymised lists of records')),
            ],
            options={
                'ordering': ['programme', 'donor', 'starts_on'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'donor', 'number'), name='donor_agreement_unique'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='donor_agreement_period')],
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='programmes.programme')),
                ('code', models.SlugField(max_length=40)),
                ('kind', models.CharField(choices=[('planned', 'Planned'), ('achieved', 'Published as achieved')], default='planned', max_length=8)),
                ('comparator', models.CharField(choices=[('=', 'exactly'), ('>=', 'at least'), ('>', 'more than'), ('~', 'about')], default='=', max_length=2)),
                ('value', models.DecimalField(decimal_places=4, max_digits=20)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='withdrawn on')),
            ],
            options={
                'ordering': ['programme', 'code'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'code', 'kind'), name='target_unique')],
            },
        ),
        migrations.CreateModel(
            name='WarningAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='warning_answers', to='programmes.programme')),
                ('key', models.CharField(max_length=64)),
                ('kind', models.SlugField(max_length=20)),
                ('about', models.JSONField(default=list)),
                ('verdict', models.CharField(choices=[('explained', 'Explained'), ('look', 'To look into'), ('confirmed', 'Confirmed')], max_length=9, verbose_name='verdict')),
                ('text', accounts.encryption.EncryptedField(verbose_name='what was found')),
                ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answered_on', models.DateField()),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('parties', models.ManyToManyField(related_name='+', to='applicants.party')),
                ('cases', models.ManyToManyField(related_name='+', to='applicants.application')),
            ],
            options={
                'ordering': ['programme', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'key'), name='warning_answered_once'), models.CheckConstraint(condition=models.Q(('closed_by', None), models.Q(('closed_by', models.F('answered_by')), _negated=True), _connector='OR'), name='warning_second_person'), models.CheckConstraint(condition=models.Q(models.Q(('closed_by', None), ('closed_on', None)), models.Q(('closed_by__isnull', False), ('closed_on__isnull', False), models.Q(('verdict', 'look'), _negated=True)), _connector='OR'), name='warning_closed')],
            },
        ),
        migrations.CreateModel(
            name='WarningCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='warning_count', to='programmes.programme')),
                ('waiting', models.PositiveIntegerField(default=0)),
                ('on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='WarningRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='warning_rule', to='programmes.programme')),
                ('award_unit', models.PositiveIntegerField(default=0, verbose_name='An award is round by')),
                ('purchase_unit', models.PositiveIntegerField(default=1000, verbose_name='A purchase is round by')),
                ('invoice_unit', models.PositiveIntegerField(default=1000, verbose_name='An invoice is round by')),
                ('adviser_cases', models.PositiveSmallIntegerField(default=10, verbose_name='Decided cases from which an adviser is looked at')),
                ('account_days', models.PositiveSmallIntegerField(default=14, verbose_name='Days before a payment in which a new account is odd')),
            ],
        ),
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=24, unique=True, verbose_name='reference')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='programmes.programme')),
                ('donor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='programmes.donor')),
                ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='reports.donoragreement')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('period_from', models.DateField(verbose_name='from')),
                ('period_to', models.DateField(verbose_name='to')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_on', models.DateField(blank=True, null=True)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cut_off_at', models.DateTimeField(blank=True, null=True, verbose_name='data cut-off')),
                ('body', models.JSONField(default=dict, verbose_name='frozen figures')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='reports.issue')),
                ('state', django_fsm.FSMField(choices=[('draft', 'Draft'), ('published', 'Published'), ('superseded', 'Superseded')], default='draft', max_length=10, protected=True, verbose_name='state')),
            ],
            options={
                'verbose_name': 'report',
                'ordering': ['-period_to', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='issue_frozen'), models.CheckConstraint(condition=models.Q(('period_to__gte', models.F('period_from'))), name='issue_period')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='DonorLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='reports.issue')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('label', models.CharField(max_length=120, verbose_name='for whom')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_on', models.DateField()),
                ('expires_on', models.DateField(verbose_name='valid to')),
                ('revoked_on', models.DateField(blank=True, null=True)),
                ('passcode', models.CharField(blank=True, max_length=128)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('failed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='IssueAnnex',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annexes', to='reports.issue')),
                ('kind', models.CharField(choices=[('grants', 'Single grants'), ('records', 'Pseudonymised lists of records')], max_length=8)),
                ('sha256', models.CharField(max_length=64)),
                ('packed', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issue', 'kind'), name='issue_annex_once')],
            },
        ),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='reports.issue')),
                ('box', models.SlugField(max_length=20)),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['issue', 'box'],
                'constraints': [models.UniqueConstraint(fields=('issue', 'box'), name='passage_once')],
            },
        ),
        migrations.CreateModel(
            name='IssueFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='reports.issue')),
                ('place', models.PositiveSmallIntegerField()),
                ('number', models.CharField(max_length=8)),
                ('code', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=300)),
                ('unit', models.CharField(max_length=8)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('value', models.DecimalField(decimal_places=4, max_digits=24, null=True)),
                ('numerator', models.BigIntegerField(null=True)),
                ('denominator', models.BigIntegerField(null=True)),
                ('unknown', models.BigIntegerField(null=True)),
                ('hidden', models.BooleanField(default=False)),
                ('version', models.CharField(max_length=60, verbose_name='version of the definition')),
                ('records', models.PositiveIntegerField(null=True)),
                ('behind', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.recordset')),
            ],
            options={
                'ordering': ['issue', 'place'],
                'constraints': [models.UniqueConstraint(fields=('issue', 'code'), name='issue_figure_once'), models.UniqueConstraint(fields=('issue', 'number'), name='issue_figure_number')],
            },
        ),
        migrations.CreateModel(
            name='Restatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='restatements', to='reports.issue')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.issue')),
                ('code', models.CharField(max_length=60)),
                ('before', models.CharField(blank=True, max_length=40)),
                ('after', models.CharField(blank=True, max_length=40)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('said_on', models.DateField()),
            ],
            options={
                'ordering': ['issue', 'code'],
                'constraints': [models.UniqueConstraint(fields=('issue', 'code'), name='restatement_once')],
            },
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stories', to='reports.issue')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.party')),
                ('title', accounts.encryption.EncryptedField(verbose_name='title')),
                ('text', accounts.encryption.EncryptedField(verbose_name='story')),
                ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('told_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['issue', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='LinkOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='reports.donorlink')),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('format', models.CharField(default='html', max_length=8)),
                ('outcome', models.CharField(choices=[('opened', 'Opened'), ('wrong', 'Wrong passcode'), ('ended', 'Had ended')], default='opened', max_length=6)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
    ]
