"""Signatures under reports, trainings, and the kinds of what reports are in the register."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers

KINDS = {"interim": "interim_report", "final": "final_report"}


def name_kinds(apps, schema_editor):
    """Of what was registered as another kind of document. The register's number, date, party and
    title stay as they were."""
    documents = apps.get_model("grants", "CaseDocument").objects
    kinds = dict(
        apps.get_model("reporting", "ReportVersion").objects.values_list("pk", "report__kind")
    )
    found = documents.filter(kind="other", source__startswith="report_version:")
    for pk, source in found.values_list("pk", "source").iterator(chunk_size=1_000):
        kind = kinds.get(int(source.partition(":")[2]))
        if kind is not None:
            documents.filter(pk=pk).update(kind=KINDS[kind])
    documents.filter(kind="other", source__startswith="report_return:").update(
        kind="report_questions"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("core", "0005_municipality_population"),
        ("grants", "0022_rates_and_report_kinds"),
        ("reporting", "0006_report_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.CreateModel(
            name="Training",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("held_on", models.DateField(verbose_name="held")),
                ("title", models.CharField(max_length=200, verbose_name="what it was about")),
                ("number", models.PositiveIntegerField(default=1)),
                ("entered_at", models.DateTimeField(verbose_name="entered")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                ("withdrawn_reason", models.TextField(blank=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to="core.agency",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to="core.county",
                        verbose_name="county",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "training",
                "verbose_name_plural": "trainings",
                "indexes": [models.Index(fields=["-held_on", "-id"], name="training_latest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("agency", "county", "held_on", "title"),
                        name="training_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="training_withdrawn_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrainingParticipant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "training",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participants",
                        to="reporting.training",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("training", "organisation"), name="trainingparticipant_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                ("assurance", models.CharField(blank=True, max_length=255)),
                ("jointly", models.BooleanField(default=False)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="reporting.report",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="reporting.reportversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("version__isnull", True)),
                        fields=("report", "user", "sha256"),
                        name="reportsignature_once",
                    )
                ],
            },
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop, elidable=True),
        RunEnsureTriggers(),
    ]
