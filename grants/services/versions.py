"""Fields that keep their history: nothing that was saved is lost or silently replaced.

Shared by what applicants write (`grants.models.DraftValue`) and what officers write in a case.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from applicants.models import User
from core.services.rows import insert
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec
from grants.models import Application


class ValueChanged(Exception):
    """Somebody has saved the field since the page was opened: `theirs` is what is there now,
    `mine` what was about to be saved."""

    def __init__(self, *, path: str, mine: str, theirs: SavedValue, spec: FieldSpec) -> None:
        self.path = path
        self.mine = mine
        self.theirs = theirs
        self.spec = spec
        super().__init__(path)


def canonical_over(
    kept: models.Manager[Any] | models.QuerySet[Any],
    *,
    spec: FieldSpec,
    text: str,
    base: int,
    there: SavedValue,
    actor: User,
    page: str,
) -> str | None:
    """What is to be kept over the version `base` of the field; None where it says so already.

    `kept` are the versions of the application, `there` the newest. A save over a version that is
    not the newest is refused, unless the newest is the same text, or was saved by the same person
    from the same `page`. Raises ValueChanged, and core.definitions.UnfitValueError for what the
    field does not take.
    """
    canonical = spec.canonical(text)
    if canonical == there.text:
        return None
    if base != there.number:
        newest = kept.filter(path=spec.path, current=True).first()
        own = newest is not None and newest.page == page and newest.saved_by_id == actor.pk
        if not page or not own:
            raise ValueChanged(path=spec.path, mine=canonical, theirs=there, spec=spec)
    return canonical


def put_version(
    model: type[models.Model],
    *,
    application: Application,
    path: str,
    text: str,
    number: int,
    by: User | None,
    page: str = "",
    **more: Any,
) -> SavedValue:
    """Keep a value as the field's newest version. The application is locked."""
    of = {"application": application}
    return keep_version(model, of=of, path=path, text=text, number=number, by=by, page=page, **more)


def keep_version(
    model: type[models.Model],
    *,
    of: Mapping[str, models.Model],
    path: str,
    text: str,
    number: int,
    by: User | None,
    page: str = "",
    **more: Any,
) -> SavedValue:
    """The same of whatever the values belong to (`of`: the model's field, and what is locked)."""
    versions: models.Manager[Any] = model._default_manager
    versions.filter(**of, path=path, current=True).update(current=False)
    kept: Any = insert(
        model(
            **of,
            path=path,
            number=number,
            text=text,
            saved_at=timezone.now(),
            saved_by=by,
            page=page,
            **more,
        )
    )
    return SavedValue(
        path=path,
        text=text,
        number=number,
        saved_at=kept.saved_at,
        saved_by=str(by) if by else "",
        source=more.get("source", ""),
    )
