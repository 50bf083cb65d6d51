"""Reports of a call as files that a worker makes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0024_requests_on_paper"),
        ("reporting", "0007_signatures_and_trainings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportPackage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet")],
                        max_length=8,
                        verbose_name="file",
                    ),
                ),
                ("texts", models.BooleanField(default=False, verbose_name="with free words")),
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
                            ("reading", "Reading the reports"),
                            ("writing", "Writing the file"),
                            ("finished", "Finished"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("progress", models.PositiveSmallIntegerField(default=0)),
                ("requested_at", models.DateTimeField(auto_now_add=True, verbose_name="asked for")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                ("lease_token", models.CharField(blank=True, max_length=36)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("file_name", models.CharField(blank=True, max_length=100)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="checksum")),
                ("rows", models.JSONField(default=dict)),
                (
                    "size",
                    models.PositiveBigIntegerField(
                        default=0, help_text="bytes", verbose_name="size"
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_packages",
                        to="grants.call",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="report_packages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "file of data",
                "verbose_name_plural": "files of data",
                "indexes": [
                    models.Index(
                        fields=["requested_by", "-requested_at", "-id"], name="package_latest"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("call", "requested_by", "kind", "texts"),
                        name="package_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="package_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["csv", "xlsx", "parquet"])),
                        name="package_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="package_progress"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(
                                ("finished_at__isnull", False),
                                models.Q(("file_name", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="package_done_has_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("removed_at__isnull", True), ("state", "done"), _connector="OR"
                        ),
                        name="package_removed_was_done",
                    ),
                ],
            },
        ),
    ]
