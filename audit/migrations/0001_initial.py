from audit.founding import Founding
from django.db import migrations, models


class Migration(Founding):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.BigIntegerField(default=0)),
                ('hash', models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Once',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80, unique=True)),
                ('verb', models.CharField(max_length=80)),
                ('body_hash', models.CharField(max_length=64)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('result_label', models.CharField(blank=True, max_length=80)),
                ('result_pk', models.CharField(blank=True, max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_seq', models.BigIntegerField(unique=True)),
                ('salt', models.CharField(max_length=32)),
                ('text', models.TextField()),
                ('redacted', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('moment', models.DateTimeField(verbose_name='moment')),
                ('actor_id', models.BigIntegerField(null=True, verbose_name='by')),
                ('on', models.DateField(verbose_name='date of the fact')),
                ('kind', models.CharField(max_length=60, verbose_name='act')),
                ('subject', models.CharField(max_length=60, verbose_name='subject')),
                ('programme', models.CharField(blank=True, max_length=40, verbose_name='programme')),
                ('state_from', models.CharField(blank=True, max_length=30)),
                ('state_to', models.CharField(blank=True, max_length=30)),
                ('body', models.TextField(default='{}')),
                ('remark_hash', models.CharField(blank=True, max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'event',
                'ordering': ['seq'],
                'indexes': [models.Index(fields=['subject', 'seq'], name='event_subject'), models.Index(fields=['programme', 'seq'], name='event_programme'), models.Index(fields=['actor_id', 'seq'], name='event_actor')],
            },
        ),
    ]
