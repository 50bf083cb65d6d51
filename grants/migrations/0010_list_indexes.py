"""The list of applications is read in its orders, and searched, whatever its length."""

import django.db.models.functions.comparison
from django.db import migrations, models, transaction
from django.db.utils import DatabaseError

SEARCHES = {
    "application_search": (
        "grants_application USING gin "
        "(upper(reference) gin_trgm_ops, upper(register_number) gin_trgm_ops)"
    ),
    "organisation_search": "applicants_organisation USING gin (sort_key gin_trgm_ops)",
}


def add_search(apps, schema_editor):
    """On PostgreSQL, find a part of a number or a name by its trigrams.

    Where whoever migrates may not add the extension and it is not there, a search reads the
    whole table instead.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError:
            return
        for name, on in SEARCHES.items():
            cursor.execute(f"CREATE INDEX {name} ON {on}")


def drop_search(apps, schema_editor):
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in SEARCHES:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("applicants", "0002_organisations_and_mandates"),
        ("grants", "0004_drafts_and_papers"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="application", name="application_call_status"),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["call", "status", "partner_count", "requested_sek", "granted_sek"],
                name="application_sums",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["-received_at", "-id"], name="application_latest"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                fields=["status", "-received_at", "-id"], name="application_by_status"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["requested_sek", "id"], name="application_by_requested"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce("granted_sek", models.Value(-1)),
                models.F("id"),
                name="application_by_granted",
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                models.Case(
                    models.When(register_number="", then="reference"),
                    default="register_number",
                ),
                models.F("id"),
                name="application_by_number",
            ),
        ),
        migrations.RunPython(add_search, drop_search),
    ]
