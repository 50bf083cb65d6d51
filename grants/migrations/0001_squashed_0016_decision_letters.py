"""Calls, applications and what becomes of them, decisions, letters, and the ledger."""

import django.db.models.deletion
import django.db.models.functions.comparison
import django_fsm
from django.conf import settings
from django.db import migrations, models, transaction
from django.db.utils import DatabaseError

import grants.models.search
from core.triggers import RunEnsureTriggers
from grants.services.calls import load_definitions

SEARCHES = {
    "application_search": (
        "grants_application USING gin "
        "(upper(reference) gin_trgm_ops, upper(register_number) gin_trgm_ops)"
    ),
    "organisation_search": "applicants_organisation USING gin (sort_key gin_trgm_ops)",
}


def load(apps, schema_editor):
    """The call definitions of 2013 are there after `migrate` alone."""
    load_definitions(record_model=apps.get_model("grants", "CallDefinitionRecord"))


def index_words(apps, schema_editor):
    """On PostgreSQL, find a case by the stem of a word."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX casesearch_swedish ON grants_casesearch USING gin (swedish)"
        )


def add_search(apps, schema_editor):
    """On PostgreSQL, find a part of a number or a name by its trigrams.

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
        for name, on in SEARCHES.items():
            cursor.execute(f"CREATE INDEX {name} ON {on}")


class Migration(migrations.Migration):
    replaces = [
        ("grants", "0001_initial"),
        ("grants", "0002_definitions"),
        ("grants", "0003_application_received_offset"),
        ("grants", "0004_drafts_and_papers"),
        ("grants", "0010_list_indexes"),
        ("grants", "0011_case_documents"),
        ("grants", "0012_decision_basis_and_appeals"),
        ("grants", "0013_register_and_disclosure"),
        ("grants", "0014_register_earlier_documents"),
        ("grants", "0015_search_and_delay"),
        ("grants", "0016_decision_letters"),
    ]

    initial = True

    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("core", "0005_municipality_population"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallDefinitionRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, verbose_name="code")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("document", models.JSONField(verbose_name="document")),
                ("sha256", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="definition_version_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("code", "sha256"), name="definition_content_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DelegationRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("case_officer", "Case officer"),
                            ("decision_maker", "Decision maker"),
                            ("registrar", "Registrar"),
                            ("controller", "Controller"),
                            ("analyst", "Analyst"),
                            ("county_board", "County administrative board"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("outcomes", models.JSONField(verbose_name="outcomes")),
                (
                    "max_sek",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="highest amount (SEK)"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=200, verbose_name="provision"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegation_rules",
                        to="core.agency",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegation_rules",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "delegation rule",
                "verbose_name_plural": "delegation rules",
                "indexes": [
                    models.Index(fields=["agency", "valid_from"], name="delegationrule_agency")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", ""), ("user__isnull", False)),
                            models.Q(("role", "decision_maker"), ("user__isnull", True)),
                            _connector="OR",
                        ),
                        name="delegationrule_person_or_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_sek__isnull", True), ("max_sek__gt", 0), _connector="OR"
                        ),
                        name="delegationrule_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="delegationrule_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "register_number",
                    models.CharField(max_length=60, verbose_name="register number"),
                ),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("asker", models.CharField(blank=True, max_length=200, verbose_name="who asks")),
                (
                    "contact",
                    models.CharField(blank=True, max_length=250, verbose_name="how to reach them"),
                ),
                ("wording", models.TextField(verbose_name="what is asked for")),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="core.agency",
                    ),
                ),
                (
                    "finished_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request for documents",
                "verbose_name_plural": "requests for documents",
                "indexes": [
                    models.Index(fields=["agency", "-received_at", "-id"], name="disclosure_latest")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "register_number"), name="disclosure_number_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("finished_by__isnull", True)),
                            models.Q(
                                ("finished_at__isnull", False), ("finished_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="disclosure_finished_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=100, verbose_name="code")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
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
                ("frame_sek", models.BigIntegerField(verbose_name="frame (SEK)")),
                ("opens_on", models.DateField(blank=True, null=True, verbose_name="opens")),
                (
                    "closes_on",
                    models.DateField(blank=True, null=True, verbose_name="last day to apply"),
                ),
                ("measured_on", models.DateField(verbose_name="measuring date")),
                ("spend_by", models.DateField(verbose_name="last day to use the money")),
                ("report_cutoff", models.DateField(verbose_name="report cut-off")),
                (
                    "asks_interim",
                    models.BooleanField(default=True, verbose_name="asks for an interim report"),
                ),
                (
                    "asks_opinion",
                    models.BooleanField(default=False, verbose_name="asks for opinions"),
                ),
                ("preliminary", models.BooleanField(default=False, verbose_name="preliminary")),
                (
                    "imported",
                    models.BooleanField(
                        default=False, verbose_name="brought in from an older register"
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="core.agency",
                    ),
                ),
                (
                    "definition_record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="grants.calldefinitionrecord",
                    ),
                ),
                (
                    "decisions_published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decisions published"),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "indexes": [
                    models.Index(fields=["agency", "year", "stream"], name="call_agency_year")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("agency", "code"), name="call_code_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("frame_sek__gt", 0)), name="call_frame_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stream__in", ["municipalities", "associations"])),
                        name="call_stream_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_on__isnull", True),
                            ("closes_on__isnull", True),
                            ("closes_on__gte", models.F("opens_on")),
                            _connector="OR",
                        ),
                        name="call_closes_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("spend_by__gte", models.F("measured_on"))),
                        name="call_spend_by_after_measuring",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("report_cutoff__gte", models.F("measured_on"))),
                        name="call_cutoff_after_measuring",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decided_at", models.DateTimeField(verbose_name="decided")),
                ("provision", models.CharField(max_length=200, verbose_name="provision")),
                ("reasons", models.TextField(verbose_name="reasons")),
                ("court", models.CharField(max_length=100, verbose_name="court of appeal")),
                ("documents", models.JSONField(default=list)),
                (
                    "decider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refusals",
                        to="core.storedfile",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refusals",
                        to="grants.disclosurerequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision not to give out documents",
                "verbose_name_plural": "decisions not to give out documents",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True),
                        name="refusal_has_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("provision", ""), _negated=True),
                        name="refusal_has_provision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    django_fsm.FSMField(
                        choices=[
                            ("draft", "Draft"),
                            ("discarded", "Discarded draft"),
                            ("submitted", "Submitted"),
                            ("completion_requested", "Completion requested"),
                            ("assessed", "Assessed"),
                            ("granted", "Granted"),
                            ("rejected", "Rejected"),
                            ("dismissed", "Dismissed"),
                            ("withdrawn", "Withdrawn"),
                            ("interim_reported", "Interim reported"),
                            ("final_reported", "Final reported"),
                            ("revoked", "Revoked"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                        max_length=24,
                        protected=True,
                        verbose_name="status",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=100, verbose_name="reference"),
                ),
                (
                    "register_number",
                    models.CharField(blank=True, max_length=60, verbose_name="register number"),
                ),
                (
                    "imported",
                    models.BooleanField(
                        default=False, verbose_name="brought in from an older register"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "received_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="received"),
                ),
                ("late", models.BooleanField(default=False, verbose_name="late")),
                (
                    "requested_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="requested (SEK)"),
                ),
                (
                    "granted_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="granted (SEK)"),
                ),
                ("decided_on", models.DateField(blank=True, null=True, verbose_name="decided")),
                (
                    "partner_count",
                    models.PositiveSmallIntegerField(default=0, verbose_name="partners"),
                ),
                ("completion_fields", models.JSONField(blank=True, default=list)),
                (
                    "completion_due",
                    models.DateField(blank=True, null=True, verbose_name="completion due"),
                ),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assigned_applications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="case officer",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_applications",
                        to="applicants.organisation",
                        verbose_name="lead applicant",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="grants.call",
                    ),
                ),
                (
                    "received_offset",
                    models.SmallIntegerField(blank=True, editable=False, null=True),
                ),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
                "indexes": [
                    models.Index(
                        fields=["call", "-received_at", "-id"], name="application_received"
                    ),
                    models.Index(fields=["lead", "call"], name="application_lead"),
                    models.Index(
                        fields=["call", "status", "partner_count", "requested_sek", "granted_sek"],
                        name="application_sums",
                    ),
                    models.Index(fields=["-received_at", "-id"], name="application_latest"),
                    models.Index(
                        fields=["status", "-received_at", "-id"], name="application_by_status"
                    ),
                    models.Index(fields=["requested_sek", "id"], name="application_by_requested"),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "granted_sek", models.Value(-1)
                        ),
                        models.F("id"),
                        name="application_by_granted",
                    ),
                    models.Index(
                        models.Case(
                            models.When(register_number="", then="reference"),
                            default="register_number",
                        ),
                        models.F("id"),
                        name="application_by_number",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=("call", "reference"),
                        name="application_reference_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("register_number", ""), _negated=True),
                        fields=("call", "register_number"),
                        name="application_number_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "discarded",
                                    "submitted",
                                    "completion_requested",
                                    "assessed",
                                    "granted",
                                    "rejected",
                                    "dismissed",
                                    "withdrawn",
                                    "interim_reported",
                                    "final_reported",
                                    "revoked",
                                    "closed",
                                ],
                            )
                        ),
                        name="application_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requested_sek__isnull", True),
                            ("requested_sek__gt", 0),
                            _connector="OR",
                        ),
                        name="application_requested_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_sek__isnull", True),
                            models.Q(
                                ("granted_sek__gt", 0),
                                ("granted_sek__lte", models.F("requested_sek")),
                            ),
                            _connector="OR",
                        ),
                        name="application_granted_within_requested",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["final_reported", "granted", "interim_reported"]),
                                _negated=True,
                            ),
                            models.Q(("decided_on__isnull", False), ("granted_sek__isnull", False)),
                            _connector="OR",
                        ),
                        name="application_grant_has_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["rejected", "dismissed", "withdrawn"]),
                                _negated=True,
                            ),
                            ("granted_sek__isnull", True),
                            _connector="OR",
                        ),
                        name="application_no_grant_no_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "discarded"]),
                            models.Q(
                                ("received_at__isnull", False), ("requested_sek__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="application_received",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("imported", False),
                            models.Q(
                                models.Q(("reference", ""), _negated=True), ("register_number", "")
                            ),
                            _connector="OR",
                        ),
                        name="application_imported_reference",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DevelopmentField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="code")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="development_fields",
                        to="grants.call",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("call", "code"), name="field_code_unique"),
                    models.UniqueConstraint(
                        fields=("call", "position"), name="field_position_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="code")),
                ("position", models.PositiveSmallIntegerField()),
                ("satisfied_by", models.JSONField()),
                ("applies_to", models.CharField(max_length=40)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="requirements",
                        to="grants.call",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("call", "code"), name="requirement_code_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("call", "position"), name="requirement_position_unique"
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
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("granted", "Granted"),
                            ("rejected", "Rejected"),
                            ("dismissed", "Dismissed"),
                            ("revoked", "Revoked"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "amount_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="amount (SEK)"),
                ),
                ("decided_on", models.DateField(verbose_name="decided")),
                ("assessor_ids", models.JSONField(default=list)),
                ("ground", models.CharField(blank=True, max_length=60, verbose_name="ground")),
                ("reasons", models.TextField(blank=True, verbose_name="reasons")),
                ("imported", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="grants.application",
                    ),
                ),
                (
                    "decider",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "preparer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions_prepared",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="grants.decision",
                    ),
                ),
                (
                    "asked_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="asked for (SEK)"),
                ),
                ("basis", models.TextField(blank=True)),
                ("basis_sha256", models.CharField(blank=True, max_length=64)),
                (
                    "claimed_sek",
                    models.BigIntegerField(
                        blank=True, null=True, verbose_name="claimed back (SEK)"
                    ),
                ),
                ("dissent", models.TextField(blank=True, verbose_name="dissenting opinion")),
                (
                    "took_part",
                    models.JSONField(blank=True, default=list, verbose_name="others who took part"),
                ),
                ("took_part_ids", models.JSONField(blank=True, default=list)),
                (
                    "delegation_rule",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="grants.delegationrule",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "verbose_name_plural": "decisions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["granted", "rejected", "dismissed", "revoked"])
                        ),
                        name="decision_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_sek__gt", 0), ("outcome", "granted")),
                            models.Q(
                                models.Q(("outcome", "granted"), _negated=True),
                                ("amount_sek__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="decision_amount_when_granted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decider__isnull", True),
                                ("imported", True),
                                ("preparer__isnull", True),
                            ),
                            models.Q(
                                ("decider__isnull", False),
                                ("imported", False),
                                ("preparer__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="decision_people_unless_imported",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decider__isnull", True),
                            models.Q(("decider", models.F("preparer")), _negated=True),
                            _connector="OR",
                        ),
                        name="decision_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("imported", True),
                            models.Q(("reasons", ""), _negated=True),
                            ("outcome", "granted"),
                            _connector="OR",
                        ),
                        name="decision_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("basis", ""), ("basis_sha256", "")),
                            models.Q(
                                ("imported", False),
                                models.Q(("basis", ""), _negated=True),
                                models.Q(("basis_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="decision_basis_with_checksum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "revoked"), ("claimed_sek__isnull", True), _connector="OR"
                        ),
                        name="decision_claim_when_revoked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ActivityArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="code")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="grants.call",
                    ),
                ),
                (
                    "field",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="grants.developmentfield",
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("call", "code"), name="area_code_unique"),
                    models.UniqueConstraint(
                        fields=("call", "position"), name="area_position_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
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
                            ("granted", "Granted"),
                            ("carried_in", "Carried in from the year before"),
                            ("paid", "Paid out"),
                            ("spent", "Spent"),
                            ("carried_over", "Carried over to the next year"),
                            ("claimed", "To repay"),
                            ("repaid", "Repaid"),
                            ("written_off", "Written off"),
                            ("reversed", "Reversed"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("amount_sek", models.BigIntegerField(verbose_name="amount (SEK)")),
                ("booked_on", models.DateField(verbose_name="booked")),
                ("actor", models.CharField(max_length=60)),
                ("idempotency_key", models.CharField(max_length=200, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_entries",
                        to="grants.application",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_entries",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="grants.ledgerentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "transaction",
                "verbose_name_plural": "transactions",
                "indexes": [
                    models.Index(fields=["application", "year", "kind"], name="ledger_case_year")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "granted",
                                    "carried_in",
                                    "paid",
                                    "spent",
                                    "carried_over",
                                    "claimed",
                                    "repaid",
                                    "written_off",
                                    "reversed",
                                ],
                            )
                        ),
                        name="ledger_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_sek__gt", 0),
                            models.Q(("amount_sek", 0), ("kind__in", ["spent", "carried_in"])),
                            _connector="OR",
                        ),
                        name="ledger_amount_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "reversed"), ("reverses__isnull", False)),
                            models.Q(
                                models.Q(("kind", "reversed"), _negated=True),
                                ("reverses__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_reversal_names_entry",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("lead", "Lead applicant"), ("partner", "Partner")],
                        max_length=8,
                        verbose_name="role",
                    ),
                ),
                (
                    "approval",
                    models.CharField(
                        choices=[
                            ("waiting", "Not answered"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("not_recorded", "Not recorded"),
                        ],
                        default="waiting",
                        max_length=16,
                        verbose_name="approval",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participations",
                        to="grants.application",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="applicants.organisation",
                    ),
                ),
                ("asked_again", models.PositiveIntegerField(default=0)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "organisation"), name="participation_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "lead")),
                        fields=("application",),
                        name="participation_one_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["lead", "partner"])),
                        name="participation_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approval__in", ["waiting", "approved", "declined", "not_recorded"])
                        ),
                        name="participation_approval_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("document", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("submitted_at", models.DateTimeField(verbose_name="submitted")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="grants.application",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submitted_versions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "number"), name="version_number_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_agency", models.BooleanField()),
                ("body", models.TextField(verbose_name="message")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="grants.application",
                    ),
                ),
                ("files", models.ManyToManyField(related_name="messages", to="core.storedfile")),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["application", "-sent_at"], name="message_sent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_agency", True), ("organisation__isnull", True)),
                            models.Q(("from_agency", False), ("organisation__isnull", False)),
                            _connector="OR",
                        ),
                        name="message_from_one_side",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerInvitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("invited_at", models.DateTimeField(verbose_name="invited")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("declined", models.BooleanField(default=False)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partner_invitations",
                        to="grants.application",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("declined", False),
                                ("organisation__isnull", True),
                            ),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="partnerinvitation_answered_has_time",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(max_length=120)),
                ("added_at", models.DateTimeField(verbose_name="added")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="grants.application",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachment",
                        to="core.storedfile",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["application", "place"], name="attachment_place")],
            },
        ),
        migrations.CreateModel(
            name="CompletionRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("items", models.JSONField()),
                ("message", models.TextField(blank=True)),
                ("due", models.DateField(verbose_name="completion due")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("answered", models.BooleanField(default=False)),
                ("late", models.BooleanField(default=False)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="completion_requests",
                        to="grants.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("application",),
                        name="completionrequest_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("activity", "Activity"),
                            ("line", "Budget line"),
                            ("funding", "Other funding"),
                        ],
                        max_length=10,
                    ),
                ),
                ("area", models.CharField(blank=True, max_length=60)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="grants.application",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "number"), name="draftrow_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["activity", "line", "funding"])),
                        name="draftrow_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("area__gt", ""), ("kind", "activity")),
                            models.Q(models.Q(("kind", "activity"), _negated=True), ("area", "")),
                            _connector="OR",
                        ),
                        name="draftrow_activity_in_area",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField(verbose_name="saved")),
                ("source", models.CharField(blank=True, max_length=200)),
                ("page", models.CharField(blank=True, max_length=40)),
                ("current", models.BooleanField(default=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="values",
                        to="grants.application",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "path", "number"), name="draftvalue_version_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("application", "path"),
                        name="draftvalue_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="draftvalue_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "Received"), ("out", "Sent"), ("internal", "Drawn up")],
                        max_length=8,
                        verbose_name="direction",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("application", "Application"),
                            ("completion", "Completed application"),
                            ("completion_request", "Completion request"),
                            ("message", "Message"),
                            ("note", "Official note"),
                            ("opinion_request", "Request for an opinion"),
                            ("opinion", "Opinion"),
                            ("communication", "Communicated material"),
                            ("answer", "Answer to what was communicated"),
                            ("decision", "Decision"),
                            ("correction", "Correction of a decision"),
                            ("appeal", "Appeal"),
                            ("court", "From the court"),
                            ("withdrawal", "Withdrawal"),
                            ("delay_request", "Request that the case be decided"),
                            ("disclosure_request", "Request for documents"),
                            ("disclosure", "Documents handed out"),
                            ("other", "Other"),
                        ],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                ("dated_on", models.DateField(verbose_name="date")),
                ("party", models.CharField(blank=True, max_length=250, verbose_name="party")),
                (
                    "title",
                    models.CharField(blank=True, max_length=250, verbose_name="what it is about"),
                ),
                (
                    "secrecy",
                    models.CharField(blank=True, max_length=200, verbose_name="secrecy marking"),
                ),
                ("source", models.CharField(blank=True, max_length=60)),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="grants.application",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_documents",
                        to="core.storedfile",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "medium",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("paper", "On paper"),
                            ("email", "By e-mail"),
                            ("other", "In another way"),
                        ],
                        max_length=8,
                        verbose_name="how it came",
                    ),
                ),
                (
                    "party_public",
                    models.BooleanField(default=False, verbose_name="the party is an organisation"),
                ),
                (
                    "scans",
                    models.ManyToManyField(
                        related_name="registered_documents", to="core.storedfile"
                    ),
                ),
                (
                    "secret_to_party",
                    models.BooleanField(default=False, verbose_name="not for the party"),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "number"), name="casedocument_number_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("application", "source"),
                        name="casedocument_source_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["in", "out", "internal"])),
                        name="casedocument_direction_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "application",
                                    "completion",
                                    "completion_request",
                                    "message",
                                    "note",
                                    "opinion_request",
                                    "opinion",
                                    "communication",
                                    "answer",
                                    "decision",
                                    "correction",
                                    "appeal",
                                    "court",
                                    "withdrawal",
                                    "delay_request",
                                    "disclosure_request",
                                    "disclosure",
                                    "other",
                                ],
                            )
                        ),
                        name="casedocument_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("secret_to_party", False),
                            models.Q(("secrecy", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="casedocument_kept_from_party_by_marking",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShutOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shut_out",
                        to="grants.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shut_out_of",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("application", "user"), name="shutout_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("provision", models.CharField(max_length=200, verbose_name="provision")),
                ("marked_at", models.DateTimeField(verbose_name="marked")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="field_marks",
                        to="grants.application",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("application", "path"),
                        name="fieldmark_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("provision", ""), _negated=True),
                        name="fieldmark_has_provision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseSearch",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="grants.application",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "swedish",
                    models.GeneratedField(
                        db_persist=True,
                        expression=grants.models.search.Stems(models.F("text")),
                        output_field=grants.models.search.SwedishWords(),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="area")),
                ("requested_sek", models.BigIntegerField(verbose_name="requested (SEK)")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="grants.application",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["code", "application"], name="casearea_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("application", "code"), name="casearea_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DelayRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("message", models.TextField(blank=True, verbose_name="message")),
                ("due_on", models.DateField(verbose_name="to be answered by")),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="refused")),
                ("reasons", models.TextField(blank=True, verbose_name="reasons")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delay_request",
                        to="grants.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request for a decision",
                "verbose_name_plural": "requests for a decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reasons", ""),
                                ("refused_at__isnull", True),
                                ("refused_by__isnull", True),
                            ),
                            models.Q(
                                ("refused_at__isnull", False),
                                ("refused_by__isnull", False),
                                models.Q(("reasons", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="delayrequest_refused_with_reasons",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField(verbose_name="read")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="grants.message",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("message", "user"), name="messagereading_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("submit", "Application"), ("approve", "Own part")], max_length=10
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(verbose_name="signed")),
                ("assurance", models.CharField(blank=True, max_length=255)),
                ("jointly", models.BooleanField(default=False)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="grants.application",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
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
                        to="grants.applicationversion",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("version__isnull", True)),
                        fields=("application", "purpose", "organisation", "user", "sha256"),
                        name="signature_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["submit", "approve"])),
                        name="signature_purpose_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
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
                            ("received", "To be tried whether it came in time"),
                            ("in_time", "To be tried for reconsideration"),
                            ("dismissed", "Dismissed, came too late"),
                            ("tried", "To be handed over to the court"),
                            ("handed_over", "With the court"),
                            ("ended", "Ended"),
                        ],
                        default="received",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="received")),
                (
                    "last_day",
                    models.DateField(blank=True, null=True, verbose_name="last day to appeal"),
                ),
                ("text", models.TextField(blank=True, verbose_name="what is asked for, and why")),
                ("registered_at", models.DateTimeField(verbose_name="registered")),
                (
                    "from_party",
                    models.BooleanField(default=False, verbose_name="sent in on the pages"),
                ),
                ("admitted_why", models.TextField(blank=True, verbose_name="why it is taken up")),
                ("dismissed_on", models.DateField(blank=True, null=True, verbose_name="dismissed")),
                (
                    "dismissed_reasons",
                    models.TextField(blank=True, verbose_name="reasons for dismissing"),
                ),
                (
                    "tried_result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unchanged", "The decision is not changed"),
                            ("reconsidered", "The decision is reconsidered"),
                        ],
                        max_length=12,
                        verbose_name="reconsideration",
                    ),
                ),
                ("tried_on", models.DateField(blank=True, null=True, verbose_name="tried")),
                (
                    "tried_reasons",
                    models.TextField(blank=True, verbose_name="reasons for the reconsideration"),
                ),
                ("court", models.CharField(blank=True, max_length=200, verbose_name="court")),
                (
                    "handed_over_on",
                    models.DateField(blank=True, null=True, verbose_name="handed over"),
                ),
                (
                    "court_number",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="the court's case number"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "The court has upheld the decision"),
                            ("changed", "The court has changed the decision"),
                            ("referred_back", "The court has referred the case back"),
                            ("not_tried", "The court has dismissed the appeal"),
                            ("withdrawn", "The appeal was withdrawn"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "outcome_on",
                    models.DateField(blank=True, null=True, verbose_name="date of the outcome"),
                ),
                (
                    "outcome_text",
                    models.TextField(blank=True, verbose_name="what the court decided"),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="grants.decision",
                    ),
                ),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("files", models.ManyToManyField(related_name="appeals", to="core.storedfile")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="applicants.organisation",
                        verbose_name="party",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tried_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "appeal",
                "verbose_name_plural": "appeals",
                "indexes": [models.Index(fields=["state", "received_on"], name="appeal_state")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "received",
                                    "in_time",
                                    "dismissed",
                                    "tried",
                                    "handed_over",
                                    "ended",
                                ],
                            )
                        ),
                        name="appeal_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tried_result__in", ["", "unchanged", "reconsidered"])),
                        name="appeal_tried_result_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "",
                                    "upheld",
                                    "changed",
                                    "referred_back",
                                    "not_tried",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="appeal_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            models.Q(
                                ("dismissed_by__isnull", False),
                                ("dismissed_on__isnull", False),
                                models.Q(("dismissed_reasons", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_dismissed_with_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "handed_over"), _negated=True),
                            ("handed_over_on__isnull", False),
                            _connector="OR",
                        ),
                        name="appeal_handed_over_dated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ended"), _negated=True),
                            models.Q(
                                models.Q(("outcome", ""), _negated=True),
                                ("outcome_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_ended_with_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionCorrection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("reasons", "The reasons"),
                            ("conditions", "The conditions"),
                            ("dissent", "The dissenting opinion"),
                        ],
                        max_length=12,
                        verbose_name="where",
                    ),
                ),
                ("before", models.TextField(verbose_name="what it said")),
                ("after", models.TextField(verbose_name="what it should say")),
                ("why", models.TextField(verbose_name="why it is an obvious error")),
                ("corrected_at", models.DateTimeField(verbose_name="corrected")),
                (
                    "corrected_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="grants.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction",
                "verbose_name_plural": "corrections",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("place__in", ["reasons", "conditions", "dissent"])),
                        name="correction_place_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("before", ""), _negated=True),
                            models.Q(("after", models.F("before")), _negated=True),
                        ),
                        name="correction_changes_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="opened")),
                (
                    "paper_on",
                    models.DateField(blank=True, null=True, verbose_name="delivered on paper"),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="grants.decision",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "paper_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery of a decision",
                "verbose_name_plural": "deliveries of decisions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("opened_at__isnull", True), ("paper_on__isnull", True)),
                        fields=["sent_at"],
                        name="delivery_not_opened",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("decision", "organisation"), name="delivery_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("opened_at__isnull", True), ("opened_by__isnull", True)),
                            models.Q(("opened_at__isnull", False), ("opened_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="delivery_opened_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("paper_by__isnull", True), ("paper_on__isnull", True)),
                            models.Q(("paper_by__isnull", False), ("paper_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="delivery_paper_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("full", "Given out whole"),
                            ("part", "Given out with parts left out"),
                            ("refused", "Not given out"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "provision",
                    models.CharField(blank=True, max_length=200, verbose_name="provision"),
                ),
                ("reasons", models.TextField(blank=True, verbose_name="reasons")),
                ("left_out", models.JSONField(blank=True, default=list)),
                ("phrases", models.JSONField(blank=True, default=list)),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reviewed"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="grants.casedocument",
                    ),
                ),
                (
                    "rendition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renditions",
                        to="core.storedfile",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "refusal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="grants.disclosurerefusal",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="grants.disclosurerequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "document"), name="disclosureitem_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", ""),
                            ("outcome__in", ["full", "part", "refused"]),
                            _connector="OR",
                        ),
                        name="disclosureitem_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "part"), _negated=True),
                            ("rendition__isnull", False),
                            _connector="OR",
                        ),
                        name="disclosureitem_part_has_rendition",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "refused"), _negated=True),
                            models.Q(("provision", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="disclosureitem_refused_has_provision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("corrected", "Corrected"),
                            ("marked", "Marked secret"),
                            ("unmarked", "Secrecy marking removed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="grants.casedocument",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["corrected", "marked", "unmarked"])),
                        name="documentchange_known",
                    )
                ],
            },
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
        migrations.RunPython(add_search, migrations.RunPython.noop),
        migrations.RunPython(index_words, migrations.RunPython.noop),
        migrations.RunPython(load, migrations.RunPython.noop),
        RunEnsureTriggers(),
    ]
