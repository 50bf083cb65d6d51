"""An application as the checks see it, and as it is kept when it is sent in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from applicants.enums import Signing
from applicants.models import Mandate
from applicants.rules import mandates_on
from core.definitions import WHOLE, Answers, Questionnaire
from core.selectors.prepared import Prepared
from grants.checks import AttachedFile, Finding, Participant, Snapshot, run
from grants.content.draft import Draft
from grants.content.paths import organisation_of
from grants.enums import Approval, ParticipationRole, Status
from grants.models import Application, Attachment, Call, Participation

from .cases import participants_of
from .draft import attachments_of, draft_of, granted_the_year_before

_LEADING_NOTHING = (str(Status.DRAFT), str(Status.DISCARDED), str(Status.WITHDRAWN))
_ANSWER = {Approval.APPROVED: True, Approval.DECLINED: False}


def snapshot_of(
    application: Application,
    draft: Draft | None = None,
    *,
    parts: Iterable[Participation] | None = None,
    files: Iterable[Attachment] | None = None,
) -> tuple[Snapshot, tuple[Finding, ...]]:
    """What the checks go by, and everything they say of it; what is given is not asked for."""
    call = application.call
    definition = application.definition
    parts = list(participants_of(application) if parts is None else parts)
    ids = [part.organisation_id for part in parts]
    has_form = definition.application is not None
    before = _granted_before(call, parts) if has_form else frozenset()
    signed = _signable(ids) if has_form else None
    if has_form and draft is None:
        draft = draft_of(application)
    snapshot = Snapshot(
        kinds=frozenset(definition.who_may_apply),
        frame_sek=call.frame_sek,
        opens_on=call.opens_on,
        today=timezone.localdate(),
        requested_sek=application.requested_sek,
        participants=tuple(
            Participant(
                organisation=part.organisation_id,
                kind=part.organisation.kind,
                is_lead=part.role == ParticipationRole.LEAD,
                approved=_ANSWER.get(Approval(part.approval)),
                granted_before=part.organisation_id in before,
                owes=_owes(part),
                can_be_signed=None if signed is None else part.organisation_id in signed,
            )
            for part in parts
        ),
        leads_others=_leads_others(application),
        definition=definition if has_form else None,
        draft=draft,
        files=_files(attachments_of(application) if files is None else files) if has_form else (),
    )
    return snapshot, run(snapshot)


def _owes(part: Participation) -> bool:
    """Whether the organisation has not paid back in time what the agency claimed of it."""
    due = getattr(part, "debt_due", None)
    return due is not None and due < timezone.localdate()


def leads_others() -> Exists:
    """Whether an application's lead leads another in the same call: to annotate it with, as
    `leads_others`, which saves the checks a query."""
    others = Application.objects.filter(call=OuterRef("call"), lead=OuterRef("lead")).exclude(
        status__in=_LEADING_NOTHING
    )
    return Exists(others.exclude(pk=OuterRef("pk")))


def _leads_others(application: Application) -> bool:
    known: bool | None = getattr(application, "leads_others", None)
    if known is None:
        known = bool(_led(application.call_id, application.lead_id, application.pk))
    return known


_led = Prepared(
    lambda call, lead, but: (
        Application.objects.filter(call=call, lead=lead)
        .exclude(pk=but)
        .exclude(status__in=_LEADING_NOTHING)
        .values_list("pk", flat=True)[:1]
    )
)


def _granted_before(call: Call, parts: Sequence[Participation]) -> frozenset[int]:
    """As `granted_the_year_before`, by the annotation where the parts have it."""
    if all(hasattr(part, "granted_before") for part in parts):
        return frozenset(
            part.organisation_id for part in parts if getattr(part, "granted_before", False)
        )
    return granted_the_year_before(call, [part.organisation_id for part in parts])


def _signable(organisation_ids: list[int]) -> frozenset[int]:
    """The organisations for which one may sign alone today, or two together."""
    jointly: dict[int, int] = {}
    alone: set[int] = set()
    for organisation, signing in _signing(organisation_ids, timezone.localdate()):
        if signing == Signing.SOLE:
            alone.add(organisation)
        else:
            jointly[organisation] = jointly.get(organisation, 0) + 1
    return frozenset(alone | {each for each, number in jointly.items() if number > 1})


_signing = Prepared(
    lambda organisations, today: (
        Mandate.objects.filter(mandates_on(today), organisation__pk__in=organisations)
        .exclude(signing="")
        .values_list("organisation_id", "signing")
    )
)


def _files(attachments: Iterable[Attachment]) -> tuple[AttachedFile, ...]:
    return tuple(
        AttachedFile(
            place=each.place,
            organisation=each.organisation_id,
            state=each.file.state,
            sha256=each.file.sha256,
            name=each.file.name,
        )
        for each in attachments
    )


def document_of(
    application: Application,
    draft: Draft | None = None,
    *,
    parts: Iterable[Participation] | None = None,
    files: Iterable[Attachment] | None = None,
    before: Collection[int] | None = None,
) -> dict[str, Any]:
    """Exactly what is sent in, as JSON values: organisations as they are now, and no clocks.
    What is given is not asked of the database; `before` are the snapshot's `granted_before`.

    Organisations are named by their place in `participants`, counted from 0. A requirement that
    is put to an organisation is there also when it has not been answered.
    """
    call = application.call
    record = application.record
    parts = list(participants_of(application) if parts is None else parts)
    document: dict[str, Any] = {
        "call": call.code,
        "definition": {"code": record.code, "version": record.version, "sha256": record.sha256},
        "participants": [_participant(part) for part in parts],
        "requested_sek": application.requested_sek,
    }
    form = record.definition.application
    if form is None:
        return document
    draft = draft_of(application) if draft is None else draft
    places = {part.organisation_id: place for place, part in enumerate(parts)}
    areas = [
        {
            "area": area,
            "answers": _answers(form.questionnaire, draft.answers, area),
            "activities": [
                {
                    "number": each.number,
                    "title": each.title,
                    "description": each.description,
                    "time": each.time,
                }
                for each in draft.activities
                if each.area == area
            ],
        }
        for area in draft.areas
    ]
    lines = [
        {
            "number": line.number,
            "activity": line.activity,
            "organisation": places.get(line.organisation or 0),
            "category": line.category,
            "text": line.text,
            "amount_sek": line.amount_sek,
            "other_sek": line.other_sek,
        }
        for line in draft.lines
    ]
    funding = [
        {
            "number": each.number,
            "source": each.source,
            "state": str(each.state or ""),
            "amount_sek": each.amount_sek,
            "purpose": each.purpose,
        }
        for each in draft.funding
    ]
    before = _granted_before(call, parts) if before is None else before
    requirements = [
        {
            "organisation": place,
            "requirement": requirement.code,
            "state": str(said.state or ""),
            "how": said.how,
            "link": said.link,
        }
        for place, part in enumerate(parts)
        for requirement in record.definition.requirements_for(
            kind=part.organisation.kind, granted_last_year=part.organisation_id in before
        )
        for said in [draft.requirement(part.organisation_id, requirement.code)]
    ]
    own = (
        [
            {"organisation": place, "answers": _answers(form.part, draft.part(pk), WHOLE)}
            for pk, place in places.items()
        ]
        if form.part
        else []
    )
    return {
        **document,
        "areas": areas,
        "answers": _answers(form.questionnaire, draft.answers, WHOLE),
        "lines": lines,
        "funding": funding,
        "parts": own,
        "requirements": requirements,
        "attachments": [
            {
                "place": _place_in(each.place, places),
                "organisation": places.get(each.organisation_id or 0),
                "name": each.file.name,
                "size": each.file.size,
                "sha256": each.file.sha256,
            }
            for each in (attachments_of(application) if files is None else files)
            if organisation_of(each.place) in {None, *places}
        ],
    }


def _place_in(place: str, places: Mapping[int, int]) -> str:
    """What a file is, as the document names organisations."""
    of = organisation_of(place)
    return place if of is None else place.replace(f".{of}.", f".{places[of]}.", 1)


def _answers(form: Questionnaire, answers: Answers, area: str) -> dict[str, Any]:
    """The answers of an area: a list of codes for a choice, else the canonical text."""
    found: dict[str, Any] = {}
    for placed in form.questions_for(area):
        key = placed.question.key
        if answers.has(area, key):
            chosen = answers.options(area, key)
            codes = [code for code in placed.question.option_codes if code in chosen]
            found[key] = codes if placed.question.kind.is_choice else answers.value(area, key)
    return found


def _participant(part: Participation) -> dict[str, Any]:
    organisation = part.organisation
    return {
        "role": str(part.role),
        "approval": str(part.approval),
        "org_no": organisation.org_no,
        "unit": organisation.unit,
        "name": organisation.name,
        "kind": str(organisation.kind),
        "county": organisation.county_id,
        "municipality": organisation.municipality_id,
    }
