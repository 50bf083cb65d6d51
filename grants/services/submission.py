"""Sending in: a version that is never changed, a number, a receipt."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applicants.models import User
from core.checks import canonical_json, sha256_text
from core.services.numbering import next_register_number
from core.services.outbox import queue_mail
from grants.checks import Facts, Finding, SubmissionBlocked, refusals
from grants.enums import Status
from grants.models import Application, ApplicationVersion
from grants.selectors import latest_version
from grants.selectors.submission import document_of, snapshot_of
from grants.workflow import Action

from .moving import locked_application, move, permitted, record


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


@transaction.atomic
def submit_application(*, application: Application, actor: User) -> Receipt:
    """Send the application in; a second click is shown the same receipt.

    After the call's last day it is received all the same, and marked late. Raises
    PermissionDenied for anyone but the lead's signatory, SubmissionBlocked with the findings,
    TransitionRefused, and TransitionNotAllowed.
    """
    application = locked_application(application.pk)
    permitted(Action.SUBMIT, actor, application)
    version = latest_version(application)
    if application.status == Status.SUBMITTED and version is not None:
        return receipt_of(application, version)
    snapshot, findings = snapshot_of(application)
    facts = Facts(
        requested_sek=application.requested_sek,
        all_answered=snapshot.requested_sek is not None,
        partners_approved=all(part.approved for part in snapshot.participants),
        blocking_findings=sum(finding.blocks for finding in findings),
        today=snapshot.today,
        actor_id=actor.pk,
    )
    if application.status == Status.DRAFT:
        _refuse_blocked(findings, facts)
    now = timezone.now()
    document = document_of(application)
    number = 1 if version is None else version.number + 1
    application.received_at = now
    application.late = is_late(application, now)
    move(
        application,
        Action.SUBMIT,
        facts,
        actor=actor,
        saving=["received_at", "late"],
        payload={
            "version": number,
            "sha256": sha256_text(canonical_json(document)),
            "late": application.late,
        },
        on_behalf_of=application.lead,
    )
    version = _keep_version(application, actor, number, document, now)
    if not application.register_number:
        # The counter comes last in the lock order, after the journal.
        application.register_number = next_register_number(
            agency=application.call.agency, year=timezone.localdate(now).year
        )
        application.save(update_fields=["register_number"])
        record(
            application,
            "application.registered",
            actor=None,
            payload={"register_number": application.register_number},
        )
    _queue_receipt(application, version, actor)
    return receipt_of(application, version)


def _refuse_blocked(findings: tuple[Finding, ...], facts: Facts) -> None:
    if any(finding.blocks for finding in findings):
        raise SubmissionBlocked(findings, refusals(Action.SUBMIT, facts))


def _keep_version(
    application: Application, actor: User, number: int, document: object, now: datetime
) -> ApplicationVersion:
    text = canonical_json(document)
    return ApplicationVersion.objects.create(
        application=application,
        number=number,
        document=text,
        sha256=sha256_text(text),
        submitted_at=now,
        submitted_by=actor,
    )


def _queue_receipt(application: Application, version: ApplicationVersion, to: User) -> None:
    with translation.override(to.language):
        number = {"number": application.register_number}
        queue_mail(
            recipient=to.email,
            language=to.language,
            subject=_("There is news in the case %(number)s") % number,
            body=_("Sign in to read what is new in the case %(number)s.") % number,
            dedupe_key=f"receipt:{application.pk}:{version.number}",
        )


@transaction.atomic
def complete_application(*, application: Application, actor: User) -> Receipt:
    """Send in what was asked to be completed, as a new version; late answers are received too.

    Raises PermissionDenied, TransitionNotAllowed.
    """
    application = locked_application(application.pk)
    permitted(Action.COMPLETE, actor, application)
    version = latest_version(application)
    now = timezone.now()
    document = document_of(application)
    number = 1 if version is None else version.number + 1
    due = application.completion_due
    fields, application.completion_fields = application.completion_fields, []
    application.completion_due = None
    move(
        application,
        Action.COMPLETE,
        Facts(today=timezone.localdate(now), actor_id=actor.pk),
        actor=actor,
        saving=["completion_fields", "completion_due"],
        payload={
            "fields": fields,
            "version": number,
            "sha256": sha256_text(canonical_json(document)),
            "late": due is not None and timezone.localdate(now) > due,
        },
        on_behalf_of=application.lead,
    )
    version = _keep_version(application, actor, number, document, now)
    _queue_receipt(application, version, actor)
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
    return application
