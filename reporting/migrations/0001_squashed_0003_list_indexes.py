"""Reports, frozen data sets and editions."""

import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models, transaction
from django.db.utils import DatabaseError

from core.triggers import RunEnsureTriggers


def add_search(apps, schema_editor):
    """On PostgreSQL, find a part of a reference by its trigrams.

    Where whoever migrates may not add the extension and it is not there, a search reads the
    whole table instead.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError:
            return
        cursor.execute(
            "CREATE INDEX report_search ON reporting_report USING gin (upper(code) gin_trgm_ops)"
        )


class Migration(migrations.Migration):
    replaces = [
        ("reporting", "0001_initial"),
        ("reporting", "0002_report_received_offset"),
        ("reporting", "0003_list_indexes"),
    ]

    initial = True

    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("core", "0005_municipality_population"),
        ("grants", "0016_decision_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenDataset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("cutoff", models.DateField(verbose_name="cut-off")),
                ("sha256", models.CharField(max_length=64, verbose_name="checksum")),
                ("folder", models.CharField(max_length=200)),
                ("row_counts", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="datasets",
                        to="core.agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "frozen data set",
                "verbose_name_plural": "frozen data sets",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "year", "cutoff", "sha256"), name="dataset_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, verbose_name="reference")),
                (
                    "stream",
                    models.CharField(
                        choices=[
                            ("municipalities", "Municipalities"),
                            ("associations", "Associations"),
                        ],
                        max_length=16,
                        verbose_name="stream",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("due", "Due"),
                            ("draft", "Draft"),
                            ("received", "Received"),
                            ("returned", "Returned"),
                            ("accepted", "Accepted"),
                        ],
                        default="due",
                        max_length=10,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("interim", "Interim report"), ("final", "Final report")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                (
                    "first_received_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="first received"),
                ),
                ("imported", models.BooleanField(default=False)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="core.agency",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "received_offset",
                    models.SmallIntegerField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "verbose_name": "report",
                "verbose_name_plural": "reports",
                "indexes": [
                    models.Index(fields=["agency", "year", "stream"], name="report_agency_year"),
                    models.Index(fields=["-first_received_at", "-id"], name="report_latest"),
                    models.Index(fields=["code", "id"], name="report_by_code"),
                    models.Index(fields=["year", "id"], name="report_by_year"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "code"), name="report_code_unique"),
                    models.UniqueConstraint(
                        fields=("agency", "year", "stream", "organisation"),
                        name="report_unit_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["due", "draft", "received", "returned", "accepted"])
                        ),
                        name="report_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stream__in", ["municipalities", "associations"])),
                        name="report_stream_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["interim", "final"])),
                        name="report_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["due", "draft"]),
                            ("first_received_at__isnull", False),
                            _connector="OR",
                        ),
                        name="report_received_dated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("number", models.PositiveSmallIntegerField(verbose_name="edition")),
                ("cutoff", models.DateField(verbose_name="cut-off")),
                ("edition_date", models.DateField(verbose_name="date of the edition")),
                ("preliminary", models.BooleanField(default=False, verbose_name="preliminary")),
                ("key_figures", models.JSONField(default=dict)),
                ("rejections", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="core.agency",
                    ),
                ),
                (
                    "dataset",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition",
                        to="reporting.frozendataset",
                    ),
                ),
            ],
            options={
                "verbose_name": "edition",
                "verbose_name_plural": "editions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "year", "number"), name="edition_number_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="edition_number_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportReference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_references",
                        to="grants.application",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="references",
                        to="reporting.report",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "application"), name="reference_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("report", "position"), name="reference_position_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="reporting.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("report", "number"), name="reportversion_number_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area", models.CharField(max_length=60, verbose_name="area")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ongoing", "Ongoing"),
                            ("completed", "Completed"),
                            ("not_carried_out", "Not carried out"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="areas",
                        to="reporting.reportversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("version", "area"), name="reportarea_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["ongoing", "completed", "not_carried_out"])
                        ),
                        name="reportarea_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area", models.CharField(blank=True, max_length=60, verbose_name="area")),
                ("question", models.CharField(max_length=60, verbose_name="question")),
                ("option", models.CharField(blank=True, max_length=60, verbose_name="option")),
                ("value", models.TextField(blank=True, verbose_name="value")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="reporting.reportversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "area", "question", "option"), name="answer_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(models.Q(("option", ""), _negated=True), ("value", "")),
                            models.Q(("option", ""), models.Q(("value", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="answer_option_or_value",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionBuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("cutoff", models.DateField(verbose_name="cut-off")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for a worker"),
                            ("freezing", "Freezing the reports"),
                            ("computing", "Computing the tables"),
                            ("storing", "Storing the edition"),
                            ("finished", "Finished"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=36)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition_builds",
                        to="core.agency",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="builds",
                        to="reporting.edition",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition_builds",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("agency", "year", "cutoff"),
                        name="build_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="build_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="build_progress"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            ("edition__isnull", False),
                            _connector="OR",
                        ),
                        name="build_done_has_edition",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="table")),
                ("stream", models.CharField(max_length=16)),
                ("cells", models.JSONField()),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tables",
                        to="reporting.edition",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("edition", "number"), name="editiontable_unique"
                    )
                ],
            },
        ),
        migrations.RunPython(add_search, migrations.RunPython.noop),
        RunEnsureTriggers(),
    ]
