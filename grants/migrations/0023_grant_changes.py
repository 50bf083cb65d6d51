"""Changes of grants, letters in cases, and where a claim is to be paid."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0003_merged_organisations"),
        ("core", "0001_squashed_0005_municipality_population"),
        ("grants", "0022_rates_and_report_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.AddField(
            model_name="claim",
            name="pay_to",
            field=models.TextField(blank=True, verbose_name="how to pay"),
        ),
        migrations.AddField(
            model_name="participation",
            name="left_on",
            field=models.DateField(blank=True, null=True, verbose_name="left"),
        ),
        migrations.CreateModel(
            name="GrantChange",
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
                            ("budget", "Other use of the money"),
                            ("time", "Longer time"),
                            ("partner", "A partner leaves"),
                            ("merger", "An organisation is merged into another"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "To be prepared"),
                            ("question", "Question to the grantee"),
                            ("prepared", "To be decided"),
                            ("granted", "Granted"),
                            ("partly", "Granted in part"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="asked",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("wanted", models.JSONField()),
                ("reasons", models.TextField(verbose_name="reasons")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                (
                    "proposed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asked", "To be prepared"),
                            ("question", "Question to the grantee"),
                            ("prepared", "To be decided"),
                            ("granted", "Granted"),
                            ("partly", "Granted in part"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=9,
                        verbose_name="proposed",
                    ),
                ),
                ("proposal", models.JSONField(null=True)),
                (
                    "proposal_reasons",
                    models.TextField(blank=True, verbose_name="reasons of the proposal"),
                ),
                ("prepared_at", models.DateTimeField(null=True, verbose_name="prepared")),
                ("sent_back", models.TextField(blank=True, verbose_name="why it was sent back")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("applied", models.PositiveSmallIntegerField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
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
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="grants.decision",
                    ),
                ),
                (
                    "delegation_rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.delegationrule",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="grants.grantchange",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a grant",
                "verbose_name_plural": "changes of grants",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("asked", "question", "prepared"))),
                        fields=["state", "asked_at"],
                        name="grantchange_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["budget", "time", "partner", "merger"])),
                        name="grantchange_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "asked",
                                    "question",
                                    "prepared",
                                    "granted",
                                    "partly",
                                    "refused",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="grantchange_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True),
                        name="grantchange_has_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("prepared_by__isnull", True),
                                models.Q(("prepared_by", models.F("asked_by")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("decided_by__isnull", True),
                                models.Q(
                                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                                    models.Q(
                                        ("decided_by", models.F("prepared_by")), _negated=True
                                    ),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="grantchange_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ("prepared", "granted", "partly", "refused")),
                                _negated=True,
                            ),
                            models.Q(
                                ("prepared_at__isnull", False),
                                ("prepared_by__isnull", False),
                                ("proposal__isnull", False),
                                ("proposed__in", ("granted", "partly", "refused")),
                                models.Q(("proposal_reasons", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="grantchange_prepared_with_reasons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("state", models.F("proposed")),
                                ("state__in", ("granted", "partly", "refused")),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ("granted", "partly", "refused")), _negated=True
                                ),
                                ("applied__isnull", True),
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="grantchange_decided_as_proposed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("applied__gt", 0), ("state__in", ("granted", "partly"))),
                            models.Q(
                                models.Q(("state__in", ("granted", "partly")), _negated=True),
                                ("applied__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="grantchange_in_effect_is_numbered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "withdrawn"), ("withdrawn_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "withdrawn"), _negated=True),
                                ("withdrawn_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="grantchange_withdrawn_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "question", "prepared"))),
                        fields=("application", "kind"),
                        name="grantchange_one_open_of_a_kind",
                    ),
                    models.UniqueConstraint(
                        fields=("application", "applied"), name="grantchange_order_of_effect"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChangeQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="question")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="grants.grantchange",
                    ),
                ),
            ],
            options={
                "verbose_name": "question about a change",
                "verbose_name_plural": "questions about changes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="changequestion_asks"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="changequestion_answered_with_words",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("change",),
                        name="changequestion_one_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=60)),
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
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="grants.application",
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="case_letter",
                        to="core.storedfile",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "letter in a case",
                "verbose_name_plural": "letters in cases",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "leased"])),
                        fields=["next_attempt_at"],
                        name="caseletter_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "source"), name="caseletter_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "leased", "made", "failed"])),
                        name="caseletter_state_known",
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
                        name="caseletter_made_has_file",
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
                        name="caseletter_leased_has_lease",
                    ),
                ],
            },
        ),
        RunEnsureTriggers(),
    ]
