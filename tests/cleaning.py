"""Leaving the database as `migrate` left it, after a test whose transactions were real."""

from functools import cached_property
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from core.triggers import without_triggers

_LEFT_ALONE = frozenset({"django_migrations"})
_MUCH = 8_000_000
"""In bytes: when so much has been deleted, the tables are emptied instead."""


class Migrated:
    """The database as `migrate` left it: made before any test, used after each."""

    def __init__(self) -> None:
        self._rows = connection.creation.serialize_db_to_string()
        self._tables = [
            each for each in connection.introspection.table_names() if each not in _LEFT_ALONE
        ]
        self._kept = _filled(self._tables)
        self._state = _state(self._kept)
        self._size = self._grown_to()
        if self._may_leave_triggers_out:
            # A table that was found empty once is planned for as empty when a test fills it.
            with connection.cursor() as cursor:
                for table in self._tables:
                    cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = false)')

    def again(self) -> None:
        """Make it so again."""
        if self._may_leave_triggers_out and self._grown_to() < self._size + _MUCH:
            self._delete()
        else:
            self._flush()

    def _grown_to(self) -> int:
        """The size of the tables in bytes, with the rows that are deleted; 0 on SQLite."""
        if connection.vendor != "postgresql":
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relname = ANY(%s) "
                "AND relnamespace = current_schema()::regnamespace",
                [self._tables],
            )
            return int(cursor.fetchone()[0])

    def _flush(self) -> None:
        """As Django does it, without the triggers that would refuse it."""
        with without_triggers(connection):
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
            connection.creation.deserialize_db_from_string(self._rows)
        # The rows came with their ids: the next id is after them.
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(statement)

    @transaction.atomic
    def _delete(self) -> None:
        """The same on PostgreSQL, which takes seconds to empty every table and to make their
        triggers anew: rows are deleted where there are any, and no trigger is fired."""
        names = ", ".join(f'"{each}"' for each in self._tables)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            # Whoever is still writing is waited for.
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
            for table in _filled(self._tables):
                if table not in self._kept:
                    cursor.execute(f'DELETE FROM "{table}"')
            if _state(self._kept) != self._state:
                for table in self._kept:
                    cursor.execute(f'DELETE FROM "{table}"')
                connection.creation.deserialize_db_from_string(self._rows)

    @cached_property
    def _may_leave_triggers_out(self) -> bool:
        if connection.vendor != "postgresql":
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool(cursor.fetchone()[0])


def _filled(tables: list[str]) -> list[str]:
    """Those that have a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM \"{each}\")" for each in tables
            )
        )
        return [name for (name,) in cursor.fetchall()]


def _state(tables: list[str]) -> list[Any]:
    """What the tables hold, as digests; nothing on SQLite, where it is not asked for."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{each}', md5(string_agg(t::text, chr(10) ORDER BY t::text)) "
                f'FROM "{each}" t'
                for each in tables
            )
        )
        return sorted(cursor.fetchall())


def end_other_sessions() -> None:
    """End what other threads and processes of the run have left open in PostgreSQL's database,
    which is not dropped while anybody is in it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
