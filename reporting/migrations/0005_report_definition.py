import django.db.models.deletion
from django.db import migrations, models

from core.triggers import RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0021_call_drafts"),
        ("reporting", "0004_report_writing"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="definition_record",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grants.calldefinitionrecord",
            ),
        ),
        RunEnsureTriggers(),
    ]
