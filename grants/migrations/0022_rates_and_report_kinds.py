"""Reference rates that were entered, and kinds of document for reports."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers

KINDS = [
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
    ("interim_report", "Interim report"),
    ("final_report", "Final report"),
    ("report_questions", "Questions on a report"),
    ("certificate", "Auditor’s certificate"),
    ("other", "Other"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0021_call_drafts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.CreateModel(
            name="ReferenceRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_on", models.DateField(verbose_name="half-year from")),
                (
                    "hundredths",
                    models.SmallIntegerField(verbose_name="hundredths of a percent"),
                ),
                ("entered_at", models.DateTimeField(verbose_name="entered")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "reference rate",
                "verbose_name_plural": "reference rates",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("from_on",),
                        name="referencerate_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_on__day", 1), ("from_on__month__in", (1, 7))),
                        name="referencerate_half_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="referencerate_withdrawn_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="casedocument", name="casedocument_kind_known"),
        migrations.AlterField(
            model_name="casedocument",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=24, verbose_name="kind"),
        ),
        migrations.AddConstraint(
            model_name="casedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [code for code, _label in KINDS])),
                name="casedocument_kind_known",
            ),
        ),
        RunEnsureTriggers(),
    ]
