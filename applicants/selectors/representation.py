"""Reading requests to represent an organisation, and invitations."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from applicants.models import Evidence, Invitation, Organisation, RepresentationRequest, StaffRole
from applicants.rules import REPRESENTATION_OFFICERS, is_person
from core.checks import sha256_text
from core.models import Agency

from .people import agencies_for


def requests_of(user: Any) -> QuerySet[RepresentationRequest]:
    """The person's own requests, the latest first."""
    if not is_person(user):
        return RepresentationRequest.objects.none()
    return (
        RepresentationRequest.objects.filter(user=user)
        .select_related(
            "organisation", "organisation__county", "organisation__municipality", "agency"
        )
        .order_by("-created_at", "-pk")
    )


def requests_answered_by(user: Any) -> QuerySet[RepresentationRequest]:
    """The requests that were sent to the agencies where the person answers them."""
    return (
        RepresentationRequest.objects.filter(
            agency__in=agencies_for(user, REPRESENTATION_OFFICERS), sent_at__isnull=False
        )
        .select_related(
            "user",
            "organisation",
            "organisation__county",
            "organisation__municipality",
            "agency",
            "decided_by",
        )
        .order_by("sent_at", "pk")
    )


def evidence_of(request: RepresentationRequest) -> list[Evidence]:
    """The files of the request, in the order they came."""
    return list(request.evidence_rows.select_related("file").order_by("pk"))


def agencies_that_answer() -> QuerySet[Agency]:
    """The agencies where somebody answers requests, county boards last."""
    officers = StaffRole.objects.filter(
        agency=OuterRef("pk"),
        role__in=[str(role) for role in REPRESENTATION_OFFICERS],
        user__is_active=True,
    )
    return Agency.objects.filter(Exists(officers)).order_by(
        F("county").asc(nulls_first=True), "name_sv"
    )


def token_digest(token: str) -> str:
    """What is kept of an invitation's secret."""
    return sha256_text(token)


def invitation_with_token(token: str) -> Invitation | None:
    """The invitation whose link holds that secret, whatever has become of it."""
    return (
        Invitation.objects.filter(token_sha256=token_digest(token))
        .select_related("organisation", "invited_by")
        .first()
    )


def open_invitations() -> QuerySet[Invitation]:
    """Invitations that may be taken now."""
    return Invitation.objects.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now()
    ).select_related("organisation", "invited_by")


def invitations_of(organisation: Organisation) -> QuerySet[Invitation]:
    """The organisation's invitations that nobody has taken and nobody has withdrawn."""
    return (
        organisation.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
        .select_related("invited_by")
        .order_by("created_at", "pk")
    )


def invitations_to(user: Any) -> QuerySet[Invitation]:
    """The invitations that the person may take: those to its verified addresses."""
    if not is_person(user):
        return Invitation.objects.none()
    return open_invitations().filter(email__in=verified_addresses(user)).order_by("created_at")


def verified_addresses(user: Any) -> list[str]:
    """The addresses, in lower case, that the person has shown to be its own."""
    if not is_person(user):
        return []
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return [address.lower() for address in rows.values_list("email", flat=True)]
