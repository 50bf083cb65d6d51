import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.triggers import RunDropTriggers, RunEnsureTriggers


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_municipality_population"),
        ("grants", "0020_partner_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunDropTriggers(),
        migrations.CreateModel(
            name="CallDraft",
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
                ("document", models.JSONField(verbose_name="document")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("published", "Published"),
                            ("discarded", "Thrown away"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("copy", "A copy of an earlier call"),
                            ("new", "Begun anew"),
                            ("file", "A file"),
                            ("change", "A change of a published call"),
                        ],
                        max_length=10,
                        verbose_name="begun from",
                    ),
                ),
                ("seen", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="published or thrown away"
                    ),
                ),
            ],
            options={
                "verbose_name": "call being made",
                "verbose_name_plural": "calls being made",
            },
        ),
        migrations.AddField(
            model_name="application",
            name="definition_record",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grants.calldefinitionrecord",
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="call_drafts",
                to="core.agency",
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="call",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drafts",
                to="grants.call",
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="record",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drafts",
                to="grants.calldefinitionrecord",
            ),
        ),
        migrations.AddField(
            model_name="calldraft",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grants.calldefinitionrecord",
            ),
        ),
        migrations.AddIndex(
            model_name="calldraft",
            index=models.Index(fields=["agency", "state", "-changed_at"], name="calldraft_agency"),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "published", "discarded"])),
                name="calldraft_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("origin__in", ["copy", "new", "file", "change"])),
                name="calldraft_origin_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("stream__in", ["municipalities", "associations"])),
                name="calldraft_stream_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="calldraft_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True), ("ended_by__isnull", True), ("state", "draft")
                    ),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True),
                        ("ended_at__isnull", False),
                        ("ended_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="calldraft_ended_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("call__isnull", False), ("record__isnull", False), ("state", "published")
                    ),
                    models.Q(
                        models.Q(("state", "published"), _negated=True), ("record__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="calldraft_published_is_recorded",
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True),
                    models.Q(("ended_by", models.F("changed_by")), _negated=True),
                    _connector="OR",
                ),
                name="calldraft_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="calldraft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")),
                fields=("call",),
                name="calldraft_one_change",
            ),
        ),
        RunEnsureTriggers(),
    ]
