import django.core.validators
from django.db import migrations, models

import core.models.files


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_registers_and_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        default=core.models.files.new_file_key,
                        max_length=64,
                        unique=True,
                        validators=[django.core.validators.RegexValidator("\\A[0-9a-f]{64}\\Z")],
                        verbose_name="key",
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file name")),
                ("size", models.PositiveBigIntegerField(help_text="bytes", verbose_name="size")),
                ("sha256", models.CharField(db_index=True, max_length=64, verbose_name="SHA-256")),
                ("media_type", models.CharField(max_length=100, verbose_name="type")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("not_checked", "not checked for viruses"),
                            ("waiting", "waiting to be checked for viruses"),
                            ("clean", "checked for viruses"),
                            ("infected", "removed, had a virus"),
                        ],
                        default="not_checked",
                        max_length=11,
                        verbose_name="state",
                    ),
                ),
                ("signature", models.CharField(blank=True, max_length=200, verbose_name="virus")),
                ("uploaded_by", models.UUIDField(verbose_name="uploaded by")),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="created")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="checked")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="leased until")),
                ("lease_token", models.UUIDField(null=True, verbose_name="lease")),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=500, verbose_name="last error"),
                ),
            ],
            options={
                "verbose_name": "stored file",
                "verbose_name_plural": "stored files",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(fields=["state", "next_attempt_at"], name="core_file_due"),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0)), name="core_file_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["not_checked", "waiting", "clean", "infected"])),
                name="core_file_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at__isnull", False), ("state__in", ["clean", "infected"])),
                    models.Q(
                        ("checked_at__isnull", True), ("state__in", ["not_checked", "waiting"])
                    ),
                    _connector="OR",
                ),
                name="core_file_checked_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "infected"), models.Q(("signature", ""), _negated=True)),
                    models.Q(models.Q(("state", "infected"), _negated=True), ("signature", "")),
                    _connector="OR",
                ),
                name="core_file_infected_has_signature",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_token__isnull", True), ("lease_until__isnull", True)),
                    models.Q(
                        ("lease_token__isnull", False),
                        ("lease_until__isnull", False),
                        ("state", "waiting"),
                    ),
                    _connector="OR",
                ),
                name="core_file_lease_while_waiting",
            ),
        ),
    ]
