"""The list of reports is read in its order, and searched, whatever its length."""

from django.db import migrations, models, transaction
from django.db.utils import DatabaseError


def add_search(apps, schema_editor):
    """On PostgreSQL, find a part of a reference by its trigrams.

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
        cursor.execute(
            "CREATE INDEX report_search ON reporting_report USING gin (upper(code) gin_trgm_ops)"
        )


def drop_search(apps, schema_editor):
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS report_search")


class Migration(migrations.Migration):
    dependencies = [("reporting", "0002_report_received_offset")]

    operations = [
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["-first_received_at", "-id"], name="report_latest"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["code", "id"], name="report_by_code"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["year", "id"], name="report_by_year"),
        ),
        migrations.RunPython(add_search, drop_search),
    ]
