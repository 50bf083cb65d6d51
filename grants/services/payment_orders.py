"""Payment orders: made by one controller, approved by another, handed over as a file.

Lock order: order, applications by id, payments, journal. A crash between two steps leaves the
order where it was: each step is one transaction, and goes by the row's state.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.models import Agency
from core.services import journal
from grants.checks.payments import PaymentRefused, checksum, order_file
from grants.enums import OrderState, PaymentState
from grants.models import Application, Payment, PaymentOrder
from grants.selectors.payments import CasePlan, file_rows, has_giro, plans_of
from grants.workflow import HAS_GRANT

from .moving import locked_applications, record, require
from .payments import CLAIMED, MERGED, NOT_IN_FORCE, STOPPED, TAKEN_BACK, take_out


@transaction.atomic
def make_order(*, agency: Agency, actor: User, parts: Iterable[tuple[int, int]]) -> PaymentOrder:
    """Put these parts of grants in an order; each is the case's id and the part's number.

    Raises PermissionDenied for anyone but the agency's controllers, PaymentRefused where nothing
    is chosen, or a part cannot be paid any more: then no order is made.
    """
    require("grants.handle_payments", actor, agency)
    chosen = sorted(set(parts))
    if not chosen:
        raise PaymentRefused("nothing_chosen")
    cases = {each.pk: each for each in locked_applications(pk for pk, _part in chosen)}
    for case in cases.values():
        if case.call.agency_id != agency.pk:
            raise PaymentRefused("changed", [case.number])
        require("grants.book_money", actor, case)
    plans = plans_of(cases.values())
    now = timezone.now()
    order = PaymentOrder.objects.create(agency=agency, made_by=actor, made_at=now)
    payments = [
        _payment(order, number, cases, plans, pk, part)
        for number, (pk, part) in enumerate(chosen, start=1)
    ]
    Payment.objects.bulk_create(payments)
    for payment in payments:
        record(
            payment.application,
            "payment.ordered",
            actor=actor,
            payload={
                "order": order.pk,
                "part": payment.part,
                "amount_sek": payment.amount_sek,
                "appropriation": payment.appropriation,
            },
        )
    _tell(order, "payment_order.made", actor, rows=len(payments), amount_sek=_sum(payments))
    return order


def _payment(
    order: PaymentOrder,
    number: int,
    cases: Mapping[int, Application],
    plans: Mapping[int, CasePlan],
    pk: int,
    part: int,
) -> Payment:
    plan = plans.get(pk)
    wanted = None if plan is None else next((p for p in plan.payable if p.number == part), None)
    if plan is None or wanted is None:
        raise PaymentRefused("changed", [cases[pk].number] if pk in cases else [])
    return Payment(
        order=order,
        number=number,
        application=cases[pk],
        decision=plan.decision,
        part=part,
        organisation=cases[pk].lead,
        year=cases[pk].call.year,
        budget_year=timezone.localdate().year,
        appropriation=plan.terms.appropriation,
        amount_sek=wanted.amount_sek,
    )


@transaction.atomic
def approve_order(*, order: PaymentOrder, actor: User) -> PaymentOrder:
    """Approve the order: from now on it says who is paid and where, as the organisations are
    today. Payments that cannot be made any more are taken out.

    Raises PermissionDenied; PaymentRefused for whoever made it, an order in another state, an
    organisation without a giro number, or where nothing is left of it.
    """
    order = _locked(order)
    require("grants.handle_payments", actor, order)
    if order.made_by_id == actor.pk:
        raise PaymentRefused("same_person")
    payments = _still_payable(order, actor, OrderState.MADE)
    lacking = [each.application.number for each in payments if not has_giro(each.organisation)]
    if lacking:
        raise PaymentRefused("giro", lacking)
    for payment in payments:
        organisation = payment.organisation
        payment.payee, payment.org_no = organisation.name, organisation.org_no
        payment.giro_kind, payment.giro_number = organisation.giro_kind, organisation.giro_number
        payment.budget_year = timezone.localdate().year
    Payment.objects.bulk_update(
        payments, ["payee", "org_no", "giro_kind", "giro_number", "budget_year"]
    )
    order.state, order.approved_by, order.approved_at = OrderState.APPROVED, actor, timezone.now()
    order.save(update_fields=["state", "approved_by", "approved_at"])
    _tell(order, "payment_order.approved", actor, rows=len(payments), amount_sek=_sum(payments))
    return order


@transaction.atomic
def hand_over_order(*, order: PaymentOrder, actor: User) -> PaymentOrder:
    """Hand the order over to the accounting system: from now on its file is what it is, and no
    payment can be taken out of it. Raises as `approve_order`, but anyone of the controllers may.
    """
    order = _locked(order)
    require("grants.handle_payments", actor, order)
    payments = _still_payable(order, actor, OrderState.APPROVED)
    order.sha256 = checksum(content_of(order))
    order.state, order.handed_over_by = OrderState.HANDED_OVER, actor
    order.handed_over_at = timezone.now()
    order.save(update_fields=["sha256", "state", "handed_over_by", "handed_over_at"])
    _tell(
        order,
        "payment_order.handed_over",
        actor,
        rows=len(payments),
        amount_sek=_sum(payments),
        sha256=order.sha256,
    )
    return order


@transaction.atomic
def cancel_order(*, order: PaymentOrder, actor: User) -> PaymentOrder:
    """Cancel an order that has not been handed over: its parts can be put in another. Raises
    PermissionDenied, PaymentRefused."""
    order = _locked(order)
    require("grants.handle_payments", actor, order)
    if order.state not in {OrderState.MADE, OrderState.APPROVED}:
        raise PaymentRefused("state")
    for payment in _waiting(order):
        require("grants.book_money", actor, payment.application)
        take_out(payment, payment.application, TAKEN_BACK, actor)
    order.state = OrderState.CANCELLED
    order.save(update_fields=["state"])
    _tell(order, "payment_order.cancelled", actor)
    return order


def content_of(order: PaymentOrder) -> bytes:
    """The order's file. Of one that was handed over, its checksum is the order's."""
    return order_file(
        (
            each.reference,
            order.pk,
            each.application.number,
            each.payee,
            each.org_no,
            each.giro_kind,
            each.giro_number,
            each.amount_sek,
            each.appropriation,
            each.budget_year,
        )
        for each in file_rows(order)
    )


def _locked(order: PaymentOrder) -> PaymentOrder:
    return (
        PaymentOrder.objects.select_for_update(of=("self",))
        .select_related("agency")
        .get(pk=order.pk)
    )


def _waiting(order: PaymentOrder) -> list[Payment]:
    """The payments in it, with their cases locked."""
    ids = order.payments.filter(state=PaymentState.ORDERED).values_list("application", flat=True)
    cases = {each.pk: each for each in locked_applications(list(ids))}
    found = list(
        order.payments.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(state=PaymentState.ORDERED)
        .order_by("number")
    )
    for payment in found:
        payment.application = cases[payment.application_id]
    return found


def _still_payable(order: PaymentOrder, actor: User, state: OrderState) -> list[Payment]:
    """What of the order can be paid now; the rest is taken out of it. Raises PaymentRefused."""
    if order.state != state:
        raise PaymentRefused("state")
    waiting = _waiting(order)
    for payment in waiting:
        require("grants.book_money", actor, payment.application)
    plans = plans_of({each.application_id: each.application for each in waiting}.values())
    found = []
    for payment in waiting:
        why = _hindrance(payment, plans.get(payment.application_id))
        if why:
            take_out(payment, payment.application, why, actor)
        else:
            found.append(payment)
    if not found:
        raise PaymentRefused("empty")
    return found


def _hindrance(payment: Payment, plan: CasePlan | None) -> str:
    """Why the payment cannot be made after all; empty where it can."""
    if (
        plan is None
        or plan.decision.pk != payment.decision_id
        or payment.application.status not in HAS_GRANT
    ):
        return NOT_IN_FORCE
    if plan.stopped:
        return STOPPED
    if payment.organisation_id != payment.application.lead_id:
        return MERGED
    moved = sum(part.amount_sek for part in plan.parts if part.state in {"paid", "ordered"})
    entitled = sum(year.granted_sek - year.to_repay_sek for year in plan.years)
    return CLAIMED if moved > entitled else ""


def _sum(payments: Iterable[Payment]) -> int:
    return sum(each.amount_sek for each in payments)


def _tell(order: PaymentOrder, name: str, actor: User, **payload: object) -> None:
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name=name,
        payload={"agency": order.agency.code, "order": order.pk, **payload},
        actor=journal.Actor.person(actor),
    )
