"""Partners are found by their organisation, and organisations by a part of their number."""

from django.db import migrations, models

from core.triggers import RunEnsureTriggers


def add_search(apps, schema_editor):
    """On PostgreSQL, by its trigrams; where the extension is not there, a search reads them all."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            cursor.execute(
                "CREATE INDEX organisation_number_search "
                "ON applicants_organisation USING gin (org_no gin_trgm_ops)"
            )


def drop_search(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS organisation_number_search")


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("grants", "0019_claims"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="participation",
            index=models.Index(
                condition=models.Q(("role", "partner")),
                fields=["organisation", "application"],
                name="participation_partners",
            ),
        ),
        migrations.RunPython(add_search, drop_search),
        RunEnsureTriggers(),
    ]
