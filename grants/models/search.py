"""What a case can be found by: its words, and the areas that it applies for."""

from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, GeneratedField, Lookup
from django.utils.translation import gettext_lazy as _

from .applications import Application


class SwedishWords(models.Field[str, str]):
    """The word stems of a Swedish text: a `tsvector` on PostgreSQL, nothing on SQLite."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"


@SwedishWords.register_lookup
class Says(Lookup[str]):
    """`swedish__says="kvinnojour"`: the words as people write them in a search field, in any
    inflection. On PostgreSQL only."""

    lookup_name = "says"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        right, more = self.process_rhs(compiler, connection)
        return f"{left} @@ websearch_to_tsquery('swedish', {right})", (*params, *more)


class Stems(Func):
    """The word stems of a text, on PostgreSQL; SQLite knows none."""

    template = "to_tsvector('swedish'::regconfig, %(expressions)s)"

    def as_sqlite(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[Any, ...]]:
        return "NULL", ()


class CaseSearch(models.Model):
    """What a case's latest version says, for the search: `text` in small letters, and on
    PostgreSQL its `swedish` word stems, which the database itself keeps."""

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, primary_key=True, related_name="search"
    )
    text = models.TextField()
    swedish = GeneratedField(
        expression=Stems(F("text")), output_field=SwedishWords(), db_persist=True
    )

    def __str__(self) -> str:
        return str(self.application_id)


class CaseArea(models.Model):
    """An area that a case's latest version applies for, and what is asked for in it, whole SEK."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(_("area"), max_length=60)
    requested_sek = models.BigIntegerField(_("requested (SEK)"))

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["code", "application"], name="casearea_code"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "code"], name="casearea_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.code}"
