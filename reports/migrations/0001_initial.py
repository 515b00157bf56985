import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('programmes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=24, unique=True, verbose_name='reference')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('period_from', models.DateField(verbose_name='from')),
                ('period_to', models.DateField(verbose_name='to')),
                ('published_on', models.DateField(blank=True, null=True)),
                ('body', models.JSONField(default=dict, verbose_name='frozen figures')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('state', django_fsm.FSMField(choices=[('draft', 'Draft'), ('published', 'Published'), ('superseded', 'Superseded')], default='draft', max_length=10, protected=True, verbose_name='state')),
                ('donor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='programmes.donor')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='programmes.programme')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='reports.issue')),
            ],
            options={
                'verbose_name': 'report',
                'ordering': ['-period_to', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('sha256', ''), _negated=True), _connector='OR'), name='issue_frozen'), models.CheckConstraint(condition=models.Q(('period_to__gte', models.F('period_from'))), name='issue_period')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('kind', models.CharField(choices=[('planned', 'Planned'), ('achieved', 'Published as achieved')], default='planned', max_length=8)),
                ('comparator', models.CharField(choices=[('=', 'exactly'), ('>=', 'at least'), ('>', 'more than'), ('~', 'about')], default='=', max_length=2)),
                ('value', models.DecimalField(decimal_places=4, max_digits=20)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='programmes.programme')),
            ],
            options={
                'ordering': ['programme', 'code'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'code', 'kind'), name='target_unique')],
            },
        ),
        migrations.CreateModel(
            name='DonorLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('label', models.CharField(max_length=120, verbose_name='for whom')),
                ('made_on', models.DateField()),
                ('expires_on', models.DateField(verbose_name='valid to')),
                ('revoked_on', models.DateField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='reports.issue')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='LinkOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('format', models.CharField(default='html', max_length=8)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='reports.donorlink')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
    ]
