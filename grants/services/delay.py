"""The applicant's request that its case be decided, and the agency's refusal of it
(förvaltningslagen 12 §)."""

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from grants.checks.delay import answered_by, may_be_asked_from
from grants.enums import Direction, DocumentKind, NoticeKind, Status
from grants.models import Application, DelayRequest
from grants.selectors.messages import officers_concerned
from grants.selectors.people import people_of

from .moving import locked_application, record, require
from .notices import notify
from .register import register_document

UNDECIDED = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED})
LONGEST = 4_000


class DelayRefused(Exception):
    """It cannot be asked or refused now. `code`: `decided`, `too_early`, `asked` (once in a
    case), `not_asked`, `answered`, `reasons` or `too_long`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def ask_for_decision(*, application: Application, actor: User, message: str = "") -> DelayRequest:
    """Ask for the lead that the case be decided, once six months have passed since its receipt.

    The agency then has four weeks. Raises PermissionDenied for anyone but the lead's signatory,
    and DelayRefused.
    """
    application = locked_application(application.pk)
    require("grants.ask_for_decision", actor, application)
    message = message.strip().replace("\r\n", "\n")
    now = timezone.now()
    today = timezone.localdate(now)
    if DelayRequest.objects.filter(application=application).exists():
        raise DelayRefused("asked")
    if application.status not in UNDECIDED or application.decisions.exists():
        raise DelayRefused("decided")
    received = application.received_at
    if received is None or today < may_be_asked_from(timezone.localdate(received)):
        raise DelayRefused("too_early")
    if len(message) > LONGEST:
        raise DelayRefused("too_long")
    request = DelayRequest.objects.create(
        application=application,
        organisation=application.lead,
        asked_by=actor,
        asked_at=now,
        message=message,
        due_on=answered_by(today),
    )
    register_document(
        application=application,
        direction=Direction.IN,
        kind=DocumentKind.DELAY_REQUEST,
        source=f"delay:{request.pk}",
        actor=actor,
        party=application.lead.name,
        held=True,
    )
    record(
        application,
        "application.decision_asked",
        actor=actor,
        payload={"due": request.due_on.isoformat()},
        texts={"message": message},
        on_behalf_of=application.lead,
    )
    notify(
        application=application,
        people=officers_concerned(application),
        kind=NoticeKind.DELAY_REQUESTED,
        key=str(request.pk),
        to_agency=True,
    )
    return request


@transaction.atomic
def refuse_delay_request(*, application: Application, actor: User, reasons: str) -> DelayRequest:
    """Refuse the request in a decision of its own, with reasons that the party reads.

    Raises PermissionDenied, and DelayRefused without reasons, for a case in which nothing is
    asked, and for one that is decided or refused already.
    """
    application = locked_application(application.pk)
    require("grants.refuse_delay_request", actor, application)
    reasons = reasons.strip().replace("\r\n", "\n")
    request = DelayRequest.objects.filter(application=application).first()
    if request is None:
        raise DelayRefused("not_asked")
    if request.refused_at is not None or application.status not in UNDECIDED:
        raise DelayRefused("answered")
    if not reasons:
        raise DelayRefused("reasons")
    if len(reasons) > LONGEST:
        raise DelayRefused("too_long")
    request.refused_at, request.refused_by, request.reasons = timezone.now(), actor, reasons
    request.save(update_fields=["refused_at", "refused_by", "reasons"])
    register_document(
        application=application,
        direction=Direction.OUT,
        kind=DocumentKind.DECISION,
        source=f"delay_refusal:{request.pk}",
        actor=actor,
        party=application.lead.name,
        held=True,
    )
    record(
        application,
        "application.decision_ask_refused",
        actor=actor,
        payload={"request": request.pk},
        texts={"reasons": reasons},
    )
    notify(
        application=application,
        people=people_of(application),
        kind=NoticeKind.DELAY_REFUSED,
        key=str(request.pk),
    )
    return request
