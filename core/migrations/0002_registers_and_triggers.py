from typing import Any

from django.db import migrations

from core.services.registers import load_registers
from core.triggers import RunEnsureTriggers


def load(apps: Any, schema_editor: Any) -> None:
    load_registers(
        county_model=apps.get_model("core", "County"),
        municipality_model=apps.get_model("core", "Municipality"),
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        RunEnsureTriggers(),
    ]
