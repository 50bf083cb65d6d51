"""Reading who is invited to take part, and with which organisation one may."""

from typing import Any

from django.db.models import QuerySet

from applicants.models import Organisation
from applicants.rules import WRITERS
from applicants.selectors import organisations_acted_for, token_digest
from grants.enums import SignaturePurpose
from grants.models import Application, Participation, PartnerInvitation, Signature


def invitations_in(application: Application) -> QuerySet[PartnerInvitation]:
    """Invitations by e-mail that were not withdrawn and brought no partner, the newest first."""
    return application.partner_invitations.filter(
        withdrawn_at__isnull=True, organisation__isnull=True
    ).order_by("-invited_at", "-pk")


def invitation_by_token(token: str) -> PartnerInvitation | None:
    """The invitation whose link holds that secret, whatever has become of it."""
    return (
        PartnerInvitation.objects.filter(token_sha256=token_digest(token))
        .select_related(
            "application__lead",
            "application__call__agency",
            "application__call__definition_record",
            "invited_by",
        )
        .first()
    )


def may_take_part_with(user: Any, application: Application) -> QuerySet[Organisation]:
    """The organisations that the person writes for and that could take part, in Swedish order."""
    return (
        organisations_acted_for(user, WRITERS)
        .filter(kind__in=application.definition.who_may_apply)
        .exclude(participations__application=application)
        .order_by("sort_key", "pk")
    )


def signatures_under_part(participation: Participation, sha256: str) -> QuerySet[Signature]:
    """Who has signed the partner's part as it now stands, the first first."""
    return (
        Signature.objects.filter(
            application=participation.application_id,
            organisation=participation.organisation_id,
            purpose=SignaturePurpose.APPROVE,
            sha256=sha256,
        )
        .select_related("user")
        .order_by("signed_at", "pk")
    )
