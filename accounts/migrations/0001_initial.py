import django.core.validators
import django.utils.timezone
from audit.founding import Founding
from django.db import migrations, models


class Migration(Founding):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('staff_number', models.CharField(help_text='The number in the register of staff, members or donors. One person has one.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9./-]+$', 'Letters, figures, dots, dashes and slashes only.')], verbose_name='staff number')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='phone')),
                ('language', models.CharField(default='en', max_length=10, verbose_name='language')),
                ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='light or dark')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the administration')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='account since')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['name', 'pk'],
            },
        ),
    ]
