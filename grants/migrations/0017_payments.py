import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("core", "0005_municipality_population"),
        ("grants", "0016_decision_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentOrder",
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
                            ("made", "Waits to be approved"),
                            ("approved", "Approved"),
                            ("handed_over", "Handed over"),
                            ("answered", "Answered"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="made",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("approved_at", models.DateTimeField(null=True, verbose_name="approved")),
                ("handed_over_at", models.DateTimeField(null=True, verbose_name="handed over")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="checksum")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_orders",
                        to="core.agency",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handed_over_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "payment order",
                "verbose_name_plural": "payment orders",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="row")),
                ("part", models.PositiveSmallIntegerField(verbose_name="part")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("budget_year", models.PositiveSmallIntegerField(verbose_name="budget year")),
                (
                    "appropriation",
                    models.CharField(max_length=60, verbose_name="appropriation item"),
                ),
                ("amount_sek", models.BigIntegerField(verbose_name="amount (SEK)")),
                ("payee", models.CharField(blank=True, max_length=300, verbose_name="payee")),
                (
                    "org_no",
                    models.CharField(blank=True, max_length=11, verbose_name="organisation number"),
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
                    "state",
                    models.CharField(
                        choices=[
                            ("ordered", "Under way"),
                            ("paid", "Paid"),
                            ("refused", "Not carried out"),
                            ("cancelled", "Taken out"),
                        ],
                        default="ordered",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="grants.application",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="grants.decision",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="grants.paymentorder",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
            },
        ),
        migrations.CreateModel(
            name="OrderAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, verbose_name="checksum")),
                ("rows", models.JSONField()),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                (
                    "received_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="grants.paymentorder",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to a payment order",
                "verbose_name_plural": "answers to payment orders",
            },
        ),
        migrations.CreateModel(
            name="PaymentStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("stopped_at", models.DateTimeField(verbose_name="stopped")),
                ("lifted_reason", models.TextField(blank=True, verbose_name="why it was lifted")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="lifted")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_stops",
                        to="grants.application",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stopped_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "stopped payment",
                "verbose_name_plural": "stopped payments",
            },
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                ("nightly", models.BooleanField(default=True, verbose_name="by night")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("cases", models.PositiveIntegerField(verbose_name="cases")),
                ("entries", models.PositiveIntegerField(verbose_name="transactions")),
                ("totals", models.JSONField(default=dict, verbose_name="sums")),
                ("faults", models.JSONField(default=list, verbose_name="differences")),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reconciliations",
                        to="core.agency",
                    ),
                ),
            ],
            options={
                "verbose_name": "reconciliation",
                "verbose_name_plural": "reconciliations",
            },
        ),
        migrations.CreateModel(
            name="Requisition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.PositiveSmallIntegerField(verbose_name="part")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requisitions",
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
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requisitions",
                        to="grants.decision",
                    ),
                ),
            ],
            options={
                "verbose_name": "requisition",
                "verbose_name_plural": "requisitions",
            },
        ),
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(fields=["agency", "-id"], name="paymentorder_agency"),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["made", "approved", "handed_over", "answered", "cancelled"])
                ),
                name="paymentorder_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("made_by")), _negated=True),
                    _connector="OR",
                ),
                name="paymentorder_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["approved", "handed_over", "answered"]), _negated=True),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="paymentorder_approved_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("handed_over_at__isnull", False),
                        ("handed_over_by__isnull", False),
                        ("sha256__regex", "^[0-9a-f]{64}$"),
                        ("state__in", ["handed_over", "answered"]),
                    ),
                    models.Q(
                        models.Q(("state__in", ["handed_over", "answered"]), _negated=True),
                        ("handed_over_at__isnull", True),
                        ("sha256", ""),
                    ),
                    _connector="OR",
                ),
                name="paymentorder_handed_over_has_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("order", "number"), name="payment_row_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["ordered", "paid"])),
                fields=("decision", "part"),
                name="payment_part_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_sek__gt", 0)), name="payment_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ordered", "paid", "refused", "cancelled"])),
                name="payment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("giro_kind", ""), ("giro_number", "")),
                    models.Q(
                        ("giro_kind__in", ["bankgiro", "plusgiro"]),
                        models.Q(("giro_number", ""), _negated=True),
                        models.Q(("payee", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payment_giro_with_payee",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("reason", ""), ("state", "ordered")),
                    models.Q(("ended_at__isnull", False), ("reason", ""), ("state", "paid")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("state__in", ["refused", "cancelled"]),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="payment_ended_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderanswer",
            constraint=models.UniqueConstraint(fields=("order", "sha256"), name="orderanswer_once"),
        ),
        migrations.AddConstraint(
            model_name="paymentstop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("application",),
                name="paymentstop_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentstop",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="paymentstop_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentstop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lifted_at__isnull", True),
                        ("lifted_by__isnull", True),
                        ("lifted_reason", ""),
                    ),
                    models.Q(
                        ("lifted_at__isnull", False),
                        ("lifted_by__isnull", False),
                        models.Q(("lifted_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="paymentstop_lifted_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nightly", True)),
                fields=("agency", "on"),
                name="reconciliation_nightly",
            ),
        ),
        migrations.AddConstraint(
            model_name="requisition",
            constraint=models.UniqueConstraint(
                fields=("decision", "part"), name="requisition_once"
            ),
        ),
        RunEnsureTriggers(),
    ]
