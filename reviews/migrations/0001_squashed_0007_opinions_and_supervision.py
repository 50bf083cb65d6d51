"""How cases are assessed, distributed and proposed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunEnsureTriggers


class Migration(migrations.Migration):
    replaces = [
        ("reviews", "0001_initial"),
        ("reviews", "0002_assessment"),
        ("reviews", "0003_worklist_and_leave"),
        ("reviews", "0004_fair_handling"),
        ("reviews", "0005_costs_and_texts"),
        ("reviews", "0006_scenarios"),
        ("reviews", "0007_opinions_and_supervision"),
    ]

    initial = True

    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("core", "0005_municipality_population"),
        ("grants", "0016_decision_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConflictDeclaration",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "has_conflict",
                    models.BooleanField(null=True, verbose_name="has a conflict of interest"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("declared_at", models.DateTimeField(auto_now_add=True, verbose_name="declared")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict_declarations",
                        to="grants.application",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflict_declarations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("took_case", models.BooleanField(default=False)),
                (
                    "withdrawn_by",
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
                "verbose_name": "declaration of conflict of interest",
                "verbose_name_plural": "declarations of conflict of interest",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("has_conflict__isnull", False), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("has_conflict__isnull", True),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_by", models.F("user")), _negated=True),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="conflict_declared_or_withdrawn",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("took_case", False), ("has_conflict", True), _connector="OR"
                        ),
                        name="conflict_took_case",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["application", "user", "-id"], name="conflict_latest")
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "recommendation",
                    models.CharField(
                        choices=[
                            ("waiting", "Not answered"),
                            ("recommended", "Recommended"),
                            ("with_reservations", "Recommended with reservations"),
                            ("not_recommended", "Not recommended"),
                            ("no_opinion", "No opinion"),
                        ],
                        default="waiting",
                        max_length=20,
                        verbose_name="recommendation",
                    ),
                ),
                ("reasons", models.TextField(blank=True, verbose_name="reasons")),
                ("due_on", models.DateField(verbose_name="due")),
                ("given_at", models.DateTimeField(blank=True, null=True, verbose_name="given")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="grants.application",
                    ),
                ),
                (
                    "county",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="core.county",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions_given",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("answers", models.JSONField(blank=True, default=dict, verbose_name="answers")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions_asked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("draft", models.JSONField(blank=True, default=dict)),
                ("draft_saved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "draft_saved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("more_time_reason", models.TextField(blank=True)),
                ("more_time_until", models.DateField(blank=True, null=True)),
                (
                    "reminded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reminded"),
                ),
            ],
            options={
                "verbose_name": "opinion",
                "verbose_name_plural": "opinions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "county"), name="opinion_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "recommendation__in",
                                [
                                    "waiting",
                                    "recommended",
                                    "with_reservations",
                                    "not_recommended",
                                    "no_opinion",
                                ],
                            )
                        ),
                        name="opinion_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_at__isnull", True), ("recommendation", "waiting")),
                            models.Q(
                                models.Q(("recommendation", "waiting"), _negated=True),
                                ("given_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="opinion_dated_when_given",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["county", "recommendation", "due_on", "id"], name="opinion_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
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
                            ("grant", "Grant"),
                            ("part", "Grant in part"),
                            ("reject", "Reject"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "amount_sek",
                    models.BigIntegerField(blank=True, null=True, verbose_name="amount (SEK)"),
                ),
                ("reasons", models.TextField(verbose_name="reasons")),
                ("prepared_at", models.DateTimeField(auto_now=True)),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="grants.application",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals_prepared",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conditions",
                    models.JSONField(blank=True, default=list, verbose_name="conditions"),
                ),
                (
                    "final_due",
                    models.DateField(blank=True, null=True, verbose_name="final report due"),
                ),
                (
                    "interim_due",
                    models.DateField(blank=True, null=True, verbose_name="interim report due"),
                ),
                (
                    "use_from",
                    models.DateField(blank=True, null=True, verbose_name="may be used from"),
                ),
                (
                    "use_until",
                    models.DateField(blank=True, null=True, verbose_name="may be used until"),
                ),
            ],
            options={
                "verbose_name": "proposal",
                "verbose_name_plural": "proposals",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True), name="proposal_reasons"
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="RequirementFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("met", "Met"),
                            ("begun", "Begun"),
                            ("not_met", "Not met"),
                            ("not_applicable", "Not applicable"),
                        ],
                        max_length=16,
                        verbose_name="finding",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("imported", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(auto_now=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="grants.application",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="grants.requirement",
                    ),
                ),
                (
                    "evidence",
                    models.ManyToManyField(
                        blank=True, related_name="findings", to="grants.attachment"
                    ),
                ),
                ("number", models.PositiveIntegerField(default=1)),
                (
                    "proposed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("met", "Met"),
                            ("begun", "Begun"),
                            ("not_met", "Not met"),
                            ("not_applicable", "Not applicable"),
                        ],
                        max_length=16,
                        verbose_name="proposed",
                    ),
                ),
                (
                    "proposed_source",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="source of the proposal"
                    ),
                ),
            ],
            options={
                "verbose_name": "finding",
                "verbose_name_plural": "findings",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "requirement", "organisation"), name="finding_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finding__in", ["met", "begun", "not_met", "not_applicable"])
                        ),
                        name="finding_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("imported", True), ("made_by__isnull", True)),
                            models.Q(("imported", False), ("made_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="finding_made_by_unless_imported",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed", ""),
                            ("proposed__in", ["met", "begun", "not_met", "not_applicable"]),
                            _connector="OR",
                        ),
                        name="finding_proposal_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("proposed", ""),
                            ("finding", models.F("proposed")),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="finding_override_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("begun_at", models.DateTimeField(verbose_name="begun")),
                ("first_done_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                ("points", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="grants.application",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment",
                "verbose_name_plural": "assessments",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "number"), name="assessment_number_unique"
                    ),
                    models.UniqueConstraint(
                        fields=("application", "officer"), name="assessment_officer_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 2)),
                        name="assessment_one_or_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_at__isnull", True),
                            ("first_done_at__isnull", False),
                            _connector="OR",
                        ),
                        name="assessment_first_done",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Waiver",
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
                            ("asked", "Waits for a decision"),
                            ("approved", "Approved"),
                            ("refused", "Refused"),
                            ("withdrawn", "No longer holds"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("rule", models.TextField(verbose_name="provision")),
                ("reason", models.TextField(verbose_name="reason")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decision_reason",
                    models.TextField(blank=True, verbose_name="reason for the decision"),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="grants.application",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers_asked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers_decided",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waivers",
                        to="grants.requirement",
                    ),
                ),
            ],
            options={
                "verbose_name": "waiver",
                "verbose_name_plural": "waivers",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "approved"])),
                        fields=("application", "requirement", "organisation"),
                        name="waiver_one_standing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "approved", "refused", "withdrawn"])
                        ),
                        name="waiver_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="waiver_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rule", ""), _negated=True), name="waiver_provision"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "refused"]), _negated=True),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="waiver_decided_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="waiver_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("decision_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="waiver_refusal_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkValue",
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
                ("page", models.CharField(blank=True, max_length=40)),
                ("current", models.BooleanField(default=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_values",
                        to="grants.application",
                    ),
                ),
                (
                    "saved_by",
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
                        fields=("application", "path", "number"), name="workvalue_version_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("application", "path"),
                        name="workvalue_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="workvalue_from_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=40, verbose_name="mark")),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="grants.application",
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
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
                "indexes": [models.Index(fields=["label", "application"], name="casemark_label")],
                "constraints": [
                    models.UniqueConstraint(fields=("application", "label"), name="casemark_once"),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True), name="casemark_named"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from and including")),
                ("ends_on", models.DateField(verbose_name="until and including")),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaves",
                        to="core.agency",
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
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaves",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "substitute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "leave",
                "verbose_name_plural": "leaves",
                "indexes": [models.Index(fields=["agency", "ends_on"], name="leave_agency")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="leave_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person", models.F("substitute")), _negated=True),
                        name="leave_substitute_is_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=2000)),
                (
                    "shared",
                    models.BooleanField(default=False, verbose_name="shared with the agency"),
                ),
                ("saved_at", models.DateTimeField(auto_now=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to="core.agency",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved list",
                "verbose_name_plural": "saved lists",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency", "owner", "name"), name="savedview_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="savedview_named"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Admission",
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
                            ("admitted", "Admitted to be tried"),
                            ("dismiss", "Proposed to be dismissed"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("late", "Came after the last day to apply"),
                            ("not_entitled", "Is not from somebody who may apply"),
                            ("defect_not_remedied", "Has a defect that was not remedied"),
                        ],
                        max_length=20,
                        verbose_name="ground",
                    ),
                ),
                ("reasons", models.TextField(verbose_name="reasons")),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="admissions",
                        to="grants.application",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.incident",
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
                "verbose_name": "admission",
                "verbose_name_plural": "admissions",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["admitted", "dismiss"])),
                        name="admission_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground__in", ["late", "not_entitled", "defect_not_remedied"])
                        ),
                        name="admission_ground_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True), name="admission_reasons"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Communication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="what it is about")),
                ("due", models.DateField(verbose_name="last day to answer")),
                (
                    "sent_in",
                    models.CharField(
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
                        max_length=24,
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="sent")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="communications",
                        to="grants.application",
                    ),
                ),
                (
                    "organisations",
                    models.ManyToManyField(related_name="+", to="applicants.organisation"),
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
                "verbose_name": "communication",
                "verbose_name_plural": "communications",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="communication_text"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NotCommunicating",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("obvious", "It is obviously not needed"),
                            (
                                "obstructs",
                                "It would make the decision considerably harder to carry out",
                            ),
                            (
                                "at_once",
                                "An important interest requires that the decision is made at once",
                            ),
                            ("secret", "Secrecy holds against the applicant"),
                        ],
                        max_length=10,
                        verbose_name="ground",
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("keys", models.JSONField(default=list)),
                ("noted_at", models.DateTimeField(verbose_name="noted")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="not_communicating",
                        to="grants.application",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "note on communication",
                "verbose_name_plural": "notes on communication",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground__in", ["obvious", "obstructs", "at_once", "secret"])
                        ),
                        name="notcommunicating_ground_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="notcommunicating_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="what it is about")),
                ("body", models.TextField(verbose_name="note")),
                ("about", models.DateField(verbose_name="date")),
                (
                    "secrecy",
                    models.CharField(blank=True, max_length=200, verbose_name="secrecy marking"),
                ),
                ("written_at", models.DateTimeField(verbose_name="written")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="grants.application",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "official note",
                "verbose_name_plural": "official notes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("body", ""), _negated=True),
                        ),
                        name="note_says_something",
                    )
                ],
            },
        ),
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
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="core.agency",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "text of the library",
                "verbose_name_plural": "texts of the library",
                "indexes": [models.Index(fields=["agency", "use"], name="agencytext_use")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("use__in", ["grant", "part", "reject", "dismiss", "condition"])
                        ),
                        name="agencytext_use_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True),
                            models.Q(("text", ""), _negated=True),
                        ),
                        name="agencytext_said",
                    ),
                ],
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
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="line_assessments",
                        to="grants.application",
                    ),
                ),
                (
                    "assessed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines_assessed",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assessed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "checked budget line",
                "verbose_name_plural": "checked budget lines",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "number"), name="line_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_sek__gte", 0),
                            models.Q(
                                ("part_sek__isnull", True), ("part_sek__gt", 0), _connector="OR"
                            ),
                        ),
                        name="line_amounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_sek__isnull", True), ("verdict", "")),
                            models.Q(
                                ("approved_sek", models.F("asked_sek")),
                                ("approved_sek__isnull", False),
                                ("verdict", "full"),
                            ),
                            models.Q(
                                ("approved_sek", 0),
                                ("approved_sek__isnull", False),
                                ("verdict", "none"),
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
                    models.CheckConstraint(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="Scenario",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("rules", models.JSONField()),
                ("frame_sek", models.BigIntegerField(verbose_name="to distribute (SEK)")),
                ("candidates", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "What if"),
                            ("adopting", "Becoming proposals"),
                            ("adopted", "Adopted"),
                            ("replaced", "Replaced"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="made")),
                ("adopted_at", models.DateTimeField(null=True, verbose_name="adopted")),
                ("finished_at", models.DateTimeField(null=True)),
                ("lease_token", models.CharField(blank=True, max_length=36)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "adopted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scenarios",
                        to="grants.call",
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
                "verbose_name": "scenario",
                "verbose_name_plural": "scenarios",
                "constraints": [
                    models.UniqueConstraint(fields=("call", "name"), name="scenario_name_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["adopting", "adopted"])),
                        fields=("call",),
                        name="scenario_one_adopted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["draft", "adopting", "adopted", "replaced"])
                        ),
                        name="scenario_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("adopted_by__isnull", True), ("state", "draft")),
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("adopted_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="scenario_adopted_by_someone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupervisionDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "authority",
                    models.CharField(max_length=200, verbose_name="supervising authority"),
                ),
                ("number", models.CharField(max_length=100, verbose_name="register number")),
                ("decided_on", models.DateField(verbose_name="decided")),
                ("adverse", models.BooleanField(verbose_name="shortcomings were found")),
                ("summary", models.TextField(verbose_name="what it says")),
                ("url", models.URLField(blank=True, max_length=500, verbose_name="link")),
                ("entered_at", models.DateTimeField(verbose_name="entered")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
                ("withdrawn_reason", models.TextField(blank=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.agency",
                    ),
                ),
                (
                    "entered_by",
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
                        related_name="supervision_decisions",
                        to="applicants.organisation",
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
                "verbose_name": "supervision decision",
                "verbose_name_plural": "supervision decisions",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        fields=("agency", "organisation", "authority", "number"),
                        name="supervision_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)
                            ),
                            models.Q(
                                ("withdrawn_at__isnull", False),
                                ("withdrawn_by__isnull", False),
                                models.Q(("withdrawn_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="supervision_withdrawn_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommunicatedSource",
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
                            ("opinion", "Opinion"),
                            ("supervision", "Supervision decision"),
                            ("finding", "Finding about a requirement"),
                            ("own", "What the agency has found itself"),
                            ("document", "Document"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=80)),
                ("title", models.CharField(max_length=250, verbose_name="source")),
                ("text", models.TextField(blank=True, verbose_name="what it says")),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                    ),
                ),
                (
                    "communication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources",
                        to="reviews.communication",
                    ),
                ),
            ],
            options={
                "verbose_name": "communicated material",
                "verbose_name_plural": "communicated material",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("communication", "key"),
                        name="communicatedsource_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["opinion", "supervision", "finding", "own", "document"])
                        ),
                        name="communicatedsource_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True),
                            ("file__isnull", False),
                            _connector="OR",
                        ),
                        name="communicatedsource_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommunicationAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(blank=True, verbose_name="answer")),
                ("no_comment", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("late", models.BooleanField(verbose_name="late")),
                (
                    "communication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="reviews.communication",
                    ),
                ),
                (
                    "files",
                    models.ManyToManyField(
                        related_name="communication_answers", to="core.storedfile"
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
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to what was communicated",
                "verbose_name_plural": "answers to what was communicated",
            },
        ),
        migrations.CreateModel(
            name="CommunicationReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("read_at", models.DateTimeField(verbose_name="read")),
                (
                    "communication",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="reviews.communication",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("communication", "organisation"), name="communicationreading_first"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ScenarioAmount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by_rule_sek", models.BigIntegerField()),
                ("amount_sek", models.BigIntegerField(verbose_name="amount (SEK)")),
                ("applied_at", models.DateTimeField(null=True)),
                ("refused", models.CharField(blank=True, max_length=40)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grants.application",
                    ),
                ),
                (
                    "edited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scenario",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="amounts",
                        to="reviews.scenario",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scenario", "application"), name="scenarioamount_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_sek__gte", 0), ("by_rule_sek__gte", 0)),
                        name="scenarioamount_positive",
                    ),
                ],
            },
        ),
        RunEnsureTriggers(),
    ]
