"""Telling the call's journal that its reports were taken out as data."""

from collections.abc import Mapping

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from grants.models import Call
from reporting import rules as reporting_rules

# Asking for a permission that nobody has declared would deny it: the declarations are loaded.
assert reporting_rules.is_analyst_of_agency is not None  # noqa: S101


def require_export(*, call: Call, actor: User) -> None:
    """Raise PermissionDenied for anyone but the agency's analysts."""
    if not rules.has_perm("reporting.export_reports", actor, call.agency):
        raise PermissionDenied("reporting.export_reports")


@transaction.atomic
def record_export(
    *, call: Call, actor: User, kind: str, texts: bool, sha256: str, rows: Mapping[str, int]
) -> None:
    """Record what was taken out: the kind of file, whether with free words, its checksum and how
    many rows of each table. Raises PermissionDenied."""
    require_export(call=call, actor=actor)
    journal.append(
        kind=JournalKind.CALL,
        subject=str(call.pk),
        name="reports.exported",
        payload={"format": kind, "free_words": texts, "sha256": sha256, "rows": dict(rows)},
        actor=journal.Actor.person(actor),
    )
