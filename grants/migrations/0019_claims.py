import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0018_one_open_appeal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CarryOverRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("amount_sek", models.BigIntegerField(verbose_name="amount (SEK)")),
                ("reasons", models.TextField(verbose_name="reasons")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("granted_sek", models.BigIntegerField(null=True, verbose_name="granted (SEK)")),
                ("use_by", models.DateField(null=True, verbose_name="last day to use it")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carry_over_requests",
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request to carry money over",
                "verbose_name_plural": "requests to carry money over",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_sek__gt", 0)), name="carryover_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True),
                        name="carryover_has_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="carryover_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("granted_sek__isnull", True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("granted_sek__gte", 0),
                                ("granted_sek__lte", models.F("amount_sek")),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="carryover_decided_with_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("granted_sek__gt", 0), ("use_by__isnull", False)),
                            models.Q(("granted_sek", 0), ("use_by__isnull", True)),
                            models.Q(("granted_sek__isnull", True), ("use_by__isnull", True)),
                            _connector="OR",
                        ),
                        name="carryover_granted_until",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("application",),
                        name="carryover_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_sek", models.BigIntegerField(verbose_name="amount (SEK)")),
                ("due_on", models.DateField(verbose_name="to be paid by")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                ("reminded_at", models.DateTimeField(null=True, verbose_name="reminded")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="grants.application",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "claim",
                "verbose_name_plural": "claims",
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["due_on"],
                        name="claim_open_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_sek__gt", 0)), name="claim_amount_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_sek", models.BigIntegerField(verbose_name="amount (SEK)")),
                ("grounds", models.TextField(verbose_name="grounds")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("granted", models.BooleanField(null=True, verbose_name="written off")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="write_offs",
                        to="grants.application",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "write-off",
                "verbose_name_plural": "write-offs",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_sek__gt", 0)), name="writeoff_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("grounds", ""), _negated=True),
                        name="writeoff_has_grounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="writeoff_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("granted__isnull", True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("granted__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="writeoff_decided_by_someone",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("application",),
                        name="writeoff_one_at_a_time",
                    ),
                ],
            },
        ),
        RunEnsureTriggers(),
    ]
