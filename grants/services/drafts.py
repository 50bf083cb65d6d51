"""Drafts: the applicant's own room, and the partners' answers."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from applicants.rules import SIGNATORIES
from grants.checks import Facts, LedgerRefused, UnlockableField
from grants.enums import Approval, NoticeKind, ParticipationRole, SignaturePurpose, Status
from grants.models import Application, Call, Participation
from grants.selectors.draft import attachments_of, draft_of, part_sha256
from grants.selectors.people import people_of, people_of_participation
from grants.workflow import Action

from .moving import locked_application, move, permitted, record, require
from .notices import notify
from .signing import sign, take_back_approval


class PartChanged(Exception):
    """The partner's part has been written since it was shown to the one who approves it."""


class FieldLocked(Exception):
    """The application cannot be written now, or not that field of it."""


@transaction.atomic
def create_draft(
    *,
    call: Call,
    lead: Organisation,
    actor: User,
    requested_sek: int | None = None,
    partners: Iterable[Organisation] = (),
) -> Application:
    """Begin an application for the lead; `requested_sek` is whole SEK.

    Raises PermissionDenied for one who does not write for the lead. Whether the call is open and
    the lead may apply is told by the checks, not here.
    """
    require("grants.create_application", actor, lead)
    application = Application.objects.create(call=call, lead=lead, requested_sek=requested_sek)
    Participation.objects.create(
        application=application,
        organisation=lead,
        role=ParticipationRole.LEAD,
        approval=Approval.APPROVED,
    )
    _set_partners(application, partners)
    record(
        application,
        "application.begun",
        actor=actor,
        payload={"call": call.code, "lead": lead.pk, "to": str(Status.DRAFT)},
        on_behalf_of=lead,
    )
    return application


@transaction.atomic
def write_application(
    *,
    application: Application,
    actor: User,
    requested_sek: int | None = None,
    partners: Iterable[Organisation] | None = None,
) -> Application:
    """Write the draft, or the fields whose completion is asked for; None leaves a field alone.

    A partner that is new has to approve anew. Raises PermissionDenied, and FieldLocked for what
    is not open to be written.
    """
    application = locked_application(application.pk)
    require("grants.write_application", actor, application)
    wanted: set[UnlockableField] = set()
    if requested_sek is not None and application.definition.application is not None:
        # Where there is a form, what is asked for is the sum of the budget lines.
        raise FieldLocked
    if requested_sek is not None:
        wanted.add(UnlockableField.REQUESTED)
    if partners is not None:
        wanted.add(UnlockableField.PARTNERS)
    if application.status == Status.COMPLETION_REQUESTED:
        if not wanted <= set(application.completion_fields):
            raise FieldLocked
    elif application.status != Status.DRAFT:
        raise FieldLocked
    if requested_sek is not None:
        if requested_sek <= 0:
            raise LedgerRefused("amount")
        application.requested_sek = requested_sek
        application.save(update_fields=["requested_sek"])
    if partners is not None:
        _set_partners(application, partners)
    record(
        application,
        "application.written",
        actor=actor,
        payload={"fields": sorted(wanted)},
        on_behalf_of=application.lead,
    )
    return application


def _set_partners(application: Application, partners: Iterable[Organisation]) -> None:
    wanted = {partner.pk for partner in partners} - {application.lead_id}
    present = application.participations.filter(role=ParticipationRole.PARTNER)
    present.exclude(organisation__in=wanted).delete()
    there = set(present.values_list("organisation_id", flat=True))
    Participation.objects.bulk_create(
        Participation(application=application, organisation_id=pk, role=ParticipationRole.PARTNER)
        for pk in sorted(wanted - there)
    )
    application.partner_count = len(wanted)
    application.save(update_fields=["partner_count"])


def participation_now(participation: Participation) -> Participation:
    """The part as it now is; its application is locked. Raises FieldLocked when the partner has
    been left out meanwhile."""
    found = Participation.objects.select_related("organisation").filter(pk=participation.pk).first()
    if found is None:
        raise FieldLocked
    return found


@transaction.atomic
def answer_participation(
    *,
    participation: Participation,
    actor: User,
    approve: bool,
    assurance: str = "",
    seen: str = "",
) -> Participation:
    """A partner's signatory approves or declines its part; where two sign jointly the second
    approves it. `seen` is the SHA-256 of the part as it was shown.

    A no takes back what was signed of the part: a yes is signed anew by all it takes. Raises
    PermissionDenied, PartChanged when the part has been written since it was shown, and
    FieldLocked when the application is no longer being written or the partner was left out.
    """
    application = locked_application(participation.application_id)
    participation = participation_now(participation)
    if participation.role != ParticipationRole.PARTNER:
        raise PermissionDenied("grants.answer_participation")
    require("grants.answer_participation", actor, participation)
    if application.status not in {Status.DRAFT, Status.COMPLETION_REQUESTED}:
        raise FieldLocked
    if approve and application.definition.application is not None:
        sha256 = part_sha256(
            draft_of(application), participation.organisation_id, attachments_of(application)
        )
        if seen and seen != sha256:
            raise PartChanged
        if not sign(
            application=application,
            organisation=participation.organisation,
            purpose=SignaturePurpose.APPROVE,
            sha256=sha256,
            actor=actor,
            assurance=assurance,
        ):
            notify(
                application=application,
                people=[
                    each
                    for each in people_of_participation(participation, SIGNATORIES)
                    if each != actor
                ],
                kind=NoticeKind.APPROVAL_NEEDED,
                key=f"{participation.pk}:second:{sha256[:16]}",
            )
            return participation
    if not approve:
        take_back_approval(application, participation.organisation_id)
    participation.approval = Approval.APPROVED if approve else Approval.DECLINED
    participation.save(update_fields=["approval"])
    record(
        application,
        "participation.answered",
        actor=actor,
        payload={"organisation": participation.organisation_id, "approved": approve},
        on_behalf_of=participation.organisation,
    )
    notify(
        application=application,
        people=people_of(application, lead_only=True),
        kind=NoticeKind.PARTNER_ANSWERED,
        key=f"{participation.pk}:{participation.approval}:{participation.asked_again}",
    )
    return participation


@transaction.atomic
def discard_application(*, application: Application, actor: User) -> Application:
    """Throw the draft away. Raises PermissionDenied, TransitionNotAllowed, and TransitionRefused
    for one that has been received and was taken back."""
    application = locked_application(application.pk)
    permitted(Action.DISCARD, actor, application)
    move(
        application,
        Action.DISCARD,
        Facts(
            never_received=not application.register_number,
            today=timezone.localdate(),
            actor_id=actor.pk,
        ),
        actor=actor,
        on_behalf_of=application.lead,
    )
    return application
