"""People, organisations, and who may act for whom."""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import core.models.fields
from core.triggers import RunEnsureTriggers


class Migration(migrations.Migration):
    replaces = [("applicants", "0001_initial"), ("applicants", "0002_organisations_and_mandates")]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("core", "0005_municipality_population"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("pseudonym", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("language", models.CharField(default="sv", max_length=2, verbose_name="language")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False, verbose_name="may use the technical administration"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="user_email_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["sv", "en"])),
                        name="user_language_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "org_no",
                    models.CharField(blank=True, max_length=11, verbose_name="organisation number"),
                ),
                ("unit", models.CharField(blank=True, max_length=200, verbose_name="unit")),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("sort_key", core.models.fields.SortKeyField(editable=False, max_length=650)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("municipality", "Municipality"),
                            ("city_district", "City district"),
                            ("municipal_association", "Municipal association"),
                            ("region", "Region"),
                            ("association", "Association"),
                            ("foundation", "Foundation"),
                            ("faith_community", "Faith community"),
                        ],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="core.county",
                        verbose_name="county",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="core.municipality",
                        verbose_name="municipality",
                    ),
                ),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="town")),
                (
                    "contact_email",
                    models.EmailField(
                        blank=True, max_length=254, verbose_name="contact person’s e-mail address"
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=200, verbose_name="contact person"),
                ),
                (
                    "contact_phone",
                    models.CharField(
                        blank=True, max_length=30, verbose_name="contact person’s telephone"
                    ),
                ),
                (
                    "giro_kind",
                    models.CharField(
                        blank=True,
                        choices=[("bankgiro", "Bankgiro"), ("plusgiro", "Plusgiro")],
                        max_length=10,
                        verbose_name="kind of giro",
                    ),
                ),
                (
                    "giro_number",
                    models.CharField(blank=True, max_length=9, verbose_name="giro number"),
                ),
                (
                    "postal_code",
                    models.CharField(blank=True, max_length=6, verbose_name="postal code"),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "street",
                    models.CharField(blank=True, max_length=200, verbose_name="postal address"),
                ),
                ("verified_on", models.DateField(blank=True, null=True, verbose_name="verified")),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "indexes": [models.Index(fields=["sort_key", "id"], name="organisation_sort")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("org_no", ""), _negated=True),
                        fields=("org_no", "unit"),
                        name="organisation_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "municipality",
                                    "city_district",
                                    "municipal_association",
                                    "region",
                                    "association",
                                    "foundation",
                                    "faith_community",
                                ],
                            )
                        ),
                        name="organisation_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("org_no", ""),
                            ("org_no__regex", "^[0-9]{6}-[0-9]{4}$"),
                            _connector="OR",
                        ),
                        name="organisation_number_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="organisation_named"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("giro_kind", ""), ("giro_number", "")),
                            models.Q(
                                ("giro_kind", "bankgiro"),
                                ("giro_number__regex", "^[0-9]{3,4}-[0-9]{4}$"),
                            ),
                            models.Q(
                                ("giro_kind", "plusgiro"),
                                ("giro_number__regex", "^[0-9]{1,7}-[0-9]$"),
                            ),
                            _connector="OR",
                        ),
                        name="organisation_giro_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("postal_code", ""),
                            ("postal_code__regex", "^[1-9][0-9]{2} [0-9]{2}$"),
                            _connector="OR",
                        ),
                        name="organisation_postal_code_form",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StaffRole",
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
                        choices=[
                            ("case_officer", "Case officer"),
                            ("decision_maker", "Decision maker"),
                            ("registrar", "Registrar"),
                            ("controller", "Controller"),
                            ("analyst", "Analyst"),
                            ("county_board", "County administrative board"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_roles",
                        to="core.agency",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_roles",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "agency", "role"), name="staffrole_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                [
                                    "case_officer",
                                    "decision_maker",
                                    "registrar",
                                    "controller",
                                    "analyst",
                                    "county_board",
                                    "administrator",
                                ],
                            )
                        ),
                        name="staffrole_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mandate",
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
                        choices=[
                            ("administrator", "Administrator"),
                            ("writer", "Writer"),
                            ("signatory", "Signatory"),
                            ("reader", "Reader"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="until and including"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mandates",
                        to="applicants.organisation",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "signing",
                    models.CharField(
                        blank=True,
                        choices=[("sole", "Alone"), ("jointly", "Two jointly")],
                        max_length=10,
                        verbose_name="signs",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "role"], name="mandate_organisation")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["administrator", "writer", "signatory", "reader"])
                        ),
                        name="mandate_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="mandate_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "organisation", "role"),
                        name="mandate_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("role", "signatory"), ("signing__in", ["sole", "jointly"])),
                            models.Q(
                                models.Q(("role", "signatory"), _negated=True), ("signing", "")
                            ),
                            _connector="OR",
                        ),
                        name="mandate_signing_of_signatories",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("key", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                ("sort_key", core.models.fields.SortKeyField(editable=False, max_length=650)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("municipality", "Municipality"),
                            ("city_district", "City district"),
                            ("municipal_association", "Municipal association"),
                            ("region", "Region"),
                            ("association", "Association"),
                            ("foundation", "Foundation"),
                            ("faith_community", "Faith community"),
                        ],
                        max_length=24,
                        verbose_name="kind",
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.agency",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.county",
                    ),
                ),
                (
                    "municipality",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.municipality",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="applicants.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "year", "key"), name="entry_key_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("agency", "year", "organisation"), name="entry_organisation_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("roles", models.JSONField(default=list, verbose_name="roles")),
                (
                    "signing",
                    models.CharField(
                        blank=True,
                        choices=[("sole", "Alone"), ("jointly", "Two jointly")],
                        max_length=10,
                        verbose_name="signs",
                    ),
                ),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="until and including"),
                ),
                ("token_sha256", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("expires_at", models.DateTimeField(verbose_name="can be taken until")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="taken")),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="applicants.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="invitation_expires_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signing", ""), ("signing__in", ["sole", "jointly"]), _connector="OR"
                        ),
                        name="invitation_signing_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at__isnull", True), ("accepted_by__isnull", True)),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="invitation_taken_or_withdrawn",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        models.F("organisation"),
                        condition=models.Q(
                            ("accepted_at__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        name="invitation_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="RepresentationRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("roles", models.JSONField(default=list, verbose_name="roles")),
                (
                    "signing",
                    models.CharField(
                        blank=True,
                        choices=[("sole", "Alone"), ("jointly", "Two jointly")],
                        max_length=10,
                        verbose_name="signs",
                    ),
                ),
                (
                    "ends_on",
                    models.DateField(blank=True, null=True, verbose_name="until and including"),
                ),
                ("message", models.TextField(blank=True, verbose_name="message")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Not sent"),
                            ("waiting", "Waits for an answer"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="answered"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representation_requests",
                        to="core.agency",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "evidence",
                    models.ManyToManyField(
                        related_name="+", through="applicants.Evidence", to="core.storedfile"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representation_requests",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="representation_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request to represent",
                "verbose_name_plural": "requests to represent",
                "indexes": [
                    models.Index(
                        fields=["agency", "state", "sent_at"], name="representation_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "waiting", "approved", "refused", "withdrawn"])
                        ),
                        name="representation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signing", ""), ("signing__in", ["sole", "jointly"]), _connector="OR"
                        ),
                        name="representation_signing_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("draft", "waiting"))),
                        fields=("user", "organisation"),
                        name="representation_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state__in", ("approved", "refused")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("approved", "refused")), _negated=True),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="representation_decided_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="representation_refused_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", True), ("state", "draft")),
                            ("state", "withdrawn"),
                            models.Q(
                                models.Q(("state__in", ["draft", "withdrawn"]), _negated=True),
                                ("sent_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="representation_sent",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="Evidence",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="evidence_rows",
                to="applicants.representationrequest",
            ),
        ),
        RunEnsureTriggers(),
    ]
