"""Asking to represent an organisation, and answering those who ask."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone

from applicants.checks import RepresentationRefused, check_last_day, check_roles
from applicants.enums import OrganisationRole, RequestState, Signing
from applicants.models import Evidence, Organisation, RepresentationRequest, User
from applicants.selectors import administrators_of, holds_mandate
from core.checks.files import FileRefused
from core.models import Agency, StoredFile

from . import notices
from .mandates import grant_mandate
from .recording import locked, record, require

MOST_FILES = 10
MOST_WAITING = 10
"""So many requests may one person have waiting at once."""


@transaction.atomic
def begin_request(
    *, organisation: Organisation, agency: Agency, actor: User
) -> RepresentationRequest:
    """Begin to ask to represent an organisation; one that is begun or sent already is given.

    Raises PermissionDenied for who is not signed in, and RepresentationRefused:
    `administrates_already`, `too_many_requests`.
    """
    organisation = locked(organisation)
    require("applicants.ask_to_represent", actor, None)
    there = RepresentationRequest.objects.filter(
        user=actor,
        organisation=organisation,
        state__in=[RequestState.DRAFT, RequestState.WAITING],
    ).first()
    if there is not None:
        return there
    if holds_mandate(organisation, actor, OrganisationRole.ADMINISTRATOR):
        raise RepresentationRefused("administrates_already")
    if (
        RepresentationRequest.objects.filter(
            user=actor, state__in=[RequestState.DRAFT, RequestState.WAITING]
        ).count()
        >= MOST_WAITING
    ):
        raise RepresentationRefused("too_many_requests")
    return RepresentationRequest.objects.create(
        user=actor, organisation=organisation, agency=agency, created_at=timezone.now()
    )


@transaction.atomic
def add_evidence(
    *,
    request: RepresentationRequest,
    file: StoredFile,
    actor: User,
) -> Evidence:
    """Put a received file to a request that is not answered.

    Raises PermissionDenied for others than who asks, RepresentationRefused (`answered`), and
    FileRefused (`too_many`).
    """
    request = _locked_request(request)
    require("applicants.change_request", actor, request)
    _not_answered(request)
    if request.evidence_rows.count() >= MOST_FILES:
        raise FileRefused("too_many", limit=MOST_FILES)
    evidence = Evidence.objects.create(request=request, file=file)
    if request.state == RequestState.WAITING:
        record(
            request.organisation,
            "representation.evidence_added",
            actor,
            request=request.pk,
            sha256=file.sha256,
        )
    return evidence


@transaction.atomic
def remove_evidence(*, evidence: Evidence, actor: User) -> None:
    """Take a file from a request that is not sent yet; its bytes go with the next sweep.

    Raises PermissionDenied for others than who asks, and RepresentationRefused (`sent`).
    """
    request = _locked_request(evidence.request)
    require("applicants.change_request", actor, request)
    if request.state != RequestState.DRAFT:
        raise RepresentationRefused("sent")
    Evidence.objects.filter(pk=evidence.pk).delete()


@transaction.atomic
def request_representation(
    *,
    request: RepresentationRequest,
    actor: User,
    agency: Agency,
    roles: Iterable[str],
    ends_on: date | None,
    signing: str = "",
    message: str = "",
) -> RepresentationRequest:
    """Send the request to the agency; its officers are told that one waits.

    Raises PermissionDenied for others than who asks, and RepresentationRefused: `sent`,
    `no_evidence`, and what `check_roles` and `check_last_day` raise.
    """
    request = _locked_request(request)
    require("applicants.change_request", actor, request)
    if request.state != RequestState.DRAFT:
        raise RepresentationRefused("sent")
    wanted, signs = check_roles(roles, signing)
    last_day = check_last_day(ends_on, timezone.localdate())
    files = list(request.evidence_rows.select_related("file").order_by("pk"))
    if not files:
        raise RepresentationRefused("no_evidence")
    request.agency = agency
    request.roles = [str(role) for role in wanted]
    request.signing = str(signs or "")
    request.ends_on = last_day
    request.message = message.strip()
    request.state = RequestState.WAITING
    request.sent_at = timezone.now()
    request.save()
    record(
        request.organisation,
        "representation.requested",
        actor,
        request=request.pk,
        agency=agency.code,
        roles=request.roles,
        signing=request.signing,
        ends_on=last_day.isoformat(),
        evidence=[each.file.sha256 for each in files],
        texts={"message": request.message},
    )
    notices.tell_officers(request)
    return request


@transaction.atomic
def approve_representation(
    *, request: RepresentationRequest, actor: User, ends_on: date | None = None, reason: str = ""
) -> RepresentationRequest:
    """Let the person act for the organisation as asked, until `ends_on` or the day asked for.

    Where nobody administers the organisation the person does. The organisation counts as
    verified from now on; those who administer it already are told that there is news. Raises
    PermissionDenied for others than the agency's officers, and RepresentationRefused:
    `not_waiting`, and what `check_last_day` raises.
    """
    request = _locked_request(request)
    require("applicants.decide_representation", actor, request)
    _waiting(request)
    today = timezone.localdate()
    last_day = check_last_day(ends_on or request.ends_on, today)
    organisation = request.organisation
    administrators = [each.user for each in administrators_of(organisation)]
    roles = {OrganisationRole(role) for role in request.roles}
    if not administrators:
        roles.add(OrganisationRole.ADMINISTRATOR)
    _answer(request, actor, RequestState.APPROVED, reason)
    record(
        organisation,
        "representation.approved",
        actor,
        request=request.pk,
        person=str(request.user.pseudonym),
        texts={"reason": request.reason},
    )
    for role in sorted(roles):
        grant_mandate(
            organisation=organisation,
            user=request.user,
            role=role,
            actor=actor,
            starts_on=today,
            ends_on=last_day,
            signing=Signing(request.signing or Signing.SOLE),
        )
    if organisation.verified_on is None:
        organisation.verified_on = today
        organisation.save(update_fields=["verified_on"])
        record(organisation, "organisation.verified", actor, agency=request.agency.code)
    notices.tell_answer(request)
    notices.tell_administrators(request, administrators)
    return request


@transaction.atomic
def refuse_representation(
    *, request: RepresentationRequest, actor: User, reason: str
) -> RepresentationRequest:
    """Refuse the request, with the reason that the person reads.

    Raises PermissionDenied for others than the agency's officers, and RepresentationRefused:
    `not_waiting`, `no_reason`.
    """
    request = _locked_request(request)
    require("applicants.decide_representation", actor, request)
    _waiting(request)
    if not reason.strip():
        raise RepresentationRefused("no_reason")
    _answer(request, actor, RequestState.REFUSED, reason)
    record(
        request.organisation,
        "representation.refused",
        actor,
        request=request.pk,
        person=str(request.user.pseudonym),
        texts={"reason": request.reason},
    )
    notices.tell_answer(request)
    return request


@transaction.atomic
def withdraw_request(*, request: RepresentationRequest, actor: User) -> RepresentationRequest:
    """Take back one's own request that is not answered; the files of one never sent go.

    Raises PermissionDenied for others, and RepresentationRefused (`answered`).
    """
    request = _locked_request(request)
    require("applicants.change_request", actor, request)
    _not_answered(request)
    was_sent = request.state == RequestState.WAITING
    request.state = RequestState.WITHDRAWN
    request.save(update_fields=["state"])
    if was_sent:
        record(request.organisation, "representation.withdrawn", actor, request=request.pk)
    else:
        # Nothing points at the files any more, and the sweep takes them.
        request.evidence_rows.all().delete()
    return request


def _locked_request(request: RepresentationRequest) -> RepresentationRequest:
    """The request as it is under its organisation's lock."""
    organisation = locked(request.organisation)
    fresh = RepresentationRequest.objects.select_related("user", "agency").get(pk=request.pk)
    fresh.organisation = organisation
    return fresh


def _waiting(request: RepresentationRequest) -> None:
    if request.state != RequestState.WAITING:
        raise RepresentationRefused("not_waiting")


def _not_answered(request: RepresentationRequest) -> None:
    if request.state not in (RequestState.DRAFT, RequestState.WAITING):
        raise RepresentationRefused("answered")


def _answer(request: RepresentationRequest, actor: User, state: RequestState, reason: str) -> None:
    request.state = state
    request.decided_at = timezone.now()
    request.decided_by = actor
    request.reason = reason.strip()
    request.save(update_fields=["state", "decided_at", "decided_by", "reason"])
