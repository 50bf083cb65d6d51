"""Signing for an organisation: alone, or two together under the same content."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Signing
from applicants.models import Mandate, Organisation, User
from applicants.rules import mandates_on
from core.selectors.prepared import Prepared
from core.services.rows import insert
from grants.enums import SignaturePurpose
from grants.models import Application, Signature

from .moving import record

NEEDED_JOINTLY = 2
_signs = Prepared(
    lambda user, organisation, today: (
        Mandate.objects.filter(mandates_on(today), user=user, organisation=organisation)
        .exclude(signing="")
        .values_list("signing", flat=True)
    )
)
_signed = Prepared(
    lambda application, purpose, organisation, user, sha256: Signature.objects.filter(
        application=application,
        purpose=purpose,
        organisation=organisation,
        user=user,
        sha256=sha256,
        version=None,
    ).values_list("pk", flat=True)
)


def sign(
    *,
    application: Application,
    organisation: Organisation,
    purpose: SignaturePurpose,
    sha256: str,
    actor: User,
    assurance: str = "",
) -> bool:
    """Sign a content for the organisation; whether it is now signed by all it takes.

    One who signs alone is enough; of those who sign jointly, two. The application is locked.
    Raises PermissionDenied for one who may not sign today.
    """
    today = timezone.localdate()
    mine = set(_signs(actor.pk, organisation.pk, today))
    if not mine:
        raise PermissionDenied("grants.sign")
    alone = Signing.SOLE in mine
    content = {
        "application": application,
        "purpose": purpose,
        "organisation": organisation,
        "user": actor,
        "sha256": sha256,
        "version": None,
    }
    if not _signed(application.pk, str(purpose), organisation.pk, actor.pk, sha256):
        signature = insert(
            Signature(**content, signed_at=timezone.now(), assurance=assurance, jointly=not alone)
        )
        record(
            application,
            "application.signed",
            actor=actor,
            payload={
                "purpose": str(purpose),
                "sha256": sha256,
                "assurance": signature.assurance,
                "jointly": signature.jointly,
                "organisation": organisation.pk,
            },
            on_behalf_of=organisation,
        )
    if alone:
        return True
    held = Mandate.objects.filter(mandates_on(today), organisation=organisation)
    signers = Signature.objects.filter(
        application=application,
        purpose=purpose,
        organisation=organisation,
        sha256=sha256,
        version=None,
        user__in=held.exclude(signing="").values("user"),
    )
    return signers.count() >= NEEDED_JOINTLY


def take_back_approval(application: Application, organisation_id: int) -> None:
    """Let nothing that was signed of a part count any more: it has been written since, or
    somebody says no. Those under what was sent in stay, and so do the journal's events."""
    Signature.objects.filter(
        application=application,
        organisation=organisation_id,
        purpose=SignaturePurpose.APPROVE,
        version=None,
    ).delete()
