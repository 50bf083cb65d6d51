"""Signing a report: alone, or two together under the same content, as applications are signed."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Signing
from applicants.models import Mandate, User
from applicants.rules import mandates_on
from applicants.selectors import signatories_of
from grants.enums import NoticeKind
from grants.models import Application
from grants.services.moving import record
from grants.services.notices import notify
from grants.services.signing import NEEDED_JOINTLY
from reporting.models import Report, ReportSignature, ReportVersion


def sign(
    report: Report,
    applications: Sequence[Application],
    *,
    sha256: str,
    actor: User,
    assurance: str = "",
) -> bool:
    """Sign a content of a locked report for its organisation; whether it is now signed by all it
    takes: one who signs alone, or two of those who sign jointly. The same person signs a content
    once. Raises PermissionDenied for one who may not sign today."""
    held = Mandate.objects.filter(
        mandates_on(timezone.localdate()), organisation=report.organisation_id
    ).exclude(signing="")
    mine = set(held.filter(user=actor).values_list("signing", flat=True))
    if not mine:
        raise PermissionDenied("reporting.send_report")
    alone = Signing.SOLE in mine
    signature, is_new = ReportSignature.objects.get_or_create(
        report=report,
        user=actor,
        sha256=sha256,
        version=None,
        defaults={"signed_at": timezone.now(), "assurance": assurance, "jointly": not alone},
    )
    if is_new:
        for application in applications:
            record(
                application,
                "report.signed",
                actor=actor,
                payload={
                    "report": report.code,
                    "sha256": sha256,
                    "assurance": signature.assurance,
                    "jointly": signature.jointly,
                },
                on_behalf_of=report.organisation,
            )
    if alone:
        return True
    signers = ReportSignature.objects.filter(
        report=report, sha256=sha256, version=None, user__in=held.values("user")
    )
    return signers.count() >= NEEDED_JOINTLY


def ask_the_second(
    report: Report, applications: Sequence[Application], *, sha256: str, actor: User
) -> None:
    """Tell the others who sign for the organisation together with another that one has signed;
    once for each content."""
    others = [
        mandate.user
        for mandate in signatories_of(report.organisation)
        if mandate.signing == Signing.JOINTLY and mandate.user_id != actor.pk
    ]
    notify(
        application=applications[0],
        people=others,
        kind=NoticeKind.REPORT_SIGNATURE,
        key=f"{report.pk}:{sha256[:16]}",
    )


def bind_signatures(version: ReportVersion, sha256: str) -> None:
    """The signatures under this content belong to the version from now on."""
    ReportSignature.objects.filter(report=version.report_id, sha256=sha256, version=None).update(
        version=version
    )
