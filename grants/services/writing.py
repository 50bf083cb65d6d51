"""Writing an application, field by field: nothing that was saved is lost or silently replaced."""

from collections.abc import Collection, Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from applicants.models import User
from applicants.rules import SIGNATORIES, WRITERS
from applicants.selectors import organisations_acted_for
from grants.content.draft import Draft, SavedRow, SavedValue
from grants.content.fields import field_spec
from grants.content.paths import is_open, organisation_of, row_of, row_path
from grants.enums import Approval, NoticeKind, ParticipationRole, RowKind, Status
from grants.models import Application, DraftRow, DraftValue, Participation
from grants.selectors import participants_of
from grants.selectors.draft import draft_of, rows_of, saved_values, surroundings_of
from grants.selectors.people import people_of_participation

from .drafts import FieldLocked
from .moving import UnknownField, locked_application, record
from .notices import notify
from .signing import take_back_approval
from .versions import ValueChanged, canonical_over, put_version

MONEY_FIELDS = ("amount_sek", "other_sek")

__all__ = [
    "ValueChanged",
    "add_row",
    "ask_again",
    "changed_parts",
    "is_writable",
    "put_value",
    "remove_row",
    "restore_row",
    "save_value",
    "written_for",
]


@transaction.atomic
def save_value(
    *,
    application: Application,
    path: str,
    text: str,
    base: int,
    actor: User,
    page: str = "",
    language: str = "sv",
) -> SavedValue:
    """Save one field over its version `base` (0: never saved), and give it as it now stands.

    The same text again makes no version. A save over a version that is not the newest is
    refused, unless the newest is the same text, or was saved by the same person from the same
    `page`. Raises PermissionDenied, FieldLocked, UnknownField, ValueChanged, and
    core.definitions.UnfitValueError for what the field does not take.
    """
    application = locked_application(application.pk)
    values, rows = saved_values(application), rows_of(application)
    draft = draft_of(application, values, rows)
    parts = list(participants_of(application))
    _may_write(application, path, actor, parts, rows)
    spec = field_spec(application.definition, path, surroundings_of(draft, rows, parts), language)
    if spec is None:
        raise UnknownField(path)
    there = values.get(path, SavedValue(path))
    canonical = canonical_over(
        application.values, spec=spec, text=text, base=base, there=there, actor=actor, page=page
    )
    if canonical is None:
        return there
    saved = put_value(
        application=application,
        path=path,
        text=canonical,
        number=there.number + 1,
        by=actor,
        page=page,
    )
    values = {**values, path: saved}
    after = draft_of(application, values, rows)
    _follow_up(application, draft, after, parts, actor=actor, path=path)
    return saved


def put_value(
    *,
    application: Application,
    path: str,
    text: str,
    number: int,
    by: User | None,
    page: str = "",
    source: str = "",
) -> SavedValue:
    """Keep a value as the field's newest version. The application is locked."""
    return put_version(
        DraftValue,
        application=application,
        path=path,
        text=text,
        number=number,
        by=by,
        page=page,
        source=source,
    )


@transaction.atomic
def add_row(*, application: Application, kind: RowKind, actor: User, area: str = "") -> DraftRow:
    """Add an activity of an area, a budget line, or other funding, with nothing in it but, for
    a budget line, the organisation of the one who adds it where that is clear.

    Raises PermissionDenied, FieldLocked, and UnknownField for an area the call does not have.
    """
    application = locked_application(application.pk)
    parts = list(participants_of(application))
    _may_add(application, kind, actor, parts)
    if (kind is RowKind.ACTIVITY) != bool(area) or (
        area and application.definition.area(area) is None
    ):
        raise UnknownField(area)
    newest = application.rows.aggregate(newest=Max("number"))["newest"] or 0
    row = DraftRow.objects.create(
        application=application,
        number=newest + 1,
        kind=kind,
        area=area,
        created_at=timezone.now(),
        created_by=actor,
    )
    if kind is RowKind.LINE:
        own = written_for(actor, parts)
        if len(own) == 1:
            path = row_path(row.number, "organisation")
            put_value(application=application, path=path, text=str(min(own)), number=1, by=actor)
    return row


@transaction.atomic
def remove_row(*, application: Application, number: int, actor: User) -> DraftRow:
    """Take a row away; `restore_row` brings it back as it was. Raises PermissionDenied,
    FieldLocked, UnknownField."""
    return _set_removed(application, number, actor, removed=True)


@transaction.atomic
def restore_row(*, application: Application, number: int, actor: User) -> DraftRow:
    """Bring a removed row back. Raises PermissionDenied, FieldLocked, UnknownField."""
    return _set_removed(application, number, actor, removed=False)


def _set_removed(application: Application, number: int, actor: User, *, removed: bool) -> DraftRow:
    application = locked_application(application.pk)
    row = application.rows.filter(number=number).first()
    if row is None:
        raise UnknownField(f"row.{number}")
    rows = rows_of(application)
    parts = list(participants_of(application))
    _may_write(
        application,
        f"row.{number}",
        actor,
        parts,
        [*rows, SavedRow(row.number, RowKind(row.kind), row.area)],
    )
    values = saved_values(application)
    before = draft_of(application, values, rows)
    row.removed_at = timezone.now() if removed else None
    row.removed_by = actor if removed else None
    row.save(update_fields=["removed_at", "removed_by"])
    after = draft_of(application, values)
    _follow_up(application, before, after, parts, actor=actor, path=f"row.{number}")
    return row


def written_for(actor: User, parts: Iterable[Participation]) -> frozenset[int]:
    """Those of the taking-part organisations that the actor writes for, by the same rule as the
    permissions `grants.write_application` and `grants.write_part`, in one query."""
    acted_for = organisations_acted_for(actor, WRITERS).values_list("pk", flat=True)
    return frozenset(acted_for) & {part.organisation_id for part in parts}


def _may_write(
    application: Application,
    path: str,
    actor: User,
    parts: Iterable[Participation],
    rows: Iterable[SavedRow],
) -> None:
    """Raise PermissionDenied or FieldLocked unless the actor may write the field now.

    An organisation's own part is written by its own people, the rest by everyone who writes
    for an organisation that takes part; areas, questions and activities by the lead.
    """
    of = organisation_of(path)
    own = written_for(actor, parts)
    writes_for_lead = application.lead_id in own
    kind = next((row.kind for row in rows if row.number == row_of(path)), None)
    if of is not None:
        allowed = of in own
    elif kind in {RowKind.LINE, RowKind.FUNDING}:
        allowed = writes_for_lead or bool(own)
    else:
        allowed = writes_for_lead
    if not allowed:
        raise PermissionDenied("grants.write_application")
    if not is_writable(application, path, str(kind or "")):
        raise FieldLocked


def _may_add(
    application: Application, kind: RowKind, actor: User, parts: Iterable[Participation]
) -> None:
    own = written_for(actor, parts)
    allowed = application.lead_id in own or (kind is not RowKind.ACTIVITY and bool(own))
    if not allowed:
        raise PermissionDenied("grants.write_application")
    if not is_writable(application, "row", str(kind)):
        raise FieldLocked


def is_writable(application: Application, path: str, kind: str = "") -> bool:
    """Whether anyone may write the field now; of a row's field, `kind` is the row's."""
    if application.status == Status.COMPLETION_REQUESTED:
        return is_open(path, application.completion_fields, kind=kind)
    return bool(application.status == Status.DRAFT)


def _follow_up(
    application: Application,
    before: Draft,
    after: Draft,
    parts: Iterable[Participation],
    *,
    actor: User,
    path: str,
) -> None:
    """What a change brings with it: the amount asked for, and approvals that no longer hold."""
    requested = after.requested_sek or None
    if application.status == Status.COMPLETION_REQUESTED and requested is None:
        raise FieldLocked
    if requested != application.requested_sek:
        application.requested_sek = requested
        application.save(update_fields=["requested_sek"])
    changed = changed_parts(before, after, path)
    ask_again_where_answered(application, parts, changed=changed, actor=actor)


def ask_again_where_answered(
    application: Application,
    parts: Iterable[Participation],
    *,
    changed: Collection[int | None],
    actor: User,
) -> None:
    """Let the partners whose part has changed approve anew, where they had answered."""
    for part in parts:
        if (
            part.role == ParticipationRole.PARTNER
            and part.organisation_id in changed
            and part.approval in {Approval.APPROVED, Approval.DECLINED}
        ):
            ask_again(application=application, participation=part, actor=actor)


def changed_parts(before: Draft, after: Draft, path: str) -> frozenset[int]:
    """The organisations whose own part a change is in: answers, requirements, budget share."""
    own = organisation_of(path)
    found = {own} if own is not None else set()
    there = {line.number: line for line in before.lines}
    now = {line.number: line for line in after.lines}
    for number in there.keys() | now.keys():
        if there.get(number) != now.get(number):
            found |= {
                line.organisation
                for line in (there.get(number), now.get(number))
                if line is not None and line.organisation is not None
            }
    return frozenset(found)


def ask_again(*, application: Application, participation: Participation, actor: User) -> None:
    """Let an answered partner approve anew, since its part has changed."""
    take_back_approval(application, participation.organisation_id)
    Participation.objects.filter(pk=participation.pk).update(
        approval=Approval.WAITING, asked_again=F("asked_again") + 1
    )
    record(
        application,
        "participation.changed",
        actor=actor,
        payload={"organisation": participation.organisation_id},
    )
    notify(
        application=application,
        people=people_of_participation(participation, SIGNATORIES),
        kind=NoticeKind.APPROVAL_NEEDED,
        key=f"{participation.pk}:{participation.asked_again + 1}",
    )
