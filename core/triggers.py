"""Triggers that refuse what no service may do, on SQLite and PostgreSQL alike.

Each app declares its own in `<app>/triggers.py`, which `CoreConfig.ready` imports; every
migration that touches such a table ends with `RunEnsureTriggers()`, since SQLite drops a
table's triggers when it rebuilds it. A migration that alters such a table also begins with
`RunDropTriggers()`: SQLite refuses to rename a table while a trigger on another one names it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.checks import sha256_text

CANNOT_CHANGE = gettext_noop("This row is a record and cannot be changed.")
CANNOT_REMOVE = gettext_noop("This row is a record and cannot be removed.")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CREATE = re.compile(r"CREATE\s+TRIGGER\s+(IF\s+NOT\s+EXISTS\s+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger's whole SQL on each engine; empty where the engine has no such thing."""

    name: str
    table: str
    sqlite: str
    postgres: str
    needs: tuple[str, ...] = ()

    @property
    def tables(self) -> set[str]:
        return {self.table, *self.needs}

    def sql(self, connection: BaseDatabaseWrapper) -> str:
        return self.postgres if connection.vendor == "postgresql" else self.sqlite

    def mark(self, connection: BaseDatabaseWrapper) -> str:
        """What tells an outdated trigger: its SQL, or on PostgreSQL the comment it carries."""
        if connection.vendor == "postgresql":
            return sha256_text(self.postgres)
        return _sqlite_body(self.sqlite)


def _sqlite_body(sql: str) -> str:
    """The SQL from the trigger's name on, which is what SQLite keeps as it was written."""
    return _CREATE.sub("", sql, count=1).rstrip("; \n")


_declared: dict[str, Trigger] = {}


def custom(
    *, name: str, table: str, sqlite: str, postgres: str, needs: tuple[str, ...] = ()
) -> None:
    """Declare a trigger by its whole SQL on each engine.

    `sqlite` is one `CREATE TRIGGER name …` statement; `postgres` is the function and the
    `CREATE TRIGGER name …` after it. Either may be empty. They are run after an older trigger
    of that name has been dropped. `needs` are the other tables that the SQL looks into: the
    trigger is made when they are there too. Raises ValueError for a name that is not in its
    SQL, or that another declaration has.
    """
    trigger = Trigger(name, table, sqlite.strip(), postgres.strip(), needs)
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(table):
        raise ValueError(f"not the name of a trigger and a table: {name!r}, {table!r}")
    for sql in (trigger.sqlite, trigger.postgres):
        if sql and not re.search(rf'\b(TRIGGER|EXISTS)\s+"?{name}"?\s', sql, re.IGNORECASE):
            raise ValueError(f"the SQL does not create the trigger {name}")
    if _declared.setdefault(name, trigger) != trigger:
        raise ValueError(f"another trigger has the name {name}")


def refuse(
    *,
    name: str,
    table: str,
    on: str,
    message: str,
    when: str = "",
    needs: tuple[str, ...] = (),
) -> None:
    """Declare a trigger that refuses rows for which the SQL condition `when` holds.

    `on` is INSERT, UPDATE or DELETE; `when` may speak of NEW and OLD and look into other
    tables, and must be understood by both engines (no condition refuses every row). What is
    refused raises django.db.IntegrityError with `message`, an English msgid. `needs` are the
    other tables.
    """
    text = message.replace("'", "''")
    condition = f"\nWHEN ({when})" if when else ""
    sqlite = (
        f'CREATE TRIGGER "{name}" BEFORE {on} ON "{table}" FOR EACH ROW{condition}\n'
        f"BEGIN SELECT RAISE(ABORT, '{text}'); END"
    )
    result = "OLD" if on == "DELETE" else "NEW"
    raising = f"RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = '{text}';"
    body = f"IF ({when}) THEN {raising} END IF;" if when else raising
    postgres = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
        f"BEGIN {body} RETURN {result}; END $body$;\n"
        f'CREATE TRIGGER {name} BEFORE {on} ON "{table}" FOR EACH ROW EXECUTE FUNCTION {name}();'
    )
    custom(name=name, table=table, sqlite=sqlite, postgres=postgres, needs=needs)


def refuse_removal(table: str) -> None:
    """Declare that rows of the table are never deleted, nor, on PostgreSQL, truncated."""
    refuse(name=f"{table}_no_delete", table=table, on="DELETE", message=CANNOT_REMOVE)
    name = f"{table}_no_truncate"
    custom(
        name=name,
        table=table,
        sqlite="",
        postgres=(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
            f"BEGIN RAISE EXCEPTION USING ERRCODE = '23000', MESSAGE = '{CANNOT_REMOVE}'; "
            "END $body$;\n"
            f'CREATE TRIGGER {name} BEFORE TRUNCATE ON "{table}" '
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}();"
        ),
    )


def append_only(table: str) -> None:
    """Declare that rows of the table are never changed or removed once they are there."""
    refuse(name=f"{table}_no_update", table=table, on="UPDATE", message=CANNOT_CHANGE)
    refuse_removal(table)


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The triggers that are there and switched on, each with what tells its version."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, coalesce(obj_description(t.oid, 'pg_trigger'), '') "
                "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') "
                "AND c.relnamespace = current_schema()::regnamespace"
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            return {name: _sqlite_body(sql) for name, sql in cursor.fetchall()}
        return dict(cursor.fetchall())


def _wanted(connection: BaseDatabaseWrapper) -> list[Trigger]:
    tables = set(connection.introspection.table_names())
    return [t for t in _declared.values() if t.tables <= tables and t.sql(connection)]


def _missing(connection: BaseDatabaseWrapper) -> list[Trigger]:
    present = _present(connection)
    return [
        trigger
        for trigger in _wanted(connection)
        if present.get(trigger.name) != trigger.mark(connection)
    ]


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The declared triggers, of tables that exist, that are absent, switched off or outdated."""
    return [trigger.name for trigger in _missing(connection)]


def ensure_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Make every declared trigger whose table exists; those already right are left alone.

    Returns the names of those made. Can be run at any time, any number of times.
    """
    made = _missing(connection)
    if made:
        _settle(connection)
    with connection.cursor() as cursor:
        for trigger in made:
            _drop(connection, cursor, trigger)
            cursor.execute(trigger.sql(connection))
            if connection.vendor == "postgresql":
                cursor.execute(
                    f'COMMENT ON TRIGGER {trigger.name} ON "{trigger.table}" '
                    f"IS '{trigger.mark(connection)}'"
                )
    return [trigger.name for trigger in made]


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Drop every declared trigger: for migrations that rebuild tables, and for a test's flush."""
    _settle(connection)
    with connection.cursor() as cursor:
        for trigger in _wanted(connection):
            _drop(connection, cursor, trigger)


def _settle(connection: BaseDatabaseWrapper) -> None:
    """PostgreSQL drops no trigger of a table while foreign keys wait to be checked for it."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def _drop(connection: BaseDatabaseWrapper, cursor: Any, trigger: Trigger) -> None:
    where = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
    cursor.execute(f'DROP TRIGGER IF EXISTS "{trigger.name}"{where}')


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the triggers away for a while; they are back when the block ends, however it ends.

    For rebuilding and for tests: no service has a reason to call it.
    """
    drop_triggers(connection)
    try:
        yield
    finally:
        ensure_triggers(connection)


class _TriggerOperation(Operation):
    """An operation that looks at the database alone: unlike `RunPython` it has no use for the
    models as they were, which take longer to put together than all the rest of a migration."""

    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""


class RunEnsureTriggers(_TriggerOperation):
    """The last operation of every migration that touches a table with triggers."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        ensure_triggers(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        drop_triggers(schema_editor.connection)


class RunDropTriggers(_TriggerOperation):
    """The first operation of a migration that alters a table with triggers."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        drop_triggers(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        ensure_triggers(schema_editor.connection)


def require_triggers(connection: BaseDatabaseWrapper) -> None:
    """Called when a web server or worker starts. Raises ImproperlyConfigured when any trigger,
    or the table it guards, is missing, or when SQLite would not fire them for REPLACE."""
    tables = set(connection.introspection.table_names())
    missing = [t.name for t in _declared.values() if not t.tables <= tables]
    missing += missing_triggers(connection)
    if missing:
        raise ImproperlyConfigured(
            _("The database lacks these triggers: %(names)s. Run migrate, then ensure_triggers.")
            % {"names": ", ".join(sorted(missing))}
        )
    if not _replace_fires_triggers(connection):
        raise ImproperlyConfigured(_("SQLite runs without recursive_triggers."))


def _replace_fires_triggers(connection: BaseDatabaseWrapper) -> bool:
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        return bool(cursor.fetchone()[0])


@register(Tags.database)
def check_triggers(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Errors for missing triggers; only warnings while migrations wait, which will make them."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        names = missing_triggers(connection)
        if names:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
            found.append(
                (Warning if waiting else Error)(
                    _("The database lacks these triggers: %(names)s.")
                    % {"names": ", ".join(names)},
                    hint=_("Run manage.py migrate, then manage.py ensure_triggers."),
                    obj=alias,
                    id="core.W001" if waiting else "core.E001",
                )
            )
        if not _replace_fires_triggers(connection):
            found.append(
                Error(_("SQLite runs without recursive_triggers."), obj=alias, id="core.E002")
            )
    return found


append_only("core_event")
refuse_removal("core_eventtext")
refuse(
    name="core_eventtext_only_blanked",
    table="core_eventtext",
    on="UPDATE",
    when=(
        "NOT (OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL "
        "AND NEW.removed_by_event_id IS NOT NULL AND NEW.text IS NULL AND NEW.salt = '' "
        "AND NEW.id = OLD.id AND NEW.event_id = OLD.event_id "
        "AND NEW.name = OLD.name AND NEW.digest = OLD.digest)"
    ),
    message=gettext_noop("A text in the journal cannot be changed, only removed by a decision."),
)
refuse_removal("core_journal")
refuse(
    name="core_journal_only_grows",
    table="core_journal",
    on="UPDATE",
    when=(
        "NEW.length < OLD.length OR NEW.sealed_length < OLD.sealed_length "
        "OR (NEW.length = OLD.length AND NEW.head <> OLD.head) "
        "OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject"
    ),
    message=gettext_noop("A journal only grows."),
)
refuse_removal("core_numberseries")
refuse(
    name="core_numberseries_only_counts",
    table="core_numberseries",
    on="UPDATE",
    when=(
        "NEW.last < OLD.last OR NEW.id <> OLD.id "
        "OR NEW.agency_id <> OLD.agency_id OR NEW.year <> OLD.year"
    ),
    message=gettext_noop("A number series only counts upwards."),
)
