"""Leaving out the cases that a conflict of interest (jäv) shuts a person out of."""

from typing import Any

from django.db.models import QuerySet

from applicants.rules import is_person, is_remembered
from grants.models import Application, ShutOut
from grants.rules import shut_out_ids


def cases_shut_out_of(user: Any) -> frozenset[int] | QuerySet[Any, Any]:
    """The ids of those cases for an `…__in`: themselves where they are remembered for the
    request, so that a list costs what it did where there are none; else a subquery."""
    if not is_person(user):
        return frozenset()
    if is_remembered(user):
        return shut_out_ids(user)
    return ShutOut.objects.filter(user=user).values("application")


def without_shut_out[Row: Any](
    rows: QuerySet[Row], user: Any, *, case: str = "pk"
) -> QuerySet[Row]:
    """The rows without those of cases that the person sees nothing of; `case` is the path from
    a row to its application. Every list of cases, or of what stands in cases, passes here."""
    out = cases_shut_out_of(user)
    if isinstance(out, frozenset) and not out:
        return rows
    return rows.exclude(**{f"{case}__in": out})


def shut_out_people(application: Application) -> QuerySet[Any, Any]:
    """Those who see nothing of the case, for a `…__in` of accounts."""
    return application.shut_out.values("user")
