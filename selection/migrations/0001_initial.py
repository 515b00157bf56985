import django.db.models.deletion
import django.utils.timezone
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
            name='Committee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='committee')),
                ('bands', models.ManyToManyField(blank=True, help_text='A band that no committee names is decided by any committee of the programme.', related_name='committees', to='programmes.amountband', verbose_name='amounts that only this committee decides')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='committees', to='programmes.programme')),
            ],
            options={
                'ordering': ['programme', 'name'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'name'), name='committee_unique')],
            },
        ),
        migrations.CreateModel(
            name='LetterTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('approve', 'Approved'), ('reserve', 'Reserve list'), ('defer', 'Put off'), ('reject', 'Not approved'), ('ineligible', 'Not eligible'), ('upheld', 'The appeal is upheld'), ('refused', 'The appeal is refused')], max_length=10, verbose_name='letter')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('subject', models.CharField(max_length=160, verbose_name='subject')),
                ('body', models.TextField(verbose_name='text')),
                ('made_on', models.DateField()),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letter_templates', to='programmes.call')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['call', 'kind', 'language', 'version'],
                'constraints': [models.UniqueConstraint(fields=('call', 'kind', 'language', 'version'), name='letter_template_once')],
            },
        ),
        migrations.CreateModel(
            name='RulesVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('body', models.JSONField()),
                ('sha256', models.CharField(max_length=64)),
                ('effective_from', models.DateField(verbose_name='from')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why the rules changed')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rules_versions', to='programmes.call')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'version of the rules',
                'ordering': ['call', 'number'],
                'constraints': [models.UniqueConstraint(fields=('call', 'number'), name='rules_version_once'), models.CheckConstraint(condition=models.Q(('number', 1), models.Q(('reason', ''), _negated=True), _connector='OR'), name='rules_version_reason')],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision_ref', models.CharField(blank=True, max_length=40)),
                ('received_on', models.DateField(verbose_name='received')),
                ('means', models.CharField(choices=[('hand', 'In person'), ('post', 'By letter'), ('mail', 'By e-mail'), ('phone', 'By telephone')], max_length=5, verbose_name='how it came')),
                ('grounds', models.TextField(verbose_name='what the applicant says')),
                ('due_on', models.DateField(verbose_name='answer due')),
                ('upheld', models.BooleanField(blank=True, null=True, verbose_name='upheld')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('answered_on', models.DateField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='applicants.application')),
                ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_on', None)), fields=('application',), name='appeal_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_by', None), ('answered_on', None), ('upheld', None)), models.Q(('answered_by__isnull', False), ('answered_on__isnull', False), ('upheld__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='appeal_answered_whole')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('chair', 'Chair'), ('secretary', 'Secretary'), ('member', 'Voting member'), ('observer', 'Observer')], default='member', max_length=9)),
                ('chair_votes', models.BooleanField(default=True, verbose_name='this chair votes')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='selection.committee')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['committee', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('committee', 'user', 'starts_on'), name='seat_once')],
            },
        ),
        migrations.CreateModel(
            name='StandingInterest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('family', 'Family'), ('business', 'Business or money'), ('friend', 'Friend or neighbour'), ('other', 'Another interest')], max_length=8)),
                ('reason', models.CharField(max_length=200, verbose_name='what interest')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standing_interests', to='selection.committee')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standing_interests', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.party')),
            ],
            options={
                'ordering': ['committee', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_on', None)), fields=('committee', 'member', 'party'), name='standing_interest_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='standing_interest_reason')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('ref', models.CharField(max_length=12, unique=True, verbose_name='reference')),
                ('procedure', models.CharField(choices=[('live', 'The committee meets'), ('written', 'Written procedure: votes until a day')], default='live', max_length=7, verbose_name='procedure')),
                ('sits_on', models.DateField(verbose_name='sits on')),
                ('scores_due_on', models.DateField(blank=True, null=True, verbose_name='scores are due')),
                ('votes_due_on', models.DateField(blank=True, help_text='In the written procedure: the last day to vote.', null=True, verbose_name='votes are due')),
                ('place', models.CharField(blank=True, help_text='For example: town hall, room 12, at 10:00.', max_length=200, verbose_name='place and hour')),
                ('rules', models.JSONField(default=dict, verbose_name='rules of this session')),
                ('rules_hash', models.CharField(blank=True, max_length=64)),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('minutes_body', models.JSONField(blank=True, default=dict)),
                ('minutes_hash', models.CharField(blank=True, max_length=64)),
                ('chain_seq', models.BigIntegerField(blank=True, null=True, verbose_name='last event before the close')),
                ('chain_hash', models.CharField(blank=True, max_length=64, verbose_name='hash of that event')),
                ('state', django_fsm.FSMField(choices=[('planned', 'Planned'), ('open', 'Open'), ('sitting', 'Sitting'), ('closed', 'Closed')], default='planned', max_length=8, protected=True, verbose_name='state')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='programmes.call')),
                ('committee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='selection.committee')),
                ('minutes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='programmes.programme')),
                ('rules_version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='selection.rulesversion')),
            ],
            options={
                'verbose_name': 'session',
                'ordering': ['-sits_on', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(models.Q(('minutes_hash', ''), _negated=True), ('closed_on__isnull', False)), _connector='OR'), name='session_closed_has_minutes'), models.CheckConstraint(condition=models.Q(('state', 'planned'), models.Q(('rules_hash', ''), _negated=True), _connector='OR'), name='session_open_has_rules'), models.CheckConstraint(condition=models.Q(models.Q(('procedure', 'written'), _negated=True), ('votes_due_on__isnull', False), _connector='OR'), name='session_written_has_deadline')],
            },
            bases=(models.Model, django_fsm.ConcurrentTransitionMixin),
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('revision', models.PositiveSmallIntegerField()),
                ('proposed_amount', ledger.fields.AmountField(verbose_name='amount before the committee')),
                ('proposed_months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='months to repay before the committee')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('assessors', models.PositiveSmallIntegerField(default=0, verbose_name='members who must score it')),
                ('on_consent', models.BooleanField(default=False, help_text='Small and repeat cases that one vote decides together.', verbose_name='on the consent agenda')),
                ('lifted_on', models.DateField(blank=True, null=True, verbose_name='lifted out of the consent agenda')),
                ('removed_on', models.DateField(blank=True, null=True, verbose_name='taken off the agenda')),
                ('removed_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was taken off')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='applicants.application')),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='lifted out by')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='selection.session')),
            ],
            options={
                'ordering': ['session', 'position'],
                'constraints': [models.UniqueConstraint(fields=('session', 'application'), name='case_once_per_session'), models.UniqueConstraint(fields=('session', 'position'), name='case_position_once'), models.CheckConstraint(condition=models.Q(('removed_on', None), models.Q(('removed_reason', ''), _negated=True), _connector='OR'), name='case_removed_reason'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_by', None), ('lifted_on', None)), models.Q(('lifted_by__isnull', False), ('lifted_on__isnull', False)), _connector='OR'), name='case_lifted_by_whom')],
            },
        ),
        migrations.CreateModel(
            name='PacketFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=10)),
                ('contents_key', models.CharField(max_length=64)),
                ('cases_total', models.PositiveSmallIntegerField()),
                ('cases_done', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('drawing', 'Drawing'), ('done', 'Done'), ('failed', 'Nothing was drawn')], default='waiting', max_length=7)),
                ('asked_on', models.DateField()),
                ('touched_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='selection.session')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'member'), name='packet_file_one')],
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('approve', 'Approved'), ('reserve', 'Reserve list'), ('defer', 'Put off'), ('reject', 'Not approved'), ('ineligible', 'Not eligible'), ('upheld', 'The appeal is upheld'), ('refused', 'The appeal is refused')], max_length=10, verbose_name='letter')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('decision_ref', models.CharField(blank=True, max_length=40)),
                ('appeal_until', models.DateField(blank=True, null=True, verbose_name='appeal until')),
                ('written_on', models.DateField(verbose_name='written')),
                ('sent_on', models.DateField(blank=True, null=True, verbose_name='sent')),
                ('means', models.CharField(blank=True, choices=[('hand', 'Handed over'), ('post', 'By post'), ('mail', 'By e-mail')], max_length=4)),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='withdrawn')),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='applicants.application')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applicants.evidence')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='selection.lettertemplate')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='selection.session')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_on', None)), fields=('application', 'kind', 'decision_ref'), name='letter_one_live'), models.CheckConstraint(condition=models.Q(models.Q(('means', ''), ('sent_on', None)), models.Q(('sent_on__isnull', False), models.Q(('means', ''), _negated=True)), _connector='OR'), name='letter_sent_how')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sent_on', models.DateField(verbose_name='sent')),
                ('times', models.PositiveSmallIntegerField(default=1, verbose_name='times')),
                ('mailed_at', models.DateTimeField(blank=True, null=True, verbose_name='mailed')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to=settings.AUTH_USER_MODEL)),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='selection.session')),
            ],
            options={
                'ordering': ['session', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('session', 'member'), name='invitation_once'), models.CheckConstraint(condition=models.Q(('times__gt', 0)), name='invitation_times')],
            },
        ),
        migrations.CreateModel(
            name='SittingAttendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('present', models.BooleanField()),
                ('came_at', models.TimeField(blank=True, null=True, verbose_name='came')),
                ('left_at', models.TimeField(blank=True, null=True, verbose_name='left')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='selection.session')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('session', 'member'), name='sitting_attendance_once'), models.CheckConstraint(condition=models.Q(('present', True), models.Q(('came_at', None), ('left_at', None)), _connector='OR'), name='sitting_attendance_times')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=24, verbose_name='decision')),
                ('outcome', models.CharField(choices=[('approve', 'Approved'), ('reserve', 'Reserve list'), ('defer', 'Deferred'), ('reject', 'Rejected')], max_length=8)),
                ('amount', ledger.fields.AmountField(blank=True, null=True)),
                ('months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='months to repay')),
                ('currency', ledger.fields.CurrencyField(max_length=3)),
                ('conditions', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True)),
                ('tally', models.JSONField(default=dict)),
                ('decided_on', models.DateField()),
                ('effective_on', models.DateField(blank=True, null=True)),
                ('undone_on', models.DateField(blank=True, null=True)),
                ('undone_by', models.CharField(blank=True, choices=[('interest', 'A member declared an interest during the sitting'), ('reopened', 'The sitting was reopened'), ('withdrawn', 'The applicant withdrew'), ('reserve', 'Money came free: approved from the reserve list')], max_length=10)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='applicants.application')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='selection.case')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_on', None)), fields=('case',), name='decision_one_live'), models.UniqueConstraint(condition=models.Q(('undone_on', None)), fields=('ref',), name='decision_ref_live'), models.CheckConstraint(condition=models.Q(models.Q(('undone_by', ''), ('undone_on', None)), models.Q(('undone_on__isnull', False), models.Q(('undone_by', ''), _negated=True)), _connector='OR'), name='decision_undone_why'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'approve'), _negated=True), ('amount__gt', 0), _connector='OR'), name='decision_amount'), models.CheckConstraint(condition=models.Q(('effective_on', None), ('effective_on__gte', models.F('decided_on')), _connector='OR'), name='decision_dates')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField()),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('submitted_on', models.DateField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='selection.case')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['case', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('case', 'member'), name='review_once')],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('none', 'No interest'), ('family', 'Family'), ('business', 'Business or money'), ('friend', 'Friend or neighbour'), ('advised', 'I advised the applicant'), ('other', 'Another interest')], max_length=8)),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='what interest')),
                ('declared_on', models.DateField()),
                ('late', models.BooleanField(default=False, verbose_name='declared during the sitting')),
                ('superseded_on', models.DateField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='selection.case')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to=settings.AUTH_USER_MODEL)),
                ('standing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='selection.standinginterest', verbose_name='standing')),
            ],
            options={
                'ordering': ['case', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_on', None)), fields=('case', 'member'), name='declaration_one_live'), models.CheckConstraint(condition=models.Q(('kind', 'none'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='declaration_conflict_reason')],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choice', models.CharField(choices=[('for', 'For'), ('conditions', 'For, with conditions'), ('against', 'Against'), ('defer', 'Defer'), ('abstain', 'Abstain')], max_length=10)),
                ('amount', ledger.fields.AmountField(blank=True, null=True, verbose_name='amount voted for')),
                ('months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='months to repay voted for')),
                ('reason', models.TextField(blank=True, verbose_name='reason or conditions')),
                ('cast_on', models.DateField()),
                ('on_consent', models.BooleanField(default=False, verbose_name='cast with the consent agenda')),
                ('voided_on', models.DateField(blank=True, null=True)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='selection.case')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='votes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['case', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('voided_on', None)), fields=('case', 'member'), name='vote_one_live'), models.CheckConstraint(condition=models.Q(models.Q(('choice__in', ['against', 'conditions', 'defer']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='vote_reason_due'), models.CheckConstraint(condition=models.Q(('on_consent', False), models.Q(('amount', None), ('choice', 'for'), ('months', None)), _connector='OR'), name='vote_on_consent_is_for')],
            },
        ),
        migrations.CreateModel(
            name='Clarification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=500, verbose_name='question')),
                ('asked_on', models.DateField()),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('answered_on', models.DateField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clarifications', to='selection.case')),
            ],
            options={
                'ordering': ['case', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_by', None), ('answered_on', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_by__isnull', False), ('answered_on__isnull', False)), _connector='OR'), name='clarification_answered_whole')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=300)),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.criterion')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='selection.review')),
            ],
            options={
                'ordering': ['review', 'criterion__position'],
                'constraints': [models.UniqueConstraint(fields=('review', 'criterion'), name='score_once')],
            },
        ),
    ]
