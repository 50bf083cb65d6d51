import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_squashed_0005_municipality_population"),
        ("reporting", "0005_report_definition"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.AddField(
            model_name="edition",
            name="texts_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="checksum of the texts"),
        ),
        migrations.AlterField(
            model_name="edition",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="editions",
                to="reporting.frozendataset",
            ),
        ),
        migrations.CreateModel(
            name="EditionText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=60, verbose_name="place")),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Swedish"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("body", models.TextField(verbose_name="text")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="reporting.edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of an edition",
                "verbose_name_plural": "texts of editions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "place", "language"), name="editiontext_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("place", models.CharField(max_length=60, verbose_name="place")),
                (
                    "language",
                    models.CharField(
                        choices=[("sv", "Swedish"), ("en", "English")],
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("confirmed", models.JSONField(default=dict)),
                ("taken_from", models.PositiveIntegerField(blank=True, null=True)),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_texts",
                        to="core.agency",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "text of a report",
                "verbose_name_plural": "texts of reports",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "year", "place", "language", "number"),
                        name="reporttext_version_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="reporttext_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["sv", "en"])),
                        name="reporttext_language_known",
                    ),
                ],
            },
        ),
        RunEnsureTriggers(),
    ]
