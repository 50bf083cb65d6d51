import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_outbox_journal_and_incidents"),
        ("grants", "0015_search_and_delay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="call",
            name="decisions_published_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="decisions published"),
        ),
        migrations.CreateModel(
            name="DecisionLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.TextField()),
                ("sha256", models.CharField(max_length=64, verbose_name="checksum")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits to be made"),
                            ("leased", "Is being made"),
                            ("made", "Made"),
                            ("failed", "Could not be made"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="leased until")),
                ("lease_token", models.UUIDField(null=True, verbose_name="lease")),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=500, verbose_name="last error"),
                ),
                ("frozen_at", models.DateTimeField(verbose_name="frozen")),
                ("made_at", models.DateTimeField(null=True, verbose_name="made")),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter",
                        to="grants.decision",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision_letter",
                        to="core.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision letter",
                "verbose_name_plural": "decision letters",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "leased"])),
                        fields=["next_attempt_at"],
                        name="letter_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "leased", "made", "failed"])),
                        name="letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("file__isnull", False),
                                ("made_at__isnull", False),
                                ("state", "made"),
                            ),
                            models.Q(
                                models.Q(("state", "made"), _negated=True),
                                ("file__isnull", True),
                                ("made_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="letter_made_has_file",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_token__isnull", False),
                                ("lease_until__isnull", False),
                                ("state", "leased"),
                            ),
                            models.Q(
                                models.Q(("state", "leased"), _negated=True),
                                ("lease_token__isnull", True),
                                ("lease_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="letter_leased_has_lease",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LetterBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "In progress"),
                            ("done", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="letters")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="made")),
                ("file_name", models.CharField(blank=True, max_length=100)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="checksum")),
                (
                    "size",
                    models.PositiveBigIntegerField(
                        default=0, help_text="bytes", verbose_name="size"
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="asked for")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="leased until")),
                ("lease_token", models.UUIDField(null=True, verbose_name="lease")),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=500, verbose_name="last error"),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter_batches",
                        to="grants.call",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "batch of letters",
                "verbose_name_plural": "batches of letters",
                "ordering": ["-requested_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["queued", "running", "done", "failed"])),
                        name="letterbatch_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("finished_at__isnull", False),
                                ("state", "done"),
                                models.Q(("file_name", ""), _negated=True),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            models.Q(("state", "done"), _negated=True),
                            _connector="OR",
                        ),
                        name="letterbatch_done_has_file",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("call",),
                        name="letterbatch_one_at_a_time",
                    ),
                ],
            },
        ),
        RunEnsureTriggers(),
    ]
