"""An application that came on paper becomes a case like the others, by a registrar's hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from applicants.rules import has_role
from core.checks import canonical_json, sha256_text
from core.enums import JournalKind
from core.models import StoredFile
from core.services import journal
from core.services.background import enqueue_on_commit
from core.services.numbering import next_register_number
from grants.checks import Facts
from grants.checks.transitions import NOT_TOLD_BY_PAPER, Source
from grants.content.paths import area_path, requirement_path, row_path
from grants.enums import (
    Approval,
    Direction,
    DocumentKind,
    Medium,
    NoticeKind,
    ParticipationRole,
    RowKind,
    Status,
)
from grants.models import (
    Application,
    ApplicationVersion,
    Attachment,
    Call,
    DraftRow,
    DraftValue,
    Participation,
)
from grants.selectors import participants_of
from grants.selectors.draft import draft_of
from grants.selectors.people import people_of
from grants.selectors.submission import document_of
from grants.workflow import Action

from .moving import locked_application, locked_call, move, record, require
from .notices import notify
from .register import RegistrationRefused, register_document
from .submission import is_late

SCAN = "other"
"""Where the scans stand among the application's attachments."""


@dataclass(frozen=True, slots=True)
class PaperParticipant:
    """An organisation on the paper, and whether somebody has signed there for it."""

    organisation: Organisation
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A budget line on the paper; `participant` is the organisation's place, from 0."""

    area: str
    text: str
    category: str
    amount_sek: int
    other_sek: int | None = None
    participant: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperApplication:
    """What stands on the paper. `participants` has the lead first; `requested_sek` is for a paper
    with a sum and no lines. `activities` says by area what is to be done; `requirements` holds
    (state, how) by the organisation's place and the requirement's code."""

    received_at: datetime
    signed_by: str
    participants: tuple[PaperParticipant, ...]
    requested_sek: int | None = None
    areas: tuple[str, ...] = ()
    activities: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[PaperLine, ...] = ()
    requirements: Mapping[tuple[int, str], tuple[str, str]] = field(default_factory=dict)

    @property
    def lead(self) -> Organisation:
        """The lead applicant."""
        return self.participants[0].organisation

    @property
    def asked_sek(self) -> int:
        """What is asked for: the sum of the lines, or the sum on the paper."""
        if self.lines:
            return sum(line.amount_sek for line in self.lines)
        return self.requested_sek or 0


@transaction.atomic
def register_paper_application(
    *, call: Call, actor: User, paper: PaperApplication, files: Iterable[StoredFile] = ()
) -> Application:
    """Register an application on paper: it is received when the paper was, marked late by that
    date, and numbered. The same paper registered twice is one case.

    What the paper does not say is not invented: the answers, the checks and the approvals that it
    lacks stand as not recorded, and can be asked for as a completion. Raises PermissionDenied for
    anyone but the registrars of the call's agency, RegistrationRefused (`future`, `amount`,
    `twice`, `file_elsewhere`) and TransitionRefused.
    """
    if not has_role(actor, call.agency_id, (Role.REGISTRAR,)):
        raise PermissionDenied("grants.register_on_paper")
    now = timezone.now()
    files = list(files)
    if paper.received_at > now:
        raise RegistrationRefused("future")
    if paper.asked_sek <= 0:
        raise RegistrationRefused("amount")
    ids = [each.organisation.pk for each in paper.participants]
    if len(set(ids)) < len(ids):
        raise RegistrationRefused("twice")
    for file in files:
        elsewhere = Attachment.objects.filter(file=file).exists()
        if elsewhere or file.uploaded_by != actor.pseudonym:
            raise RegistrationRefused("file_elsewhere")
    call = locked_call(call.pk)
    application = _begun(call, actor, paper)
    if call.definition.application is not None:
        _write(application, actor, paper, now)
        Attachment.objects.bulk_create(
            Attachment(application=application, file=file, place=SCAN, added_at=now, added_by=actor)
            for file in files
        )
    document = _document(application, paper, files)
    text = canonical_json(document)
    same = ApplicationVersion.objects.filter(
        application__call=call, application__lead=paper.lead, sha256=sha256_text(text)
    ).first()
    if same is not None:
        return _instead(application, same)
    return _received(application, actor, paper, text, files)


def _begun(call: Call, actor: User, paper: PaperApplication) -> Application:
    """A draft that nobody sees: it is received in the same transaction."""
    application = Application.objects.create(
        call=call,
        lead=paper.lead,
        requested_sek=paper.asked_sek,
        partner_count=len(paper.participants) - 1,
    )
    require("grants.register_on_paper", actor, application)
    Participation.objects.bulk_create(
        Participation(
            application=application,
            organisation=each.organisation,
            role=ParticipationRole.PARTNER if place else ParticipationRole.LEAD,
            approval=Approval.APPROVED if each.signed else Approval.NOT_RECORDED,
        )
        for place, each in enumerate(paper.participants)
    )
    return application


def _instead(application: Application, same: ApplicationVersion) -> Application:
    """The case that the paper has become already, instead of the second one."""
    application.attachments.all().delete()
    application.delete()
    return locked_application(same.application_id)


def _write(application: Application, actor: User, paper: PaperApplication, now: datetime) -> None:
    """The paper's content as fields of the application, so that it can be read, assessed and
    completed like any other."""
    ids = [each.organisation.pk for each in paper.participants]
    rows: list[DraftRow] = []
    values: dict[str, str] = {area_path(code): "yes" for code in paper.areas}
    numbers: dict[str, int] = {}

    def row(kind: RowKind, area: str = "", **fields: Any) -> int:
        number = len(rows) + 1
        rows.append(
            DraftRow(
                application=application,
                number=number,
                kind=kind,
                area=area,
                created_at=now,
                created_by=actor,
            )
        )
        for name, value in fields.items():
            if value not in (None, ""):
                values[row_path(number, name)] = str(value)
        return number

    with_lines = {line.area for line in paper.lines}
    for code in paper.areas:
        title = paper.activities.get(code, "")
        if title or code in with_lines:
            numbers[code] = row(RowKind.ACTIVITY, code, title=title)
    for line in paper.lines:
        row(
            RowKind.LINE,
            activity=numbers.get(line.area),
            organisation=ids[line.participant],
            category=line.category,
            text=line.text,
            amount_sek=line.amount_sek,
            other_sek=line.other_sek,
        )
    for (place, code), (state, how) in paper.requirements.items():
        for name, value in (("state", state), ("how", how)):
            if value:
                values[requirement_path(ids[place], code, name)] = value
    DraftRow.objects.bulk_create(rows)
    DraftValue.objects.bulk_create(
        DraftValue(
            application=application,
            path=path,
            number=1,
            text=text,
            saved_at=now,
            saved_by=actor,
            source="paper",
        )
        for path, text in values.items()
    )


def _document(
    application: Application, paper: PaperApplication, files: Iterable[StoredFile]
) -> dict[str, Any]:
    """What is kept as the version: as of any application, with what only a paper has."""
    has_form = application.definition.application is not None
    draft = draft_of(application) if has_form else None
    parts = list(participants_of(application))
    return {
        **document_of(application, draft, parts=parts),
        "paper": {
            "received_at": paper.received_at.isoformat(),
            "signed_by": paper.signed_by,
            "scans": [
                {"name": file.name, "size": file.size, "sha256": file.sha256} for file in files
            ],
        },
    }


def _received(
    application: Application,
    actor: User,
    paper: PaperApplication,
    text: str,
    files: list[StoredFile],
) -> Application:
    call = application.call
    silent = [str(each) for each in sorted(NOT_TOLD_BY_PAPER)]
    application.received_at = paper.received_at
    application.late = is_late(application, paper.received_at)
    application.definition_record = call.definition_record
    all_signed = all(each.signed for each in paper.participants[1:])
    if all_signed:
        silent.remove("partners_approved")
    with journal.together(kind=JournalKind.CASE, subject=str(application.pk)):
        record(
            application,
            "application.begun",
            actor=actor,
            payload={"call": call.code, "lead": paper.lead.pk, "to": str(Status.DRAFT)},
            on_behalf_of=paper.lead,
        )
        move(
            application,
            Action.SUBMIT,
            Facts(
                source=Source.PAPER,
                requested_sek=application.requested_sek,
                partners_approved=True if all_signed else None,
                today=timezone.localdate(),
                actor_id=actor.pk,
            ),
            actor=actor,
            saving=["received_at", "late", "definition_record"],
            payload={
                "version": 1,
                "sha256": sha256_text(text),
                "late": application.late,
                "medium": str(Medium.PAPER),
                "received_at": paper.received_at.isoformat(),
                "not_recorded": silent,
            },
            texts={"signed_by": paper.signed_by},
            on_behalf_of=paper.lead,
        )
        version = ApplicationVersion.objects.create(
            application=application,
            number=1,
            document=text,
            sha256=sha256_text(text),
            submitted_at=paper.received_at,
            submitted_by=None,
        )
        registered = register_document(
            application=application,
            direction=Direction.IN,
            kind=DocumentKind.APPLICATION,
            source=f"version:{version.pk}",
            actor=actor,
            dated_on=timezone.localdate(paper.received_at),
            party=paper.lead.name,
            held=True,
        )
        registered.medium = Medium.PAPER
        registered.save(update_fields=["medium"])
        registered.scans.set(files)
        application.register_number = next_register_number(
            agency=call.agency, year=timezone.localdate(paper.received_at).year
        )
        application.save(update_fields=["register_number"])
        record(
            application,
            "application.registered",
            actor=actor,
            payload={"register_number": application.register_number},
        )
        notify(
            application=application,
            people=people_of(application),
            kind=NoticeKind.RECEIPT,
            key="1",
        )
    enqueue_on_commit("grants.tasks.keep_application_pdf", version.pk)
    return application
