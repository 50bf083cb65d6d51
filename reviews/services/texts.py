"""Keeping the agency's own library of texts."""

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.services.moving import actor_of, require
from reviews.checks import ReviewRefused
from reviews.enums import TextUse
from reviews.models import AgencyText

from . import in_hand

# The permissions are declared where the reviews' rules are loaded.
assert in_hand is not None  # noqa: S101


@transaction.atomic
def add_text(*, agency: Agency, actor: User, use: TextUse, title: str, text: str) -> AgencyText:
    """Add a text to the library. Raises PermissionDenied for others than the agency's case
    officers, ReviewRefused `text` without a title or a text."""
    require("reviews.keep_texts", actor, agency)
    _said(title, text)
    row = AgencyText.objects.create(
        agency=agency,
        use=use,
        title=title.strip(),
        text=text.strip(),
        changed_by=actor,
        changed_at=timezone.now(),
    )
    _record(row, "library.added", actor)
    return row


@transaction.atomic
def change_text(
    *, text_id: int, actor: User, base: int, use: TextUse, title: str, text: str
) -> AgencyText:
    """Change a text of the library over its version `base`. Proposals that began from it keep
    what they say.

    Raises PermissionDenied; ReviewRefused `text` without a title or a text, `changed` where
    somebody else has changed it meanwhile.
    """
    row = _locked(text_id, actor)
    _said(title, text)
    if row.number != base:
        raise ReviewRefused("changed")
    row.use, row.title, row.text = use, title.strip(), text.strip()
    _keep(row, "library.changed", actor)
    return row


@transaction.atomic
def retire_text(*, text_id: int, actor: User, retire: bool) -> AgencyText:
    """Offer a text of the library no longer, or again. Raises PermissionDenied."""
    row = _locked(text_id, actor)
    if (row.retired_at is not None) != retire:
        row.retired_at = timezone.now() if retire else None
        _keep(row, "library.retired" if retire else "library.restored", actor)
    return row


def _said(title: str, text: str) -> None:
    if not title.strip() or not text.strip():
        raise ReviewRefused("text")


def _locked(text_id: int, actor: User) -> AgencyText:
    row = (
        AgencyText.objects.select_for_update(of=("self",)).select_related("agency").get(pk=text_id)
    )
    require("reviews.keep_texts", actor, row.agency)
    return row


def _keep(row: AgencyText, event: str, actor: User) -> None:
    row.number += 1
    row.changed_by, row.changed_at = actor, timezone.now()
    row.save()
    _record(row, event, actor)


def _record(row: AgencyText, event: str, actor: User) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=event,
        payload={"agency": row.agency.code, "text": row.pk, "use": row.use, "number": row.number},
        actor=actor_of(actor),
        texts={"title": row.title, "text": row.text},
    )
