"""Communicating material against an applicant, receiving what it answers, and noting why
something is not communicated (25 § förvaltningslagen)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from core.enums import FileState
from core.models import StoredFile
from grants.checks import TransitionRefused
from grants.checks.transitions import Refusal
from grants.enums import Direction, DocumentKind, NoticeKind
from grants.models import Application, Attachment, CaseDocument
from grants.selectors.messages import officers_concerned
from grants.selectors.people import people_for
from grants.services.moving import locked_application, record, require
from grants.services.notices import notify
from grants.services.register import mark_document, register_document
from grants.workflow import HAS_GRANT, Action, Condition
from reviews.checks import ReviewRefused
from reviews.enums import NotCommunicated, SourceKind
from reviews.models import (
    CommunicatedSource,
    Communication,
    CommunicationAnswer,
    CommunicationReading,
    NotCommunicating,
)
from reviews.selectors.communication import (
    UNDECIDED,
    Known,
    adverse_material,
    answering_organisations,
    beside,
    can_be_answered,
    receivers,
    revocation_heard,
    unheard_material,
)

LONGEST_TEXT = 20_000
"""Of what is sent or answered, in characters."""
AGAINST_PARTY = "10 kap. 3 § OSL"
"""By which secrecy holds against a party, and so against who would be communicated with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something to send. `key` is that of adverse material, "" for what the officer adds."""

    kind: SourceKind
    title: str
    text: str = ""
    key: str = ""
    file: StoredFile | None = None


@transaction.atomic
def send_communication(
    *,
    application: Application,
    actor: User,
    text: str,
    due: date,
    organisations: Iterable[Organisation],
    sources: Sequence[Source],
) -> Communication:
    """Send material to organisations of the case, to be answered by a Swedish date, inclusive;
    they are told by mail that there is news.

    Raises PermissionDenied; ReviewRefused `status` for a case with nothing left to decide,
    `empty` without a text or sources, `nobody` without organisations of the case, `left` for one
    that has left the grant and that no material is about, `due` for a day that is not after today,
    `changed` for material that reads otherwise now, `too_long`, and `file_elsewhere` for a file
    that somebody else uploaded or that stands elsewhere.
    """
    application = locked_application(application.pk)
    require("reviews.communicate", actor, application)
    if application.status not in UNDECIDED | HAS_GRANT:
        raise ReviewRefused("status")
    text, to = _clean(text), {each.pk for each in organisations}
    if not text or not sources or any(not (each.text or each.file) for each in sources):
        raise ReviewRefused("empty")
    parts = {
        part.organisation_id: part
        for part in application.participations.select_related("organisation")
    }
    if not to or not to <= set(parts):
        raise ReviewRefused("nobody")
    if due <= timezone.localdate():
        raise ReviewRefused("due")
    around = beside(application)
    materials = adverse_material(application, Known(beside=around))
    there = {each.key for each in materials}
    if any(each.key and each.key not in there for each in sources):
        raise ReviewRefused("changed")
    if not to <= {each.pk for each in receivers(application, around, materials)}:
        raise ReviewRefused("left")
    for each in sources:
        if each.file is not None:
            _refuse_elsewhere(each.file, actor)
    communication = Communication.objects.create(
        application=application,
        text=text,
        due=due,
        sent_in=application.status,
        sent_at=timezone.now(),
        sent_by=actor,
    )
    communication.organisations.set(to)
    CommunicatedSource.objects.bulk_create(
        CommunicatedSource(
            communication=communication,
            kind=each.kind,
            key=each.key,
            title=each.title.strip(),
            text=_clean(each.text),
            file=each.file,
        )
        for each in sources
    )
    names = sorted((parts[pk].organisation for pk in to), key=lambda each: (each.sort_key, each.pk))
    record(
        application,
        "communication.sent",
        actor=actor,
        payload={
            "communication": communication.pk,
            "due": due.isoformat(),
            "organisations": sorted(to),
            "sources": [each.key or str(each.kind) for each in sources],
            "files": [each.file.sha256 for each in sources if each.file is not None],
        },
        texts={"text": text},
    )
    register_document(
        application=application,
        direction=Direction.OUT,
        kind=DocumentKind.COMMUNICATION,
        source=f"communication:{communication.pk}",
        actor=actor,
        party=", ".join(each.name for each in names)[:250],
        held=True,
    )
    notify(
        application=application,
        people=people_for(to),
        kind=NoticeKind.COMMUNICATION,
        key=str(communication.pk),
    )
    return communication


def _clean(text: str) -> str:
    text = text.strip().replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT:
        raise ReviewRefused("too_long")
    return text


def _refuse_elsewhere(file: StoredFile, actor: User) -> None:
    elsewhere = (
        file.messages.exists()
        or CommunicationAnswer.objects.filter(files=file).exists()
        or Attachment.objects.filter(file=file).exists()
        or CommunicatedSource.objects.filter(file=file).exists()
    )
    if elsewhere or file.uploaded_by != actor.pseudonym:
        raise ReviewRefused("file_elsewhere")


@transaction.atomic
def answer_communication(
    *,
    communication: Communication,
    actor: User,
    organisation: Organisation,
    body: str = "",
    no_comment: bool = False,
    files: Sequence[StoredFile] = (),
) -> CommunicationAnswer:
    """An organisation answers what was sent to it, or says that it has no comments. Received
    until the decision, and marked late after the last day.

    Raises PermissionDenied for others than those who write for the organisation; ReviewRefused
    `status` where a decision has been made, `empty`, `too_long`, `file_elsewhere`.
    """
    application = locked_application(communication.application_id)
    communication = Communication.objects.get(pk=communication.pk)
    require("reviews.answer_communication", actor, application)
    if organisation not in answering_organisations(communication, actor):
        raise PermissionDenied("reviews.answer_communication")
    if not can_be_answered(communication, application.status):
        raise ReviewRefused("status")
    body = _clean(body)
    if not body and not files and not no_comment:
        raise ReviewRefused("empty")
    for file in files:
        _refuse_elsewhere(file, actor)
    late = timezone.localdate() > communication.due
    answer = CommunicationAnswer.objects.create(
        communication=communication,
        organisation=organisation,
        sender=actor,
        body=body,
        no_comment=no_comment and not body and not files,
        received_at=timezone.now(),
        late=late,
    )
    answer.files.set(files)
    record(
        application,
        "communication.answered",
        actor=actor,
        payload={
            "communication": communication.pk,
            "answer": answer.pk,
            "late": late,
            "files": [file.sha256 for file in files if file.state != FileState.INFECTED],
        },
        texts={"answer": body},
        on_behalf_of=organisation,
    )
    register_document(
        application=application,
        direction=Direction.IN,
        kind=DocumentKind.ANSWER,
        source=f"communication_answer:{answer.pk}",
        actor=actor,
        party=organisation.name,
        held=True,
    )
    notify(
        application=application,
        people=officers_concerned(application),
        kind=NoticeKind.COMMUNICATION_ANSWERED,
        key=str(answer.pk),
        to_agency=True,
    )
    return answer


@transaction.atomic
def mark_communication_read(*, communication: Communication, actor: User) -> None:
    """Remember when an organisation first opened what was sent to it, with an event for each."""
    if not _not_read_by(communication, actor):
        return
    application = locked_application(communication.application_id)
    for each in _not_read_by(communication, actor):
        CommunicationReading.objects.create(
            communication=communication, organisation=each, user=actor, read_at=timezone.now()
        )
        record(
            application,
            "communication.read",
            actor=actor,
            payload={"communication": communication.pk},
            on_behalf_of=each,
        )


def _not_read_by(communication: Communication, actor: User) -> list[Organisation]:
    read = CommunicationReading.objects.filter(communication=communication)
    there = set(read.values_list("organisation_id", flat=True))
    own = answering_organisations(communication, actor)
    return [each for each in own if each.pk not in there]


@transaction.atomic
def note_not_communicating(
    *,
    application: Application,
    actor: User,
    ground: NotCommunicated,
    reason: str,
    keys: Iterable[str],
) -> NotCommunicating:
    """Note why material (`keys`) is not communicated. It holds for that material as it reads now;
    without any, of a grant in force, for what a revocation of it would rest on.
    The party does not read the note, which tells of the material; where the ground is secrecy, it
    does not read the material's documents either.

    Raises PermissionDenied; ReviewRefused `status`, `reasons` without a reason, `empty` without
    material where no grant is in force, and `changed` for material that reads otherwise now.
    """
    application = locked_application(application.pk)
    require("reviews.communicate", actor, application)
    if application.status not in UNDECIDED | HAS_GRANT:
        raise ReviewRefused("status")
    reason, named = _clean(reason), sorted(set(keys))
    if not reason:
        raise ReviewRefused("reasons")
    if not named and application.status not in HAS_GRANT:
        raise ReviewRefused("empty")
    if not set(named) <= {each.key for each in adverse_material(application)}:
        raise ReviewRefused("changed")
    note = NotCommunicating.objects.create(
        application=application,
        ground=ground,
        reason=reason,
        keys=named,
        noted_at=timezone.now(),
        noted_by=actor,
    )
    record(
        application,
        "communication.not_needed",
        actor=actor,
        payload={"ground": str(ground), "sources": named},
        texts={"reason": reason},
    )
    register_document(
        application=application,
        direction=Direction.INTERNAL,
        kind=DocumentKind.NOTE,
        source=f"not_communicating:{note.pk}",
        actor=actor,
        title="Varför underlag inte har kommunicerats",
        secrecy=AGAINST_PARTY,
        secret_to_party=True,
        held=True,
    )
    if ground == NotCommunicated.SECRET:
        _keep_from_party(application, actor, named)
    return note


def _keep_from_party(application: Application, actor: User, keys: Iterable[str]) -> None:
    """Mark the documents that the material stands in; a provision that they have stays."""
    sources = {":".join(key.split(":")[:2]) for key in keys}
    documents = CaseDocument.objects.filter(application=application, source__in=sources)
    for document in documents.filter(secret_to_party=False).order_by("number"):
        mark_document(
            document=document,
            actor=actor,
            provision=document.secrecy or AGAINST_PARTY,
            reason=str(NotCommunicated.SECRET.label),
        )


def refuse_unheard(application: Application, action: Action) -> None:
    """Raise TransitionRefused where the applicant has not been heard over what speaks against it.
    Called with the case locked, before a rejection, a reduction, a revocation or a claim. Before a
    revocation all that take part have been heard since the grant, or it is noted why not."""
    if unheard_material(application) or (
        action is Action.REVOKE
        and application.status in HAS_GRANT
        and not revocation_heard(application).done
    ):
        raise TransitionRefused(action, (Refusal(Condition.COMMUNICATED, undetermined=False),))
