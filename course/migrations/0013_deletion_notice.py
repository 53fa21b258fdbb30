import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('course', '0012_demo'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeletionNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told', models.DateTimeField(default=django.utils.timezone.now, verbose_name='told')),
                ('mailed', models.BooleanField(default=False, verbose_name='by mail')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='deletion_notice', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'notice of a deletion',
                'verbose_name_plural': 'notices of deletions',
            },
        ),
    ]
