"""What staff keep about their worklists, and who is away."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("core", "0004_outbox_journal_and_incidents"),
        ("grants", "0015_search_and_delay"),
        ("reviews", "0002_assessment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            ],
            options={
                "verbose_name": "mark",
                "verbose_name_plural": "marks",
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
            ],
            options={
                "verbose_name": "leave",
                "verbose_name_plural": "leaves",
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
            ],
            options={
                "verbose_name": "saved list",
                "verbose_name_plural": "saved lists",
            },
        ),
        migrations.AddField(
            model_name="casemark",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="marks",
                to="grants.application",
            ),
        ),
        migrations.AddField(
            model_name="casemark",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="leaves", to="core.agency"
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leaves",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="leave",
            name="substitute",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="substitutions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="saved_views",
                to="core.agency",
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="saved_views",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="casemark",
            index=models.Index(fields=["label", "application"], name="casemark_label"),
        ),
        migrations.AddConstraint(
            model_name="casemark",
            constraint=models.UniqueConstraint(
                fields=("application", "label"), name="casemark_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="casemark",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True), name="casemark_named"
            ),
        ),
        migrations.AddIndex(
            model_name="leave",
            index=models.Index(fields=["agency", "ends_on"], name="leave_agency"),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="leave_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("substitute")), _negated=True),
                name="leave_substitute_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                fields=("agency", "owner", "name"), name="savedview_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="savedview_named"
            ),
        ),
    ]
