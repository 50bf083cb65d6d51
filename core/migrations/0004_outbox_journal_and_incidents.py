from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_stored_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("beat_at", models.DateTimeField(verbose_name="last sign of life")),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
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
                        choices=[
                            ("error", "a page or a service failed"),
                            ("stopped", "no sign of life"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="from")),
                ("ended_at", models.DateTimeField(verbose_name="until")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                (
                    "status",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="status"),
                ),
                ("count", models.PositiveIntegerField(default=1, verbose_name="times")),
                (
                    "reference",
                    models.CharField(max_length=20, unique=True, verbose_name="reference"),
                ),
                ("collected", models.JSONField(blank=True, default=list, editable=False)),
            ],
            options={
                "verbose_name": "incident",
                "verbose_name_plural": "incidents",
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="outboxmessage",
            name="core_outbox_sent_has_time",
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="journal_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("case", "case"),
                    ("organisation", "organisation"),
                    ("call", "call"),
                    ("installation", "installation"),
                ],
                max_length=12,
                verbose_name="journal",
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="journal_subject",
            field=models.CharField(blank=True, max_length=100, verbose_name="subject"),
        ),
        migrations.AlterField(
            model_name="outboxmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "waiting"),
                    ("leased", "being sent"),
                    ("sent", "sent"),
                    ("failed", "given up"),
                    ("bounced", "refused by the receiver"),
                ],
                default="pending",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(
                fields=["journal_kind", "journal_subject"], name="core_outbox_journal"
            ),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "bounced"),
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", True)),
                    _connector="OR",
                ),
                name="core_outbox_sent_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="heartbeat",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="core_heartbeat_one_row"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["started_at", "ended_at"], name="core_incident_time"),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["error", "stopped"])),
                name="core_incident_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__gte", models.F("started_at"))),
                name="core_incident_ends_after_start",
            ),
        ),
    ]
