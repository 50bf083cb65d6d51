"""Fields that behave alike on SQLite and PostgreSQL."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


class SortKeyField(_Text):
    """A key from `core.formats.swedish_sort_key`, compared byte by byte on both engines.

    Without the collation PostgreSQL would sort it by the database's locale, where `{` (which
    stands before å, ä and ö in the key) may be passed over.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else "BINARY"
        return parameters
