"""The journal and its texts, mail that waits, stored files, and the registers of places."""

from typing import Any

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import core.models.agencies
import core.models.fields
import core.models.files
from core.services.registers import load_registers
from core.triggers import RunEnsureTriggers


def load(apps: Any, schema_editor: Any) -> None:
    load_registers(
        county_model=apps.get_model("core", "County"),
        municipality_model=apps.get_model("core", "Municipality"),
    )


class Migration(migrations.Migration):
    replaces = [
        ("core", "0001_initial"),
        ("core", "0002_registers_and_triggers"),
        ("core", "0003_stored_files"),
        ("core", "0004_outbox_journal_and_incidents"),
        ("core", "0005_municipality_population"),
    ]

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="County",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=2, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                (
                    "letter",
                    models.CharField(max_length=2, unique=True, verbose_name="county letter"),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("sort_key", core.models.fields.SortKeyField(db_index=True, max_length=300)),
                (
                    "position",
                    models.PositiveSmallIntegerField(unique=True, verbose_name="position"),
                ),
                (
                    "population_2018q1",
                    models.PositiveIntegerField(
                        null=True, verbose_name="population, first quarter of 2018"
                    ),
                ),
                (
                    "area_km2",
                    models.DecimalField(
                        decimal_places=2, max_digits=10, null=True, verbose_name="area in km²"
                    ),
                ),
            ],
            options={
                "verbose_name": "county",
                "verbose_name_plural": "counties",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Journal",
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
                            ("case", "case"),
                            ("organisation", "organisation"),
                            ("call", "call"),
                            ("installation", "installation"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=64, verbose_name="subject")),
                ("length", models.PositiveBigIntegerField(default=0, verbose_name="length")),
                (
                    "head",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000",
                        max_length=64,
                        verbose_name="head",
                    ),
                ),
                (
                    "sealed_length",
                    models.PositiveBigIntegerField(default=0, verbose_name="sealed length"),
                ),
            ],
            options={
                "verbose_name": "journal",
                "verbose_name_plural": "journals",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject"), name="core_journal_kind_subject"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sealed_length__lte", models.F("length"))),
                        name="core_journal_sealed_length",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recipient", models.EmailField(max_length=254, verbose_name="recipient")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("subject", models.CharField(max_length=250, verbose_name="subject")),
                ("body", models.TextField(verbose_name="body")),
                (
                    "state",
                    models.CharField(
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
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                ("lease_until", models.DateTimeField(null=True, verbose_name="leased until")),
                ("lease_token", models.UUIDField(null=True, verbose_name="lease")),
                ("dedupe_key", models.CharField(max_length=200, unique=True, verbose_name="key")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=500, verbose_name="last error"),
                ),
                (
                    "journal_kind",
                    models.CharField(
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
                (
                    "journal_subject",
                    models.CharField(blank=True, max_length=100, verbose_name="subject"),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["state", "next_attempt_at"], name="core_outbox_due"),
                    models.Index(
                        fields=["journal_kind", "journal_subject"], name="core_outbox_journal"
                    ),
                ],
                "constraints": [
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
                        name="core_outbox_leased_has_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "bounced"),
                            models.Q(("sent_at__isnull", False), ("state", "sent")),
                            models.Q(
                                models.Q(("state", "sent"), _negated=True),
                                ("sent_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="core_outbox_sent_has_time",
                    ),
                ],
            },
        ),
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
                "indexes": [
                    models.Index(fields=["state", "next_attempt_at"], name="core_file_due")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="core_file_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["not_checked", "waiting", "clean", "infected"])
                        ),
                        name="core_file_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("checked_at__isnull", False), ("state__in", ["clean", "infected"])
                            ),
                            models.Q(
                                ("checked_at__isnull", True),
                                ("state__in", ["not_checked", "waiting"]),
                            ),
                            _connector="OR",
                        ),
                        name="core_file_checked_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "infected"), models.Q(("signature", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "infected"), _negated=True), ("signature", "")
                            ),
                            _connector="OR",
                        ),
                        name="core_file_infected_has_signature",
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
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
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="core_heartbeat_one_row"
                    )
                ],
            },
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
                "indexes": [
                    models.Index(fields=["started_at", "ended_at"], name="core_incident_time")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["error", "stopped"])),
                        name="core_incident_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gte", models.F("started_at"))),
                        name="core_incident_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Agency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name_sv", models.CharField(max_length=200, verbose_name="name in Swedish")),
                ("name_en", models.CharField(max_length=200, verbose_name="name in English")),
                ("short", models.CharField(max_length=30, verbose_name="short name")),
                (
                    "org_no",
                    models.CharField(blank=True, max_length=11, verbose_name="organisation number"),
                ),
                (
                    "series",
                    models.CharField(
                        blank=True,
                        help_text="What {series} stands for in the pattern, such as 801.",
                        max_length=20,
                        verbose_name="register series",
                    ),
                ),
                (
                    "register_pattern",
                    models.CharField(
                        default="{series}-{number}-{year}",
                        help_text="Such as {series}-{number}-{year}, which gives 801-2901-2024.",
                        max_length=100,
                        validators=[core.models.agencies.validate_register_pattern],
                        verbose_name="register number pattern",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        blank=True,
                        help_text="Of a county administrative board: its own county.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="boards",
                        to="core.county",
                        verbose_name="county",
                    ),
                ),
            ],
            options={
                "verbose_name": "agency",
                "verbose_name_plural": "agencies",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveBigIntegerField(verbose_name="sequence")),
                (
                    "occurred_at",
                    models.DateTimeField(
                        help_text="UTC; may be backdated.", verbose_name="occurred"
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="UTC, by the server's clock.", verbose_name="recorded"
                    ),
                ),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[("person", "person"), ("system", "system"), ("import", "import")],
                        max_length=10,
                        verbose_name="kind of actor",
                    ),
                ),
                (
                    "actor",
                    models.CharField(
                        blank=True,
                        help_text="A pseudonymous id.",
                        max_length=64,
                        verbose_name="actor",
                    ),
                ),
                (
                    "on_behalf_of",
                    models.CharField(blank=True, max_length=64, verbose_name="on behalf of"),
                ),
                ("name", models.CharField(max_length=100, verbose_name="event")),
                ("payload", models.TextField(help_text="Canonical JSON.", verbose_name="content")),
                ("previous_hash", models.CharField(max_length=64, verbose_name="previous hash")),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
                (
                    "journal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="core.journal",
                        verbose_name="journal",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["journal", "sequence"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("journal", "sequence"), name="core_event_sequence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gte", 1)), name="core_event_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("actor_kind", "person"), models.Q(("actor", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("actor_kind", "person"), _negated=True), ("actor", "")
                            ),
                            _connector="OR",
                        ),
                        name="core_event_person_has_id",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Municipality",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=4, primary_key=True, serialize=False, verbose_name="code"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("official_name", models.CharField(max_length=150, verbose_name="official name")),
                ("sort_key", core.models.fields.SortKeyField(db_index=True, max_length=300)),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="municipalities",
                        to="core.county",
                        verbose_name="county",
                    ),
                ),
                ("population", models.PositiveIntegerField(null=True, verbose_name="population")),
                ("population_on", models.DateField(null=True, verbose_name="population on")),
            ],
            options={
                "verbose_name": "municipality",
                "verbose_name_plural": "municipalities",
                "ordering": ["sort_key"],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("last", models.PositiveBigIntegerField(default=0, verbose_name="last number")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="number_series",
                        to="core.agency",
                        verbose_name="agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "number series",
                "verbose_name_plural": "number series",
                "ordering": ["agency", "year"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "year"), name="core_numberseries_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EventText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("salt", models.CharField(blank=True, max_length=32, verbose_name="salt")),
                ("text", models.TextField(null=True, verbose_name="text")),
                ("removed_at", models.DateTimeField(null=True, verbose_name="removed")),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="core.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "removed_by_event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="removed_texts",
                        to="core.event",
                        verbose_name="removed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "text of an event",
                "verbose_name_plural": "texts of events",
                "constraints": [
                    models.UniqueConstraint(fields=("event", "name"), name="core_eventtext_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("removed_at__isnull", True),
                                ("removed_by_event__isnull", True),
                                ("text__isnull", False),
                                models.Q(("salt", ""), _negated=True),
                            ),
                            models.Q(
                                ("removed_at__isnull", False),
                                ("removed_by_event__isnull", False),
                                ("salt", ""),
                                ("text__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="core_eventtext_removed_whole",
                    ),
                ],
            },
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
        RunEnsureTriggers(),
    ]
