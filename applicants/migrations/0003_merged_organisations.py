"""Organisations that have been merged into others."""

import django.db.models.deletion
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0001_squashed_0002_organisations_and_mandates"),
        ("core", "0001_squashed_0005_municipality_population"),
    ]

    operations = [
        RunDropTriggers(),
        migrations.AddField(
            model_name="organisation",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absorbed",
                to="applicants.organisation",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="merged_on",
            field=models.DateField(blank=True, null=True, verbose_name="merged"),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", True), ("merged_on__isnull", True)),
                    models.Q(
                        ("merged_into__isnull", False),
                        ("merged_on__isnull", False),
                        models.Q(("merged_into", models.F("id")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="organisation_merged_on_a_day",
            ),
        ),
        RunEnsureTriggers(),
    ]
