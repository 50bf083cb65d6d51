"""What the database itself refuses, whoever asks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, migrations, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.writer import MigrationWriter

from core import triggers
from core.models import Agency, Event, EventText, Journal, NumberSeries
from core.services.numbering import next_register_number
from tests.core.conftest import tampering

pytestmark = pytest.mark.django_db


ON_SCRATCH = {"postgresql": " ON scratch", "sqlite": ""}


def refused(sql: str) -> str:
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    return str(caught.value)


@pytest.mark.parametrize(
    "column", [field.column for field in Event._meta.concrete_fields if field.column != "id"]
)
def test_no_column_of_an_event_can_be_changed(write: Callable[..., Event], column: str) -> None:
    write()
    message = refused(f"UPDATE core_event SET {column} = {column}")
    assert triggers.CANNOT_CHANGE in message


def test_an_event_cannot_be_removed(write: Callable[..., Event]) -> None:
    write()
    assert triggers.CANNOT_REMOVE in refused("DELETE FROM core_event")
    assert Event.objects.count() == 1


@pytest.mark.sqlite
def test_an_event_cannot_be_replaced(write: Callable[..., Event]) -> None:
    write()
    names = ", ".join(field.column for field in Event._meta.concrete_fields)
    message = refused(f"INSERT OR REPLACE INTO core_event ({names}) SELECT {names} FROM core_event")
    assert triggers.CANNOT_REMOVE in message


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "table", ["core_event", "core_eventtext", "core_journal", "core_numberseries"]
)
def test_no_record_can_be_truncated(table: str) -> None:
    with pytest.raises(IntegrityError, match="cannot be removed"), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "changes",
    [
        "text = 'another'",
        "text = NULL, salt = ''",
        "digest = 'x'",
        "salt = 'x'",
        "name = 'x'",
        "removed_at = '2024-01-01', removed_by_event_id = event_id, text = NULL, salt = '', "
        "digest = 'x'",
        "removed_at = '2024-01-01', removed_by_event_id = event_id, salt = ''",
        "removed_at = '2024-01-01', text = NULL, salt = ''",
    ],
)
def test_a_text_can_only_be_blanked_with_its_decision(
    write: Callable[..., Event], changes: str
) -> None:
    write(texts={"reason": "Anna Berg rang"})
    refused(f"UPDATE core_eventtext SET {changes}")
    assert EventText.objects.get().text == "Anna Berg rang"


def test_a_text_cannot_be_deleted_nor_written_again(write: Callable[..., Event]) -> None:
    write(texts={"reason": "Anna Berg rang"})
    refused("DELETE FROM core_eventtext")
    blank = "text = NULL, salt = '', removed_at = '2024-01-01', removed_by_event_id = event_id"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE core_eventtext SET {blank}")
    refused("UPDATE core_eventtext SET removed_at = '2025-01-01'")


@pytest.mark.parametrize(
    "changes",
    [
        "length = length - 1",
        "head = 'x'",
        "subject = '18'",
        "kind = 'call'",
        "id = id + 1",
        "sealed_length = length + 1",
    ],
)
def test_a_journal_only_grows(write: Callable[..., Event], changes: str) -> None:
    write()
    refused(f"UPDATE core_journal SET {changes}")
    refused("DELETE FROM core_journal")
    assert Journal.objects.get().length == 1


def test_a_seal_is_not_taken_back(write: Callable[..., Event]) -> None:
    write()
    Journal.objects.update(sealed_length=1)
    refused("UPDATE core_journal SET sealed_length = 0")


def test_a_number_series_only_counts_upwards(agency: Agency) -> None:
    next_register_number(agency=agency, year=2024)
    refused("UPDATE core_numberseries SET last = last - 1")
    refused("UPDATE core_numberseries SET year = 2023")
    refused("DELETE FROM core_numberseries")
    assert NumberSeries.objects.get().last == 1


def test_nothing_is_missing_and_nothing_is_made_twice() -> None:
    assert triggers.missing_triggers(connection) == []
    assert triggers.ensure_triggers(connection) == []
    assert triggers.check_triggers(databases=["default"]) == []
    triggers.require_triggers(connection)


def test_a_start_without_triggers_is_refused() -> None:
    with tampering():
        missing = triggers.missing_triggers(connection)
        assert {"core_event_no_update", "core_event_no_delete"} <= set(missing)
        [error] = triggers.check_triggers(databases=["default"])
        assert error.id == "core.E001"
        assert "core_event_no_update" in error.msg
        with pytest.raises(ImproperlyConfigured, match="core_event_no_update"):
            triggers.require_triggers(connection)
        assert set(triggers.ensure_triggers(connection)) == set(missing)
    triggers.require_triggers(connection)


def test_a_start_before_migrate_is_refused(declared: None) -> None:
    triggers.append_only("scratch")
    with pytest.raises(ImproperlyConfigured, match="scratch_no_update"):
        triggers.require_triggers(connection)


def test_the_check_lets_waiting_migrations_make_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *args: [("core", False)])
    with tampering():
        [warning] = triggers.check_triggers(databases=["default"])
    assert warning.id == "core.W001"
    assert not warning.is_serious()


def test_an_older_trigger_of_the_same_name_is_replaced(write: Callable[..., Event]) -> None:
    on = " ON core_event" if connection.vendor == "postgresql" else ""
    harmless = (
        "CREATE TRIGGER core_event_no_update BEFORE UPDATE ON core_event "
        "FOR EACH ROW WHEN (OLD.id IS NULL) EXECUTE FUNCTION core_event_no_update()"
        if on
        else "CREATE TRIGGER core_event_no_update BEFORE UPDATE ON core_event BEGIN SELECT 1; END"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER core_event_no_update{on}")
        cursor.execute(harmless)
    assert triggers.missing_triggers(connection) == ["core_event_no_update"]
    assert triggers.ensure_triggers(connection) == ["core_event_no_update"]
    write()
    refused("UPDATE core_event SET name = name")


@pytest.mark.postgresql
def test_a_trigger_switched_off_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_event DISABLE TRIGGER core_event_no_delete")
    assert triggers.missing_triggers(connection) == ["core_event_no_delete"]
    triggers.ensure_triggers(connection)
    assert triggers.missing_triggers(connection) == []


@pytest.mark.sqlite
def test_a_start_where_replace_fires_no_trigger_is_refused() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        try:
            with pytest.raises(ImproperlyConfigured, match="recursive_triggers"):
                triggers.require_triggers(connection)
            assert [e.id for e in triggers.check_triggers(databases=["default"])] == ["core.E002"]
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", [Event, EventText, Journal])
def test_triggers_outlive_a_rebuilt_table(model: type) -> None:
    state = MigrationExecutor(connection).loader.project_state()
    for operation in (triggers.RunDropTriggers(), triggers.RunEnsureTriggers()):
        with connection.schema_editor() as editor:
            operation.database_forwards("core", editor, state, state)
            if isinstance(operation, triggers.RunDropTriggers) and connection.vendor == "sqlite":
                editor._remake_table(model)
    assert triggers.missing_triggers(connection) == []


def test_the_operations_can_be_written_to_a_migration() -> None:
    class Migration(migrations.Migration):
        operations = [triggers.RunDropTriggers(), triggers.RunEnsureTriggers()]

    text = MigrationWriter(Migration("0009_x", "core")).as_string()
    found: dict[str, Any] = {}
    exec(text, found)  # noqa: S102 - the file as Django writes it
    assert [type(operation) for operation in found["Migration"].operations] == [
        triggers.RunDropTriggers,
        triggers.RunEnsureTriggers,
    ]


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declarations made here are forgotten afterwards."""
    monkeypatch.setattr(triggers, "_declared", dict(triggers._declared))


@pytest.fixture
def scratch(declared: None) -> Iterator[None]:
    """An app's table with a row of 100 kronor."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch (id integer PRIMARY KEY, kronor integer, note text)")
        cursor.execute("INSERT INTO scratch VALUES (1, 100, 'it''s')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE scratch")


def test_an_app_declares_an_append_only_table(scratch: None) -> None:
    triggers.append_only("scratch")
    made = triggers.ensure_triggers(connection)
    truncate = ["scratch_no_truncate"] if connection.vendor == "postgresql" else []
    assert made == ["scratch_no_update", "scratch_no_delete", *truncate]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO scratch VALUES (2, 0, '')")
    refused("UPDATE scratch SET kronor = 0")
    refused("DELETE FROM scratch")


def test_an_app_declares_a_condition(scratch: None) -> None:
    triggers.refuse(
        name="scratch_frame",
        table="scratch",
        on="INSERT",
        when="NEW.kronor + (SELECT sum(kronor) FROM scratch) > 150",
        message="The frame's passed.",
    )
    triggers.ensure_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO scratch VALUES (2, 50, '')")
    assert "The frame's passed." in refused("INSERT INTO scratch VALUES (3, 1, '')")


def test_a_trigger_waits_for_the_tables_it_looks_into(scratch: None) -> None:
    triggers.refuse(
        name="scratch_known",
        table="scratch",
        on="INSERT",
        when="NOT EXISTS (SELECT 1 FROM scratch_notes WHERE id = NEW.id)",
        message="Not known.",
        needs=("scratch_notes",),
    )
    assert triggers.ensure_triggers(connection) == []
    with pytest.raises(ImproperlyConfigured, match="scratch_known"):
        triggers.require_triggers(connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch_notes (id integer PRIMARY KEY)")
        cursor.execute("INSERT INTO scratch_notes VALUES (2)")
    assert triggers.ensure_triggers(connection) == ["scratch_known"]
    assert "Not known." in refused("INSERT INTO scratch VALUES (3, 0, '')")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO scratch VALUES (2, 0, '')")
        cursor.execute("DROP TRIGGER scratch_known" + ON_SCRATCH[connection.vendor])
        cursor.execute("DROP TABLE scratch_notes")


def test_an_app_declares_a_trigger_by_its_sql(scratch: None) -> None:
    triggers.custom(
        name="scratch_stamp",
        table="scratch",
        sqlite="create trigger if not exists scratch_stamp AFTER INSERT ON scratch BEGIN "
        "UPDATE scratch SET note = 'new' WHERE id = NEW.id; END;",
        postgres="CREATE OR REPLACE FUNCTION scratch_stamp() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.note = 'new'; RETURN NEW; END $$; CREATE TRIGGER scratch_stamp "
        "BEFORE INSERT ON scratch FOR EACH ROW EXECUTE FUNCTION scratch_stamp();",
    )
    assert triggers.ensure_triggers(connection) == ["scratch_stamp"]
    assert triggers.ensure_triggers(connection) == []
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO scratch VALUES (2, 50, '')")
        cursor.execute("SELECT note FROM scratch ORDER BY id")
        assert cursor.fetchall() == [("it's",), ("new",)]


@pytest.mark.parametrize(
    ("name", "table", "sqlite"),
    [
        ("Bad Name", "scratch", ""),
        ("fine", "scratch; DROP", ""),
        ("fine", "scratch", "CREATE TRIGGER another BEFORE UPDATE ON scratch BEGIN SELECT 1; END"),
        ("core_event_no_update", "scratch", ""),
    ],
)
def test_a_declaration_that_cannot_be_right_is_refused(
    declared: None, name: str, table: str, sqlite: str
) -> None:
    with pytest.raises(ValueError, match="trigger"):
        triggers.custom(name=name, table=table, sqlite=sqlite, postgres="")


def test_a_declaration_may_be_imported_twice(declared: None) -> None:
    before = dict(triggers._declared)
    triggers.append_only("core_event")
    assert triggers._declared == before
