"""Saving lists, and marking cases."""

from django.db import transaction

from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.models import Application
from grants.services.moving import actor_of, locked_application, record, require
from reviews.checks import ReviewRefused
from reviews.models import CaseMark, SavedView

MOST_MARKS = 10
"""So many marks on a case at most."""


@transaction.atomic
def save_view(*, agency: Agency, actor: User, name: str, query: str, shared: bool) -> SavedView:
    """Keep a worklist under a name, over one's own of the same name. Raises PermissionDenied, and
    ReviewRefused without a name or for an address that is too long (`view_name`, `view_query`)."""
    require("reviews.keep_worklist", actor, agency)
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise ReviewRefused("view_name")
    if len(query) > 2000:
        raise ReviewRefused("view_query")
    view, _created = SavedView.objects.update_or_create(
        agency=agency, owner=actor, name=name, defaults={"query": query, "shared": shared}
    )
    _record(view, "view.saved", actor, shared=shared)
    return view


@transaction.atomic
def remove_view(*, view: SavedView, actor: User) -> None:
    """Take away one's own saved list. Raises PermissionDenied."""
    require("reviews.remove_view", actor, view)
    _record(view, "view.removed", actor, shared=view.shared)
    view.delete()


def _record(view: SavedView, name: str, actor: User, *, shared: bool) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=name,
        payload={"agency": view.agency.code, "view": view.pk, "shared": shared},
        actor=actor_of(actor),
    )


@transaction.atomic
def mark_case(*, application: Application, actor: User, label: str) -> CaseMark:
    """Put a word on the case to find it again by; one that is there already stays. Raises
    PermissionDenied, and ReviewRefused (`mark`, `marks`: too many)."""
    application = locked_application(application.pk)
    require("reviews.mark_case", actor, application)
    label = " ".join(label.split()).casefold()
    if not label or len(label) > 40:
        raise ReviewRefused("mark")
    there = {each.label: each for each in CaseMark.objects.filter(application=application)}
    if label in there:
        return there[label]
    if len(there) >= MOST_MARKS:
        raise ReviewRefused("marks")
    mark = CaseMark.objects.create(application=application, label=label, made_by=actor)
    record(application, "case.marked", actor=actor, texts={"mark": label})
    return mark


@transaction.atomic
def unmark_case(*, application: Application, actor: User, label: str) -> None:
    """Take the word away from the case; nothing happens where it is not there. Raises
    PermissionDenied."""
    application = locked_application(application.pk)
    require("reviews.mark_case", actor, application)
    label = " ".join(label.split()).casefold()
    removed, _by_model = CaseMark.objects.filter(application=application, label=label).delete()
    if removed:
        record(application, "case.unmarked", actor=actor, texts={"mark": label})
