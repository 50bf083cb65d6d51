"""Texts in both languages, and the base of every definition document."""

import string
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from core.definitions.faults import fault

LANGUAGES = ("sv", "en")


class Document(BaseModel):
    """Part of a definition document: frozen, and unknown fields are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values, checked like a new document: pydantic's own copy checks
        nothing, and takes cached look-ups along."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**values, **(update or {})})


def _key(value: str) -> str:
    letters = value.replace("_", "a")
    if not (letters.isascii() and letters.isalnum() and value[:1].isalpha() and value.islower()):
        raise fault("not_a_code", value=value, separator="_")
    return value


def _code(value: str) -> str:
    letters = value.replace("_", "a").replace("-", "a")
    if not (letters.isascii() and letters.isalnum() and value[:1].isalpha() and value.islower()):
        raise fault("not_a_code", value=value, separator="_ -")
    return value


Key = Annotated[str, AfterValidator(_key)]
"""A stable key (`^[a-z][a-z0-9_]*$`) of a question, option, area or requirement."""

Code = Annotated[str, AfterValidator(_code)]
"""As a Key, hyphens too: the code of a document, such as kommuner-2013."""

WholeNumber = Annotated[int, Field(strict=True)]
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class LocalText(Document):
    """One text in Swedish and English; neither may be empty."""

    sv: NonEmpty
    en: NonEmpty

    def in_(self, language: str) -> str:
        """The text in `language` (sv, en, also sv-se); Swedish where the language is another."""
        return self.en if language.lower().split("-")[0] == "en" else self.sv

    def filled(self, language: str, **params: object) -> str:
        """The text with its `{placeholders}` filled; raises KeyError for one not given."""
        return self.in_(language).format(**params)

    def placeholders(self) -> frozenset[str]:
        """The names in braces in either language. Raises ValueError on braces that do not match."""
        parts = [part for text in (self.sv, self.en) for part in string.Formatter().parse(text)]
        return frozenset(name for _, name, _, _ in parts if name is not None)
