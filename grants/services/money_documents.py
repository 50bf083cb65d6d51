"""Numbering what comes in and goes out about a case's money."""

from datetime import date

from django.utils import translation
from django.utils.translation import gettext

from applicants.models import User
from grants.enums import Direction, DocumentKind
from grants.models import Application, CaseDocument

from .register import register_document


def number_document(
    application: Application,
    direction: Direction,
    source: str,
    *,
    title: str,
    actor: User | None,
    kind: DocumentKind = DocumentKind.OTHER,
    dated_on: date | None = None,
) -> CaseDocument:
    """Number the document of a record just made in a locked case. `title` is an English msgid; it
    is kept in the register's language, Swedish. `dated_on` is a Swedish date, today where none is
    given."""
    with translation.override("sv"):
        words = gettext(title)
    return register_document(
        application=application,
        direction=direction,
        kind=kind,
        source=source,
        actor=actor,
        dated_on=dated_on,
        party=application.lead.name,
        title=words,
        held=True,
    )
