"""Answers from the accounting system: kept whole, then booked row by row.

The file is checked and kept in one transaction; each row is booked in one of its own, by its
state and an idempotency key. Whoever stops between two rows leaves the answer unfinished, and
beat goes on with it: no row is booked twice, and none is left.
"""

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.services import journal
from core.services.background import enqueue_on_commit
from grants.checks.payments import (
    LARGEST_ANSWER,
    PaymentRefused,
    Result,
    checksum,
    read_answer,
)
from grants.enums import EntryKind, OrderState, PaymentState
from grants.models import OrderAnswer, Payment, PaymentOrder
from grants.selectors.payments import file_rows

from .ledger import book
from .moving import locked_application, record, require

_SAID = {PaymentState.PAID: Result.PAID, PaymentState.REFUSED: Result.REFUSED}


@transaction.atomic
def receive_answer(*, order: PaymentOrder, actor: User, content: bytes) -> OrderAnswer:
    """Keep an answer to the order, to be booked by a worker; the same file again gives the one
    that is there.

    Raises PermissionDenied for anyone but the agency's controllers, PaymentRefused for an order
    that waits for no answer or a file that is too large, AnswerRefused for what is wrong in it.
    """
    order = (
        PaymentOrder.objects.select_for_update(of=("self",))
        .select_related("agency")
        .get(pk=order.pk)
    )
    require("grants.handle_payments", actor, order)
    if len(content) > LARGEST_ANSWER:
        raise PaymentRefused("too_large")
    sha256 = checksum(content)
    earlier = order.answers.filter(sha256=sha256).first()
    if earlier is not None:
        return earlier
    if order.state != OrderState.HANDED_OVER:
        raise PaymentRefused("state")
    known = {each.reference: _SAID.get(PaymentState(each.state)) for each in file_rows(order)}
    rows = read_answer(content, known)
    answer = OrderAnswer.objects.create(
        order=order,
        sha256=sha256,
        rows=[[int(each.reference.split("-")[1]), str(each.result), each.reason] for each in rows],
        received_by=actor,
        received_at=timezone.now(),
    )
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name="payment_order.answer_received",
        payload={
            "agency": order.agency.code,
            "order": order.pk,
            "sha256": sha256,
            "rows": len(rows),
        },
        actor=journal.Actor.person(actor),
    )
    enqueue_on_commit("grants.tasks.book_answer", answer.pk)
    return answer


def book_answer(*, answer_id: int) -> bool:
    """Book what an answer says, from where it stands; returns whether all of it is booked now.
    May be called any number of times, by several at once."""
    answer = OrderAnswer.objects.select_related("order", "received_by").get(pk=answer_id)
    if answer.finished_at is not None:
        return True
    for number, result, reason in answer.rows:
        _book_row(answer, number, Result(result), reason)
    _finish(answer)
    return True


@transaction.atomic
def _book_row(answer: OrderAnswer, number: int, result: Result, reason: str) -> None:
    case = Payment.objects.values_list("application", flat=True)
    application = locked_application(case.get(order=answer.order_id, number=number))
    payment = Payment.objects.select_for_update().get(order=answer.order_id, number=number)
    if payment.state != PaymentState.ORDERED:
        return
    actor = answer.received_by
    payment.ended_at = timezone.now()
    payload = {
        "order": payment.order_id,
        "part": payment.part,
        "amount_sek": payment.amount_sek,
    }
    if result is Result.PAID:
        book(
            application=application,
            kind=EntryKind.PAID,
            year=payment.year,
            amount_sek=payment.amount_sek,
            actor=actor,
            key=f"payment-order:{payment.reference}",
            booked_on=timezone.localdate(answer.received_at),
        )
        payment.state = PaymentState.PAID
        record(application, "payment.paid", actor=actor, payload=payload)
    else:
        payment.state, payment.reason = PaymentState.REFUSED, reason
        record(
            application, "payment.refused", actor=actor, payload=payload, texts={"reason": reason}
        )
    payment.save(update_fields=["state", "reason", "ended_at"])


@transaction.atomic
def _finish(answer: OrderAnswer) -> None:
    """Say that the answer is booked, and its order answered where no payment is left in it."""
    order = PaymentOrder.objects.select_for_update().get(pk=answer.order_id)
    OrderAnswer.objects.filter(pk=answer.pk, finished_at__isnull=True).update(
        finished_at=timezone.now()
    )
    left = order.payments.filter(state=PaymentState.ORDERED).exists()
    if order.state == OrderState.HANDED_OVER and not left:
        order.state = OrderState.ANSWERED
        order.save(update_fields=["state"])
