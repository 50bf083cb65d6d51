import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def existing_signatories_sign_alone(apps, schema_editor):
    """Those who could sign before could do so alone."""
    Mandate = apps.get_model("applicants", "Mandate")
    Mandate.objects.filter(role="signatory").update(signing="sole")


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0001_initial"),
        ("core", "0003_stored_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
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
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
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
            ],
            options={
                "verbose_name": "request to represent",
                "verbose_name_plural": "requests to represent",
            },
        ),
        migrations.RemoveConstraint(
            model_name="mandate",
            name="mandate_unique",
        ),
        migrations.AddField(
            model_name="mandate",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
        ),
        migrations.AddField(
            model_name="mandate",
            name="signing",
            field=models.CharField(
                blank=True,
                choices=[("sole", "Alone"), ("jointly", "Two jointly")],
                max_length=10,
                verbose_name="signs",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="city",
            field=models.CharField(blank=True, max_length=100, verbose_name="town"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="contact_email",
            field=models.EmailField(
                blank=True, max_length=254, verbose_name="contact person’s e-mail address"
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="contact_name",
            field=models.CharField(blank=True, max_length=200, verbose_name="contact person"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="contact_phone",
            field=models.CharField(
                blank=True, max_length=30, verbose_name="contact person’s telephone"
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="giro_kind",
            field=models.CharField(
                blank=True,
                choices=[("bankgiro", "Bankgiro"), ("plusgiro", "Plusgiro")],
                max_length=10,
                verbose_name="kind of giro",
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="giro_number",
            field=models.CharField(blank=True, max_length=9, verbose_name="giro number"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="postal_code",
            field=models.CharField(blank=True, max_length=6, verbose_name="postal code"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="registered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="street",
            field=models.CharField(blank=True, max_length=200, verbose_name="postal address"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="verified_on",
            field=models.DateField(blank=True, null=True, verbose_name="verified"),
        ),
        migrations.AddIndex(
            model_name="mandate",
            index=models.Index(fields=["organisation", "role"], name="mandate_organisation"),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("user", "organisation", "role"),
                name="mandate_unique",
            ),
        ),
        migrations.RunPython(existing_signatories_sign_alone, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "signatory"), ("signing__in", ["sole", "jointly"])),
                    models.Q(models.Q(("role", "signatory"), _negated=True), ("signing", "")),
                    _connector="OR",
                ),
                name="mandate_signing_of_signatories",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("giro_kind", ""), ("giro_number", "")),
                    models.Q(
                        ("giro_kind", "bankgiro"), ("giro_number__regex", "^[0-9]{3,4}-[0-9]{4}$")
                    ),
                    models.Q(
                        ("giro_kind", "plusgiro"), ("giro_number__regex", "^[0-9]{1,7}-[0-9]$")
                    ),
                    _connector="OR",
                ),
                name="organisation_giro_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("postal_code", ""),
                    ("postal_code__regex", "^[1-9][0-9]{2} [0-9]{2}$"),
                    _connector="OR",
                ),
                name="organisation_postal_code_form",
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="file",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="accepted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="invited_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invitations",
                to="applicants.organisation",
            ),
        ),
        migrations.AddField(
            model_name="representationrequest",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="representation_requests",
                to="core.agency",
            ),
        ),
        migrations.AddField(
            model_name="representationrequest",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="representationrequest",
            name="evidence",
            field=models.ManyToManyField(
                related_name="+", through="applicants.Evidence", to="core.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="representationrequest",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="representation_requests",
                to="applicants.organisation",
            ),
        ),
        migrations.AddField(
            model_name="representationrequest",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="representation_requests",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="evidence_rows",
                to="applicants.representationrequest",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="invitation_expires_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signing", ""), ("signing__in", ["sole", "jointly"]), _connector="OR"
                ),
                name="invitation_signing_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                models.F("organisation"),
                condition=models.Q(("accepted_at__isnull", True), ("withdrawn_at__isnull", True)),
                name="invitation_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="representationrequest",
            index=models.Index(
                fields=["agency", "state", "sent_at"], name="representation_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="representationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "waiting", "approved", "refused", "withdrawn"])
                ),
                name="representation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="representationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("signing", ""), ("signing__in", ["sole", "jointly"]), _connector="OR"
                ),
                name="representation_signing_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="representationrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("draft", "waiting"))),
                fields=("user", "organisation"),
                name="representation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="representationrequest",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="representationrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="representation_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="representationrequest",
            constraint=models.CheckConstraint(
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
        ),
    ]
