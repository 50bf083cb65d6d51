"""What comes before a payment: requisitions, and payments stopped and taken up again."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from applicants.models import User
from grants.checks.payments import PaymentRefused
from grants.enums import (
    Direction,
    NoticeKind,
    OrderState,
    PartState,
    PaymentState,
)
from grants.models import Application, Payment, PaymentStop, Requisition
from grants.selectors.payments import plan_of
from grants.selectors.people import people_of

from .money_documents import number_document
from .moving import locked_application, record, require
from .notices import notify

STOPPED, NOT_IN_FORCE, CLAIMED, TAKEN_BACK = "stopped", "not_in_force", "claimed", "cancelled"
MERGED = "merged"
"""Why a payment was taken out of its order, as its `reason`."""
_CAN_BE_TAKEN_OUT = (OrderState.MADE, OrderState.APPROVED)


@transaction.atomic
def ask_for_part(*, application: Application, actor: User, part: int) -> Requisition:
    """The grantee asks for a part of its grant; the same again gives the one that is there.

    Raises PermissionDenied for anyone but the lead's signatory, PaymentRefused (`part`) for a
    part that does not wait for a requisition.
    """
    application = locked_application(application.pk)
    require("grants.request_payment", actor, application)
    plan = plan_of(application)
    if plan is None:
        raise PaymentRefused("part")
    earlier = Requisition.objects.filter(decision=plan.decision, part=part).first()
    if earlier is not None:
        return earlier
    wanted = plan.part(part)
    if wanted is None or wanted.state is not PartState.REQUISITION:
        raise PaymentRefused("part")
    made = Requisition.objects.create(
        application=application,
        decision=plan.decision,
        part=part,
        asked_by=actor,
        asked_at=timezone.now(),
    )
    number_document(
        application,
        Direction.IN,
        f"requisition:{made.pk}",
        title=gettext_noop("Requisition"),
        actor=actor,
    )
    record(
        application,
        "payment.asked",
        actor=actor,
        payload={"part": part, "amount_sek": wanted.amount_sek},
        on_behalf_of=application.lead,
    )
    return made


@transaction.atomic
def stop_payments(*, application: Application, actor: User, reason: str) -> PaymentStop:
    """Stop the case's payments: what is in an order that has not been handed over is taken out.

    Raises PermissionDenied for anyone but the agency's controllers and decision makers,
    PaymentRefused without a reason, or where they are stopped already.
    """
    application = locked_application(application.pk)
    require("grants.stop_payments", actor, application)
    reason = reason.strip()
    if not reason:
        raise PaymentRefused("reason")
    if application.payment_stops.filter(lifted_at__isnull=True).exists():
        raise PaymentRefused("stopped")
    stop = PaymentStop.objects.create(
        application=application, reason=reason, stopped_by=actor, stopped_at=timezone.now()
    )
    record(application, "payment.stopped", actor=actor, texts={"reason": reason})
    # The order itself is not locked: whoever approves it holds it, and waits for the case.
    for payment in Payment.objects.select_for_update(of=("self",)).filter(
        application=application,
        state=PaymentState.ORDERED,
        order__state__in=[str(state) for state in _CAN_BE_TAKEN_OUT],
    ):
        take_out(payment, application, STOPPED, actor)
    _tell(application, f"stop:{stop.pk}")
    return stop


@transaction.atomic
def lift_stop(*, application: Application, actor: User, reason: str) -> PaymentStop:
    """Let the case's payments go on. Raises as `stop_payments`."""
    application = locked_application(application.pk)
    require("grants.stop_payments", actor, application)
    reason = reason.strip()
    stop = application.payment_stops.filter(lifted_at__isnull=True).first()
    if stop is None:
        raise PaymentRefused("not_stopped")
    if not reason:
        raise PaymentRefused("reason")
    stop.lifted_reason, stop.lifted_by, stop.lifted_at = reason, actor, timezone.now()
    stop.save(update_fields=["lifted_reason", "lifted_by", "lifted_at"])
    record(application, "payment.stop_lifted", actor=actor, texts={"reason": reason})
    _tell(application, f"lifted:{stop.pk}")
    return stop


def take_out(payment: Payment, application: Application, reason: str, actor: User | None) -> None:
    """Take a payment out of its order, under the case's lock: its part can be paid in another."""
    payment.state, payment.reason = PaymentState.CANCELLED, reason
    payment.ended_at = timezone.now()
    payment.save(update_fields=["state", "reason", "ended_at"])
    record(
        application,
        "payment.taken_out",
        actor=actor,
        payload={"order": payment.order_id, "part": payment.part, "why": reason},
    )


def _tell(application: Application, key: str) -> None:
    notify(
        application=application,
        people=people_of(application, lead_only=True),
        kind=NoticeKind.PAYMENT,
        key=key,
    )
