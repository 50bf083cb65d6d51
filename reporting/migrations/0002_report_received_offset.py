from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [
        RunDropTriggers(),
        migrations.AddField(
            model_name="report",
            name="received_offset",
            field=models.SmallIntegerField(blank=True, editable=False, null=True),
        ),
        RunEnsureTriggers(),
    ]
