"""All that the pages need on which an application is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from applicants.models import Organisation
from applicants.rules import WRITERS, mandates_held
from applicants.selectors import organisation_ids_of, organisations_acted_for
from core.selectors.prepared import Prepared
from grants.checks import Finding, Snapshot
from grants.content.draft import Draft, SavedRow, SavedValue
from grants.content.fields import Surroundings
from grants.content.paths import is_open, organisation_of, row_of
from grants.definitions import ApplicationForm, CallDefinition
from grants.enums import RowKind, Status
from grants.models import (
    Application,
    Attachment,
    Call,
    CompletionRequest,
    DraftRow,
    DraftValue,
    Participation,
)
from grants.selectors.cases import with_part_of
from grants.selectors.draft import (
    attachments_of,
    draft_of,
    participants_with_history,
    saved_values,
    surroundings_of,
)
from grants.selectors.submission import leads_others, snapshot_of

UNDO_FOR = timedelta(days=1)
"""How long a removed row is offered back on its page."""
MOST_OFFERED = 3


@dataclass(frozen=True, kw_only=True)
class Room:
    """An application as one of its writers or readers meets it. `own` are the organisations
    taking part that the person writes for, `form` the call's application form."""

    application: Application
    definition: CallDefinition
    form: ApplicationForm
    values: Mapping[str, SavedValue]
    rows: tuple[SavedRow, ...]
    removed: tuple[DraftRow, ...]
    draft: Draft
    parts: tuple[Participation, ...]
    files: tuple[Attachment, ...]
    around: Surroundings
    own: frozenset[int]

    def value(self, path: str) -> SavedValue:
        """A field as it now stands; version 0 for one never saved."""
        return self.values.get(path) or SavedValue(path)

    @property
    def lead(self) -> Organisation:
        """The lead applicant."""
        return self.application.lead

    @property
    def writes_for_lead(self) -> bool:
        """Whether the person writes the application as a whole."""
        return self.application.lead_id in self.own

    @property
    def is_open(self) -> bool:
        """Whether anything of it can be written now."""
        return self.application.status in {Status.DRAFT, Status.COMPLETION_REQUESTED}

    @property
    def last_saved(self) -> SavedValue | None:
        """The field that was saved last by a person."""
        saved = [each for each in self.values.values() if each.saved_at and each.saved_by]
        return max(saved, key=lambda each: (each.saved_at, each.number), default=None)

    def kind_of_row(self, number: int | None) -> RowKind | None:
        """What the row is; None for one that is not there."""
        return self.around.rows.get(number) if number is not None else None

    def may_write(self, path: str) -> bool:
        """Whether the person may write the field now, by the rule that saving goes by."""
        kind = self.kind_of_row(row_of(path))
        of = organisation_of(path)
        if of is not None:
            allowed = of in self.own
        elif kind in {RowKind.LINE, RowKind.FUNDING}:
            allowed = bool(self.own)
        else:
            allowed = self.writes_for_lead
        return allowed and self.is_unlocked(path, kind)

    def may_add(self, kind: RowKind) -> bool:
        """Whether the person may add a row of that kind now."""
        allowed = self.writes_for_lead or (kind is not RowKind.ACTIVITY and bool(self.own))
        return allowed and self.is_unlocked("row", kind)

    def is_unlocked(self, path: str, kind: RowKind | None = None) -> bool:
        """Whether the field's state lets anyone write it."""
        if self.application.status == Status.DRAFT:
            return True
        if self.application.status != Status.COMPLETION_REQUESTED:
            return False
        return is_open(path, self.application.completion_fields, kind=str(kind or ""))

    @cached_property
    def checked(self) -> tuple[Snapshot, tuple[Finding, ...]]:
        """What submitting would go by, and everything its checks say."""
        return snapshot_of(self.application, self.draft, parts=self.parts, files=self.files)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that the checks say."""
        return self.checked[1]

    @cached_property
    def request(self) -> CompletionRequest | None:
        """What the agency has asked to be completed, as long as it is open."""
        if self.application.status != Status.COMPLETION_REQUESTED:
            return None
        return self.application.completion_requests.filter(closed_at__isnull=True).first()

    @property
    def questions(self) -> Mapping[str, str]:
        """What the officer asks about each field named, by its name."""
        return dict(self.request.items) if self.request else {}


def room_of(user: Any, pk: int) -> Room | None:
    """The application, for one who acts for an organisation in it; None for all others, and
    for a call that has no application form."""
    application = _room_application.first(organisation_ids_of(user), pk)
    if application is None:
        return None
    definition = application.definition
    if definition.application is None:
        return None
    values = saved_values(application)
    # Those removed come along: the page offers them back.
    all_rows = _all_rows(application.pk)
    rows = [
        SavedRow(row.number, RowKind(row.kind), row.area)
        for row in all_rows
        if row.removed_at is None
    ]
    draft = draft_of(application, values, rows)
    parts = tuple(participants_with_history(application))
    acted_for = {held.organisation_id for held in mandates_held(user) if held.role in WRITERS}
    return Room(
        application=application,
        definition=definition,
        form=definition.application,
        values=values,
        rows=tuple(rows),
        removed=tuple(row for row in all_rows if row.removed_at is not None),
        draft=draft,
        parts=parts,
        files=tuple(attachments_of(application)),
        around=surroundings_of(draft, rows, parts),
        own=frozenset(acted_for) & {part.organisation_id for part in parts},
    )


_all_rows = Prepared(
    lambda application: DraftRow.objects.filter(application=application).order_by("number")
)


def application_of(user: Any, pk: int) -> Application | None:
    """The application alone, for one who acts for an organisation in it."""
    return _application.first(organisation_ids_of(user), pk)


def _written(organisations: Any, pk: Any) -> QuerySet[Application]:
    return (
        with_part_of(organisations)
        .exclude(status=Status.DISCARDED)
        .select_related("call__agency", "call__definition_record", "lead")
        .defer("call__definition_record__document")
        .filter(pk=pk)
    )


_application = Prepared(_written)
_room_application = Prepared(
    lambda organisations, pk: _written(organisations, pk).annotate(leads_others=leads_others())
)


def removed_lately(room: Room, kind: RowKind, area: str = "") -> list[DraftRow]:
    """The rows of that kind that were removed lately, the last first."""
    since = timezone.now() - UNDO_FOR
    found = [
        (row.removed_at, row.number, row)
        for row in room.removed
        if row.kind == kind and row.area == area and row.removed_at and row.removed_at >= since
    ]
    return [row for _at, _number, row in sorted(found, reverse=True)[:MOST_OFFERED]]


def earlier_texts(application: Application, bases: Mapping[str, int]) -> dict[str, str]:
    """What the fields said in those versions; one query, and those never saved said nothing."""
    found = DraftValue.objects.filter(application=application, path__in=list(bases))
    return {
        path: text
        for path, number, text in found.values_list("path", "number", "text")
        if bases[path] == number
    }


def call_to_apply_in(agency: str, code: str) -> Call | None:
    """The call with that code at that agency."""
    return (
        Call.objects.filter(agency__code=agency, code=code)
        .select_related("agency", "definition_record")
        .defer("definition_record__document")
        .first()
    )


def drafts_in(call: Call, organisations: list[Organisation]) -> list[Application]:
    """The applications in the call that these organisations lead and have not thrown away or
    withdrawn, the newest first."""
    return list(
        Application.objects.filter(call=call, lead__in=organisations)
        .exclude(status__in=[str(Status.DISCARDED), str(Status.WITHDRAWN)])
        .order_by("-created_at", "-pk")
    )


def organisations_with_earlier(call: Call, organisations: list[Organisation]) -> frozenset[int]:
    """Those that sent in an application in the stream's call of the year before, at the same
    agency, written in a form."""
    found = Application.objects.filter(
        call__agency=call.agency_id,
        call__stream=call.stream,
        call__year=call.year - 1,
        lead__in=organisations,
        values__isnull=False,
    ).exclude(status__in=[str(Status.DRAFT), str(Status.DISCARDED)])
    return frozenset(found.values_list("lead_id", flat=True))


def written_for(user: Any) -> list[Organisation]:
    """The organisations that the person writes for, in Swedish order."""
    return list(organisations_acted_for(user, WRITERS).order_by("sort_key", "pk"))


def earlier_applications(call: Call, organisations: list[Organisation]) -> QuerySet[Application]:
    """Applications written here that these organisations led in the stream's earlier calls at
    the same agency, the newest first."""
    return (
        Application.objects.filter(
            call__agency=call.agency_id,
            call__stream=call.stream,
            call__year__lt=call.year,
            lead__in=organisations,
            values__isnull=False,
        )
        .exclude(status__in=[str(Status.DRAFT), str(Status.DISCARDED)])
        .select_related("call__agency", "call__definition_record", "lead")
        .order_by("-call__year", "-pk")
        .distinct()
    )
