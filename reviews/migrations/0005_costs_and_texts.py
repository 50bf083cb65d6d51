"""What is approved of each budget line, and the agency's own texts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_outbox_journal_and_incidents"),
        ("reviews", "0004_fair_handling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.CreateModel(
            name="AgencyText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("grant", "Grant"),
                            ("part", "Grant in part"),
                            ("reject", "Rejection"),
                            ("dismiss", "Dismissal"),
                            ("condition", "Condition"),
                        ],
                        max_length=10,
                        verbose_name="used for",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("text", models.TextField(verbose_name="text")),
                ("number", models.PositiveIntegerField(default=1, editable=False)),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                ("retired_at", models.DateTimeField(blank=True, null=True, verbose_name="retired")),
            ],
            options={
                "verbose_name": "text of the library",
                "verbose_name_plural": "texts of the library",
            },
        ),
        migrations.CreateModel(
            name="LineAssessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("number", models.PositiveIntegerField(verbose_name="budget line")),
                ("asked_sek", models.BigIntegerField(verbose_name="asked for (SEK)")),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("full", "In full"), ("part", "In part"), ("none", "Not at all")],
                        default="",
                        max_length=4,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "part_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="part (SEK)"),
                ),
                (
                    "approved_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="approved (SEK)"),
                ),
                (
                    "allotted_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="allotted (SEK)"),
                ),
                ("reason", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                (
                    "allotted_reason",
                    models.CharField(blank=True, max_length=60, verbose_name="reason for the cut"),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("assessed_at", models.DateTimeField(verbose_name="assessed")),
            ],
            options={
                "verbose_name": "checked budget line",
                "verbose_name_plural": "checked budget lines",
            },
        ),
        migrations.RemoveConstraint(
            model_name="proposal",
            name="proposal_amount_when_granting",
        ),
        migrations.AddField(
            model_name="proposal",
            name="conditions",
            field=models.JSONField(blank=True, default=list, verbose_name="conditions"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="final_due",
            field=models.DateField(blank=True, null=True, verbose_name="final report due"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="interim_due",
            field=models.DateField(blank=True, null=True, verbose_name="interim report due"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="use_from",
            field=models.DateField(blank=True, null=True, verbose_name="may be used from"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="use_until",
            field=models.DateField(blank=True, null=True, verbose_name="may be used until"),
        ),
        migrations.AlterField(
            model_name="proposal",
            name="outcome",
            field=models.CharField(
                choices=[("grant", "Grant"), ("part", "Grant in part"), ("reject", "Reject")],
                max_length=8,
                verbose_name="outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount_sek__gt", 0),
                        ("amount_sek__isnull", False),
                        ("outcome__in", ["grant", "part"]),
                    ),
                    models.Q(("amount_sek__isnull", True), ("outcome", "reject")),
                    _connector="OR",
                ),
                name="proposal_amount_when_granting",
            ),
        ),
        migrations.AddField(
            model_name="agencytext",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="texts", to="core.agency"
            ),
        ),
        migrations.AddField(
            model_name="agencytext",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lineassessment",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="line_assessments",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="lineassessment",
            name="assessed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines_assessed",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assessed by",
            ),
        ),
        migrations.RemoveField(
            model_name="proposal",
            name="communicated",
        ),
        migrations.RemoveField(
            model_name="proposal",
            name="why_not_communicated",
        ),
        migrations.AddIndex(
            model_name="agencytext",
            index=models.Index(fields=["agency", "use"], name="agencytext_use"),
        ),
        migrations.AddConstraint(
            model_name="agencytext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("use__in", ["grant", "part", "reject", "dismiss", "condition"])
                ),
                name="agencytext_use_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="agencytext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("title", ""), _negated=True), models.Q(("text", ""), _negated=True)
                ),
                name="agencytext_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineassessment",
            constraint=models.UniqueConstraint(
                fields=("application", "number"), name="line_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="lineassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("asked_sek__gte", 0),
                    models.Q(("part_sek__isnull", True), ("part_sek__gt", 0), _connector="OR"),
                ),
                name="line_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_sek__isnull", True), ("verdict", "")),
                    models.Q(
                        ("approved_sek", models.F("asked_sek")),
                        ("approved_sek__isnull", False),
                        ("verdict", "full"),
                    ),
                    models.Q(
                        ("approved_sek", 0), ("approved_sek__isnull", False), ("verdict", "none")
                    ),
                    models.Q(("approved_sek__isnull", True), ("verdict", "part")),
                    models.Q(
                        ("approved_sek", models.F("part_sek")),
                        ("approved_sek__gt", 0),
                        ("approved_sek__isnull", False),
                        ("approved_sek__lt", models.F("asked_sek")),
                        ("part_sek__isnull", False),
                        ("verdict", "part"),
                    ),
                    _connector="OR",
                ),
                name="line_approved_by_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="lineassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("allotted_sek__isnull", True),
                    models.Q(
                        ("allotted_sek__gte", 0),
                        ("approved_sek__isnull", False),
                        ("allotted_sek__lte", models.F("approved_sek")),
                    ),
                    _connector="OR",
                ),
                name="line_allotted_within_approved",
            ),
        ),
        RunEnsureTriggers(),
    ]
