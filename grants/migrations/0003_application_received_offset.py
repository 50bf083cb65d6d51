from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [("grants", "0002_definitions")]

    operations = [
        RunDropTriggers(),
        migrations.AddField(
            model_name="application",
            name="received_offset",
            field=models.SmallIntegerField(blank=True, editable=False, null=True),
        ),
        RunEnsureTriggers(),
    ]
