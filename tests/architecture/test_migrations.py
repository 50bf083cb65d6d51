"""Migrations say what the models say, and leave the triggers in place."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from core.triggers import RunEnsureTriggers, ensure_triggers, missing_triggers
from core.triggers import _declared as declared

APPS = ["applicants", "core", "grants", "reporting", "reviews"]


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.django_db
def test_migrate_alone_makes_every_trigger() -> None:
    assert missing_triggers(connection) == []
    assert ensure_triggers(connection) == []


def test_a_migration_that_touches_a_guarded_table_ends_with_its_triggers() -> None:
    """SQLite drops a table's triggers when it rebuilds the table."""
    guarded = {trigger.table for trigger in declared.values()}
    models = {
        (model._meta.app_label, model._meta.model_name)
        for model in apps.get_models()
        if model._meta.db_table in guarded
    }
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wrong = []
    for (app, name), migration in loader.disk_migrations.items():
        if app not in APPS or not migration.operations:
            continue
        touched = {
            (app, str(getattr(operation, attribute, "")).lower())
            for operation in migration.operations
            for attribute in ("model_name", "name")
        }
        ends = isinstance(migration.operations[-1], RunEnsureTriggers)
        if touched & models and not ends and not _followed(loader, app, name):
            wrong.append(f"{app}.{name}")
    assert wrong == []


def _followed(loader: MigrationLoader, app: str, name: str) -> bool:
    """An app's first migration may leave the triggers to its second, which nothing precedes."""
    own = sorted(
        n for (a, n), each in loader.disk_migrations.items() if a == app and not each.replaces
    )
    if own[:1] != [name] or len(own) < 2:
        return False
    second = loader.disk_migrations[(app, own[1])]
    return isinstance(second.operations[-1], RunEnsureTriggers)


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_the_triggers_are_back_after_a_test_with_real_transactions() -> None:
    from core.triggers import drop_triggers

    drop_triggers(connection)
    assert missing_triggers(connection) != []
    ensure_triggers(connection)
    assert missing_triggers(connection) == []
