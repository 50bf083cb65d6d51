"""Reading what officers have written field by field."""

from collections.abc import Iterable

from django.db.models import Q

from grants.content.draft import SavedValue
from grants.models import Application
from reviews.models import WorkValue


def work_values(application: Application, *kinds: str) -> dict[str, SavedValue]:
    """The fields as they now stand, by path. `kinds` are the paths' first steps."""
    wanted = Q()
    for kind in kinds:
        wanted |= Q(path__startswith=f"{kind}.")
    rows = WorkValue.objects.filter(wanted, application=application, current=True)
    return {row.path: saved(row) for row in rows.select_related("saved_by")}


def work_value(application: Application, path: str) -> SavedValue:
    """A field as it now stands; version 0 for one never saved."""
    row = (
        WorkValue.objects.filter(application=application, path=path, current=True)
        .select_related("saved_by")
        .first()
    )
    return SavedValue(path) if row is None else saved(row)


def work_history(application: Application, path: str) -> list[SavedValue]:
    """Every version of a field, the newest first."""
    rows = WorkValue.objects.filter(application=application, path=path)
    return [saved(row) for row in rows.select_related("saved_by").order_by("-number")]


def earlier_work(application: Application, bases: Iterable[tuple[str, int]]) -> dict[str, str]:
    """What the fields said in those versions; those never saved said nothing."""
    wanted = dict(bases)
    rows = WorkValue.objects.filter(application=application, path__in=list(wanted))
    return {
        path: text
        for path, number, text in rows.values_list("path", "number", "text")
        if wanted[path] == number
    }


def saved(row: WorkValue) -> SavedValue:
    """A version of a field."""
    return SavedValue(
        path=row.path,
        text=row.text,
        number=row.number,
        saved_at=row.saved_at,
        saved_by=str(row.saved_by),
    )
