"""What cases are found by, and the request for a decision."""

import json

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grants.models.search


def index_words(apps, schema_editor):
    """On PostgreSQL, find a case by the stem of a word."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX casesearch_swedish ON grants_casesearch USING gin (swedish)"
        )


def keep_earlier(apps, schema_editor):
    """The cases received before can be found by their latest version too."""
    from grants.content.search import requested_by_area, said_in

    versions = apps.get_model("grants", "ApplicationVersion").objects
    search = apps.get_model("grants", "CaseSearch")
    area = apps.get_model("grants", "CaseArea")
    for version in versions.order_by("application", "number").iterator(chunk_size=500):
        document = json.loads(version.document)
        pk = version.application_id
        search.objects.update_or_create(application_id=pk, defaults={"text": said_in(document)})
        area.objects.filter(application_id=pk).delete()
        area.objects.bulk_create(
            area(application_id=pk, code=code, requested_sek=amount)
            for code, amount in requested_by_area(document).items()
        )


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("grants", "0014_register_earlier_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseSearch",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search",
                        serialize=False,
                        to="grants.application",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "swedish",
                    models.GeneratedField(
                        db_persist=True,
                        expression=grants.models.search.Stems(models.F("text")),
                        output_field=grants.models.search.SwedishWords(),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseArea",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, verbose_name="area")),
                ("requested_sek", models.BigIntegerField(verbose_name="requested (SEK)")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="grants.application",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["code", "application"], name="casearea_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("application", "code"), name="casearea_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="DelayRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("message", models.TextField(blank=True, verbose_name="message")),
                ("due_on", models.DateField(verbose_name="to be answered by")),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="refused")),
                ("reasons", models.TextField(blank=True, verbose_name="reasons")),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delay_request",
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="applicants.organisation",
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "request for a decision",
                "verbose_name_plural": "requests for a decision",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reasons", ""),
                                ("refused_at__isnull", True),
                                ("refused_by__isnull", True),
                            ),
                            models.Q(
                                ("refused_at__isnull", False),
                                ("refused_by__isnull", False),
                                models.Q(("reasons", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="delayrequest_refused_with_reasons",
                    )
                ],
            },
        ),
        migrations.RunPython(index_words, migrations.RunPython.noop),
        migrations.RunPython(keep_earlier, migrations.RunPython.noop),
    ]
