"""Sending in: a version that is never changed, a number, a receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from applicants.enums import Signing
from applicants.models import User
from applicants.selectors import signatories_of
from core.checks import canonical_json, sha256_text
from core.enums import JournalKind
from core.services import journal
from core.services.background import enqueue_on_commit
from core.services.numbering import next_register_number
from core.services.rows import insert
from grants.checks import Facts, Finding, SubmissionBlocked, all_answered, refusals
from grants.content.draft import Draft
from grants.enums import Direction, DocumentKind, NoticeKind, SignaturePurpose, Status
from grants.models import Application, ApplicationVersion, Attachment, Participation, Signature
from grants.selectors import latest_version, participants_of
from grants.selectors.draft import (
    attachments_of,
    draft_of,
    part_sha256,
    participants_with_history,
)
from grants.selectors.messages import officers_concerned
from grants.selectors.people import people_of
from grants.selectors.submission import document_of, snapshot_of
from grants.workflow import Action

from .moving import locked_application, move, permitted, record
from .notices import notify
from .register import register_document, register_version
from .search import keep_search
from .signing import sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the applicant is shown: `received_at` is UTC, `late` by the Swedish date."""

    application_id: int
    register_number: str
    version: int
    sha256: str
    received_at: datetime
    late: bool


def receipt_of(application: Application, version: ApplicationVersion) -> Receipt:
    """The receipt of a version that has been received."""
    return Receipt(
        application_id=application.pk,
        register_number=application.register_number,
        version=version.number,
        sha256=version.sha256,
        received_at=version.submitted_at,
        late=application.late,
    )


def is_late(application: Application, at: datetime) -> bool:
    """Whether a moment lies after the call's last day, by Swedish local date."""
    closes_on = application.call.closes_on
    return closes_on is not None and timezone.localdate(at) > closes_on


class ContentChanged(Exception):
    """The application has been written since it was shown to the one who signs it."""


class SecondSignatureMissing(Exception):
    """The one who signs does so jointly with another, who has not signed this content."""


@transaction.atomic
def submit_application(*, application: Application, actor: User, assurance: str = "") -> Receipt:
    """Send the application in; a second click is shown the same receipt.

    After the call's last day it is received all the same, and marked late. Raises
    PermissionDenied for anyone but the lead's signatory, SecondSignatureMissing,
    SubmissionBlocked with the findings, TransitionRefused, and TransitionNotAllowed.
    """
    receipt = sign_application(application=application, actor=actor, assurance=assurance)
    if receipt is None:
        raise SecondSignatureMissing
    return receipt


@transaction.atomic
def sign_application(
    *,
    application: Application,
    actor: User,
    assurance: str = "",
    seen: str = "",
    arrived_at: datetime | None = None,
) -> Receipt | None:
    """Sign the application, and send it in when all have signed that it takes; None when the
    second of two who sign jointly has yet to do so. `assurance` is how the person signed in.

    `seen` is the SHA-256 of what the person was shown; ContentChanged is raised when it has
    been written since. `arrived_at` (UTC) is when the request reached the server: waiting for
    another's lock makes nobody late. Raises as `submit_application`.
    """
    application = locked_application(application.pk)
    permitted(Action.SUBMIT, actor, application)
    version = latest_version(application)
    if application.status == Status.SUBMITTED and version is not None:
        return receipt_of(application, version)
    has_form = application.definition.application is not None
    draft = draft_of(application) if has_form else None
    parts = participants_with_history(application)
    files = attachments_of(application) if has_form else []
    snapshot, findings = snapshot_of(application, draft, parts=parts, files=files)
    facts = Facts(
        requested_sek=application.requested_sek,
        all_answered=all_answered(findings),
        partners_approved=all(part.approved for part in snapshot.participants),
        blocking_findings=sum(finding.blocks for finding in findings),
        today=snapshot.today,
        actor_id=actor.pk,
    )
    if application.status == Status.DRAFT:
        _refuse_blocked(findings, facts)
    now = arrived_at or timezone.now()
    document = document_of(
        application, draft, parts=parts, files=files, before=snapshot.granted_before
    )
    text = canonical_json(document)
    sha256 = sha256_text(text)
    if seen and seen != sha256:
        raise ContentChanged
    with journal.together(kind=JournalKind.CASE, subject=str(application.pk)):
        if application.status == Status.DRAFT and not sign(
            application=application,
            organisation=application.lead,
            purpose=SignaturePurpose.SUBMIT,
            sha256=sha256,
            actor=actor,
            assurance=assurance,
        ):
            _ask_the_second(application, actor, sha256)
            return None
        number = 1 if version is None else version.number + 1
        application.received_at = now
        application.late = is_late(application, now)
        application.definition_record = application.call.definition_record
        numbered = not application.register_number
        if numbered:
            # The counter comes last in the lock order, after the journal.
            application.register_number = next_register_number(
                agency=application.call.agency, year=timezone.localdate(now).year
            )
        move(
            application,
            Action.SUBMIT,
            facts,
            actor=actor,
            saving=["received_at", "late", "register_number", "definition_record"],
            payload={"version": number, "sha256": sha256, "late": application.late},
            on_behalf_of=application.lead,
        )
        version = _keep_version(application, actor, number, text, now)
        register_version(version, DocumentKind.APPLICATION, actor)
        _bind_signatures(application, version, draft, parts, files)
        if numbered:
            record(
                application,
                "application.registered",
                actor=None,
                payload={"register_number": application.register_number},
            )
        _tell_received(application, version, actor, parts)
    return receipt_of(application, version)


def _bind_signatures(
    application: Application,
    version: ApplicationVersion,
    draft: Draft | None,
    parts: Iterable[Participation],
    files: Iterable[Attachment],
) -> None:
    """The lead's signatures under this content, and the partners' under their parts as they are
    in it, belong to the version from now on."""
    approved = Q(pk__in=())
    if draft is not None:
        for part in parts:
            approved |= Q(
                purpose=SignaturePurpose.APPROVE,
                organisation=part.organisation_id,
                sha256=part_sha256(draft, part.organisation_id, files),
            )
    Signature.objects.filter(
        Q(purpose=SignaturePurpose.SUBMIT, sha256=version.sha256) | approved,
        application=application,
        version=None,
    ).update(version=version)


def _refuse_blocked(findings: tuple[Finding, ...], facts: Facts) -> None:
    if any(finding.blocks for finding in findings):
        raise SubmissionBlocked(findings, refusals(Action.SUBMIT, facts))


def _keep_version(
    application: Application, actor: User, number: int, text: str, now: datetime
) -> ApplicationVersion:
    """The version; `text` is its document as canonical JSON."""
    version = insert(
        ApplicationVersion(
            application=application,
            number=number,
            document=text,
            sha256=sha256_text(text),
            submitted_at=now,
            submitted_by=actor,
        )
    )
    keep_search(application=application, version=version)
    return version


def _ask_the_second(application: Application, actor: User, sha256: str) -> None:
    """Tell the others who sign for the lead together with another that one has signed."""
    others = [
        mandate.user
        for mandate in signatories_of(application.lead)
        if mandate.signing == Signing.JOINTLY and mandate.user_id != actor.pk
    ]
    notify(
        application=application,
        people=others,
        kind=NoticeKind.APPROVAL_NEEDED,
        key=f"second:{sha256[:16]}",
    )


def _tell_received(
    application: Application,
    version: ApplicationVersion,
    sender: User,
    parts: Iterable[Participation],
) -> None:
    """Mail to everyone concerned, the sender among them; the PDF is made by a worker."""
    people = people_of(application, known=parts)
    if sender.pk not in {person.pk for person in people}:
        people.append(sender)
    notify(
        application=application,
        people=people,
        kind=NoticeKind.RECEIPT,
        key=str(version.number),
    )
    enqueue_on_commit("grants.tasks.keep_application_pdf", version.pk)


@transaction.atomic
def complete_application(*, application: Application, actor: User) -> Receipt:
    """Send in what was asked to be completed, as a new version; late answers are received too.

    Raises PermissionDenied, TransitionNotAllowed.
    """
    application = locked_application(application.pk)
    permitted(Action.COMPLETE, actor, application)
    version = latest_version(application)
    now = timezone.now()
    has_form = application.definition.application is not None
    draft = draft_of(application) if has_form else None
    parts = participants_of(application)
    files = attachments_of(application) if has_form else []
    text = canonical_json(document_of(application, draft, parts=parts, files=files))
    number = 1 if version is None else version.number + 1
    due = application.completion_due
    fields, application.completion_fields = application.completion_fields, []
    application.completion_due = None
    late = due is not None and timezone.localdate(now) > due
    application.completion_requests.filter(closed_at__isnull=True).update(
        closed_at=now, answered=True, late=late
    )
    move(
        application,
        Action.COMPLETE,
        Facts(today=timezone.localdate(now), actor_id=actor.pk),
        actor=actor,
        saving=["completion_fields", "completion_due"],
        payload={
            "fields": fields,
            "version": number,
            "sha256": sha256_text(text),
            "late": late,
        },
        on_behalf_of=application.lead,
    )
    version = _keep_version(application, actor, number, text, now)
    register_version(version, DocumentKind.COMPLETION, actor)
    _bind_signatures(application, version, draft, parts, files)
    _tell_received(application, version, actor, parts)
    notify(
        application=application,
        people=officers_concerned(application),
        kind=NoticeKind.RECEIPT,
        key=f"completed:{version.number}",
        to_agency=True,
    )
    return receipt_of(application, version)


@transaction.atomic
def take_back_application(*, application: Application, actor: User) -> Application:
    """Make it a draft again while the call is open and nobody handles it; the number and the
    versions are kept. Raises PermissionDenied, TransitionRefused, TransitionNotAllowed."""
    application = locked_application(application.pk)
    permitted(Action.TAKE_BACK, actor, application)
    today = timezone.localdate()
    call = application.call
    is_open = None
    if call.closes_on is not None:
        is_open = today <= call.closes_on and (call.opens_on is None or call.opens_on <= today)
    move(
        application,
        Action.TAKE_BACK,
        Facts(
            call_open=is_open,
            assigned_to=application.assigned_to_id,
            assignment_known=True,
            today=today,
            actor_id=actor.pk,
        ),
        actor=actor,
        on_behalf_of=application.lead,
    )
    version = latest_version(application)
    taken_back = version.number if version else 0
    register_document(
        application=application,
        direction=Direction.IN,
        kind=DocumentKind.WITHDRAWAL,
        source=f"taken_back:{taken_back}",
        actor=actor,
        party=application.lead.name,
        held=True,
    )
    notify(
        application=application,
        people=people_of(application),
        kind=NoticeKind.TAKEN_BACK,
        key=str(taken_back),
    )
    return application
