"""Reading an application as it is being written."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.checks import canonical_json, sha256_text
from core.selectors.prepared import Prepared, knowing
from grants.content.draft import Draft, SavedRow, SavedValue, draft_from
from grants.content.fields import FieldSpec, Surroundings, can_be_named, field_spec
from grants.content.paths import UnlockableField, organisation_of
from grants.enums import RowKind, Status
from grants.models import Application, Attachment, Call, DraftRow, DraftValue, Participation

from .cases import own_applications, participants_of, participations_in


def saved_values(application: Application) -> dict[str, SavedValue]:
    """Every field that has been saved, as it now stands, by its path; one query."""
    return {
        path: SavedValue(
            path=path,
            text=text,
            number=number,
            saved_at=saved_at,
            # As a person is called.
            saved_by=name or email or "",
            source=source,
        )
        for path, text, number, saved_at, source, name, email in _values(application.pk)
    }


_values = Prepared(
    lambda application: DraftValue.objects.filter(
        application=application, current=True
    ).values_list(
        "path", "text", "number", "saved_at", "source", "saved_by__name", "saved_by__email"
    )
)


def _saved(value: DraftValue) -> SavedValue:
    return SavedValue(
        path=value.path,
        text=value.text,
        number=value.number,
        saved_at=value.saved_at,
        saved_by=str(value.saved_by) if value.saved_by else "",
        source=value.source,
    )


def saved_value(application: Application, path: str) -> SavedValue:
    """One field as it now stands; version 0 for one never saved."""
    found = DraftValue.objects.filter(application=application, path=path, current=True)
    value = found.select_related("saved_by").first()
    return _saved(value) if value else SavedValue(path)


def history_of_value(application: Application, path: str) -> list[SavedValue]:
    """Every version of a field, the newest first."""
    found = DraftValue.objects.filter(application=application, path=path)
    return [_saved(each) for each in found.select_related("saved_by").order_by("-number")]


def rows_of(application: Application) -> list[SavedRow]:
    """The rows that have not been removed; one query."""
    return [SavedRow(number, RowKind(kind), area) for number, kind, area in _rows(application.pk)]


_rows = Prepared(
    lambda application: (
        DraftRow.objects.filter(application=application, removed_at__isnull=True)
        .order_by("number")
        .values_list("number", "kind", "area")
    )
)


def draft_of(
    application: Application,
    values: Mapping[str, SavedValue] | None = None,
    rows: Iterable[SavedRow] | None = None,
) -> Draft:
    """The application put together from its fields; two queries, or none where they are given.

    Raises ValueError for a call without an application form.
    """
    if values is None:
        texts = dict(_texts(application.pk))
    else:
        texts = {path: value.text for path, value in values.items()}
    return draft_from(
        application.definition,
        texts,
        rows_of(application) if rows is None else rows,
    )


_texts = Prepared(
    lambda application: DraftValue.objects.filter(
        application=application, current=True
    ).values_list("path", "text")
)


def surroundings_of(
    draft: Draft, rows: Iterable[SavedRow], participations: Iterable[Participation]
) -> Surroundings:
    """What a budget line's options are made of."""
    return Surroundings(
        activities={each.number: each.title or f"{each.number}" for each in draft.activities},
        organisations={part.organisation_id: part.organisation.name for part in participations},
        rows={row.number: row.kind for row in rows},
    )


def field_of(application: Application, path: str, language: str) -> FieldSpec | None:
    """The field with that path in this application's form; None where there is none."""
    values, rows = saved_values(application), rows_of(application)
    draft = draft_of(application, values, rows)
    around = surroundings_of(draft, rows, participants_of(application))
    return field_spec(application.definition, path, around, language)


def names_unknown(application: Application, names: Iterable[str]) -> list[str]:
    """Those of the names that a completion request cannot name in this application."""
    definition = application.definition
    if definition.application is None:
        return [name for name in names if name not in UnlockableField]
    rows = rows_of(application)
    draft = draft_of(application, rows=rows)
    around = surroundings_of(draft, rows, participants_of(application))
    return [name for name in names if not can_be_named(definition, name, around)]


def attachments_of(application: Application) -> list[Attachment]:
    """The files in the case that have not been removed, in the order they were added; without
    the evidence of a partner that has been left out, which is there again if it is invited anew.
    """
    return knowing(_attachments(application.pk), application=application)


def _attached(application: Any) -> QuerySet[Attachment]:
    takes_part = Participation.objects.filter(
        application=OuterRef("application"), organisation=OuterRef("organisation")
    )
    return (
        Attachment.objects.filter(
            Q(Exists(takes_part)) | ~Q(place__startswith="requirement."),
            application=application,
            removed_at__isnull=True,
        )
        .select_related("file", "organisation", "added_by")
        .order_by("added_at", "pk")
    )


_attachments = Prepared(_attached)


def own_attachments(user: Any) -> QuerySet[Attachment]:
    """The files of the applications that the person takes part in, also those not sent in."""
    own = own_applications(user).exclude(status=Status.DISCARDED)
    return Attachment.objects.filter(application__in=own.values("pk")).select_related(
        "file", "application"
    )


def participants_with_history(application: Application) -> list[Participation]:
    """Who takes part, as `participants_of`, with `granted_before`: whether the organisation was
    granted money the year before, as `granted_the_year_before` has it."""
    return knowing(_with_history(application.pk), application=application)


def _granted_before() -> Exists:
    found = Participation.objects.filter(
        organisation=OuterRef("organisation"),
        application__call__agency=OuterRef("application__call__agency"),
        application__call__stream=OuterRef("application__call__stream"),
        application__call__year=OuterRef("application__call__year") - 1,
        application__granted_sek__isnull=False,
    )
    return Exists(found)


_with_history = Prepared(
    lambda application: participations_in(application).annotate(granted_before=_granted_before())
)


def granted_the_year_before(call: Call, organisation_ids: Iterable[int]) -> frozenset[int]:
    """Which of the organisations were granted money, as lead or partner, by the same agency in
    the stream's call of the year before. Their organisation number tells units apart."""
    ids = list(organisation_ids)
    found = Participation.objects.filter(
        organisation__in=ids,
        application__call__agency=call.agency_id,
        application__call__stream=call.stream,
        application__call__year=call.year - 1,
        application__granted_sek__isnull=False,
    )
    return frozenset(found.values_list("organisation_id", flat=True))


def part_sha256(draft: Draft, organisation: int, files: Iterable[Attachment] = ()) -> str:
    """The SHA-256 of a partner's own part: what its signatory approves. Of `files`, those in the
    case, the evidence at its own requirements is in it."""
    part = draft.part(organisation)
    evidence = sorted(
        [each.place, each.file.name, each.file.sha256]
        for each in files
        if organisation_of(each.place) == organisation
    )
    content: dict[str, Any] = {
        "organisation": organisation,
        "answers": sorted(
            [key, sorted(part.options(area, key)), part.value(area, key) or ""]
            for area, key in {*part.choices, *part.values}
        ),
        "requirements": sorted(
            [each.requirement, each.state or "", each.how, each.link]
            for each in draft.requirements.values()
            if each.organisation == organisation
        ),
        "lines": [
            [line.category, line.text, line.amount_sek, line.other_sek, line.activity]
            for line in draft.lines
            if line.organisation == organisation and not line.is_empty
        ],
    }
    if evidence:
        content["evidence"] = evidence
    return sha256_text(canonical_json(content))


def copied_from(application: Application) -> int | None:
    """The id of the application that this one was begun from; None for one begun empty."""
    first = DraftValue.objects.filter(
        application=application, number=1, source__startswith="application:"
    ).first()
    return int(first.source.removeprefix("application:")) if first else None
