"""The call definitions of 2013 are there after `migrate` alone."""

from django.db import migrations

from core.triggers import RunEnsureTriggers
from grants.services.calls import load_definitions


def load(apps, schema_editor):
    load_definitions(record_model=apps.get_model("grants", "CallDefinitionRecord"))


class Migration(migrations.Migration):
    dependencies = [("grants", "0001_initial")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        RunEnsureTriggers(),
    ]
