"""Beginning from an earlier application: what the new call's form still has is taken along."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.definitions import UnfitValueError
from grants.content.fields import FieldSpec, Surroundings, field_spec
from grants.content.paths import organisation_of, row_of
from grants.enums import RowKind
from grants.models import Application, Call, DraftRow
from grants.selectors import participants_of
from grants.selectors.draft import draft_of, rows_of, saved_values, surroundings_of

from .drafts import create_draft
from .moving import record, require
from .writing import put_value


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of a copy. `left_out` are values that the new form has no field for, or that its
    field does not take, as (label in the old form, text); `new` are fields that the earlier
    form did not have."""

    application: Application
    left_out: tuple[tuple[str, str], ...]
    new: tuple[str, ...]


@transaction.atomic
def copy_application(
    *, source: Application, call: Call, actor: User, language: str = "sv"
) -> Copied:
    """Begin an application in `call` from an earlier one of the same lead: texts, areas,
    activities and budget lines, without partners, files, and what belongs to a year (the
    requirements' answers).

    Raises PermissionDenied for one who does not write for the lead or may not read the source,
    ValueError where either call has no application form.
    """
    require("grants.view_application", actor, source)
    require("grants.create_application", actor, source.lead)
    old, new = source.definition, call.definition
    if old.application is None or new.application is None:
        raise ValueError("only an application with a form can be copied")
    values, rows = saved_values(source), rows_of(source)
    application = create_draft(call=call, lead=source.lead, actor=actor)
    kept = [row for row in rows if row.kind is not RowKind.ACTIVITY or new.area(row.area)]
    DraftRow.objects.bulk_create(
        DraftRow(
            application=application,
            number=row.number,
            kind=row.kind,
            area=row.area,
            created_at=timezone.now(),
            created_by=actor,
        )
        for row in kept
    )
    draft = draft_of(source, values, rows)
    was = surroundings_of(draft, rows, participants_of(source))
    here = Surroundings(
        activities={
            each.number: each.title for each in draft.activities if new.area(each.area) is not None
        },
        organisations={source.lead_id: source.lead.name},
        rows={row.number: row.kind for row in kept},
    )
    left_out: list[tuple[str, str]] = []
    for path, value in sorted(values.items()):
        if not value.text or path.startswith("requirement."):
            continue
        if organisation_of(path) not in (None, source.lead_id):
            continue
        if (number := row_of(path)) is not None and number not in was.rows:
            continue  # of a row that was removed
        if path.endswith(".organisation") and value.text != str(source.lead_id):
            continue
        text = _fitting(field_spec(new, path, here, language), value.text)
        if text is None:
            before = field_spec(old, path, was, language)
            left_out.append((str(before.label) if before else path, value.text))
            continue
        put_value(
            application=application,
            path=path,
            text=text,
            number=1,
            by=actor,
            source=f"application:{source.pk}",
        )
    application.requested_sek = draft_of(application).requested_sek or None
    application.save(update_fields=["requested_sek"])
    record(
        application,
        "application.copied",
        actor=actor,
        payload={"from": source.pk},
        on_behalf_of=source.lead,
    )
    return Copied(application, tuple(left_out), _new_fields(source, application, language))


def _fitting(spec: FieldSpec | None, text: str) -> str | None:
    if spec is None:
        return None
    try:
        return spec.canonical(text)
    except UnfitValueError:
        return None


def _new_fields(source: Application, application: Application, language: str) -> tuple[str, ...]:
    """The labels of questions that the earlier call's form did not ask."""
    old, new = source.definition.application, application.definition.application
    if old is None or new is None:
        return ()
    found: list[str] = []
    for before, now in ((old.questionnaire, new.questionnaire), (old.part, new.part)):
        for section in now.sections if now else ():
            found += [
                question.text.in_(language)
                for question in section.questions
                if before is None or not before.has_question(question.key)
            ]
    return tuple(dict.fromkeys(found))
