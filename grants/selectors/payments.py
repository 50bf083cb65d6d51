"""Reading what is to be paid: plans of grants, orders, and what stands in their files."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation
from applicants.selectors import agencies_for
from core.models import Agency
from grants.content import FundYear
from grants.content.payments import GrantFacts, PlannedPart, Taken, planned
from grants.definitions import PaymentTerms
from grants.enums import Outcome, PartState, PaymentState, Status
from grants.models import (
    Application,
    Decision,
    OrderAnswer,
    Payment,
    PaymentOrder,
    PaymentStop,
    Requisition,
)
from grants.workflow import HAS_GRANT

from .cases import applications_received
from .money import fund_years_for
from .shut_out import cases_shut_out_of

CONTROLLERS = (Role.CONTROLLER,)
LIVE = (PaymentState.ORDERED, PaymentState.PAID)
PAYING = tuple(sorted(HAS_GRANT))


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """How a grant is paid: its terms, the decision it rests on, its parts, and its money."""

    application: Application
    decision: Decision
    terms: PaymentTerms
    parts: tuple[PlannedPart, ...]
    years: Sequence[FundYear]
    stopped: bool

    @property
    def payable(self) -> tuple[PlannedPart, ...]:
        """The parts that can be paid now."""
        return tuple(part for part in self.parts if part.state is PartState.PAYABLE)

    def part(self, number: int) -> PlannedPart | None:
        """The part with that number."""
        return next((each for each in self.parts if each.number == number), None)


def payment_terms(application: Application) -> PaymentTerms | None:
    """How the case's grant is paid; None for a case of an old register, or a call that says
    nothing of it."""
    return None if application.imported else application.definition.payments


def has_giro(organisation: Organisation) -> bool:
    """Whether it is known where the organisation takes money."""
    return bool(organisation.giro_number)


def plans_of(
    applications: Iterable[Application],
    today: date | None = None,
    *,
    known: Mapping[int, Sequence[FundYear]] | None = None,
    stopped: Collection[int] | None = None,
    payments: Iterable[Payment] | None = None,
) -> dict[int, CasePlan]:
    """How the grants are paid, by case, in at most five queries however many they are. Cases
    that have no standing grant, or whose call says nothing of payments, are left out.

    The applications come with call, definition and lead. `known` is their money,
    `stopped` those whose payments are stopped, and `payments` all that are in orders, where it
    has been read already.
    """
    on = today or timezone.localdate()
    cases = [each for each in applications if payment_terms(each) is not None]
    ids = [each.pk for each in cases]
    decisions = {
        each.application_id: each
        for each in Decision.objects.filter(
            application__in=ids, superseded_by__isnull=True, outcome=Outcome.GRANTED
        ).defer("basis", "reasons")
    }
    years = fund_years_for(ids) if known is None else known
    taken: dict[int, dict[int, Taken]] = {}
    under_way: dict[int, int] = {}
    if payments is None:
        payments = Payment.objects.filter(application__in=ids, state__in=LIVE)
    for payment in (each for each in payments if each.state in LIVE):
        if payment.state == PaymentState.ORDERED:
            pk = payment.application_id
            under_way[pk] = under_way.get(pk, 0) + payment.amount_sek
        of_decision = taken.setdefault(payment.decision_id, {})
        of_decision[payment.part] = Taken(state=payment.state, amount_sek=payment.amount_sek)
    asked: dict[int, set[int]] = {}
    asking = [case.pk for case in cases if getattr(payment_terms(case), "requisition", False)]
    wanted = Requisition.objects.filter(application__in=asking)
    for decision, part in wanted.values_list("decision", "part"):
        asked.setdefault(decision, set()).add(part)
    if stopped is None:
        stops = PaymentStop.objects.filter(application__in=ids, lifted_at__isnull=True)
        stopped = set(stops.values_list("application", flat=True))
    found = {}
    for case in cases:
        decision_made, terms = decisions.get(case.pk), payment_terms(case)
        if decision_made is None or terms is None or decision_made.amount_sek is None:
            continue
        money = years[case.pk]
        facts = GrantFacts(
            granted_sek=decision_made.amount_sek,
            decided_on=decision_made.decided_on,
            holds=case.status in HAS_GRANT,
            interim_accepted=case.status in {Status.INTERIM_REPORTED, Status.FINAL_REPORTED},
            stopped=case.pk in stopped,
            has_giro=has_giro(case.lead),
            moved_sek=sum(year.paid_sek for year in money) + under_way.get(case.pk, 0),
            to_repay_sek=sum(year.to_repay_sek for year in money),
            taken=taken.get(decision_made.pk, {}),
            requested=frozenset(asked.get(decision_made.pk, ())),
        )
        found[case.pk] = CasePlan(
            application=case,
            decision=decision_made,
            terms=terms,
            parts=planned(terms, facts, on),
            years=money,
            stopped=case.pk in stopped,
        )
    return found


def plan_of(
    application: Application,
    *,
    years: Sequence[FundYear] | None = None,
    stops: Iterable[PaymentStop] | None = None,
    payments: Iterable[Payment] | None = None,
) -> CasePlan | None:
    """How one grant is paid; None where nothing is. `years` is its money, `stops` when its
    payments were stopped and `payments` those in orders, where they are known."""
    known = None if years is None else {application.pk: years}
    stopped = None if stops is None else {application.pk for each in stops if not each.lifted_at}
    found = plans_of([application], known=known, stopped=stopped, payments=payments)
    return found.get(application.pk)


def unpaid_sek(application: Application) -> int:
    """What the grantee is still to be paid of a grant in force, whole SEK: granted, not claimed
    back, and not paid out; zero where how it is paid is not recorded."""
    if payment_terms(application) is None or application.status not in HAS_GRANT:
        return 0
    years = fund_years_for([application.pk])[application.pk]
    return max(sum(year.granted_sek - year.to_repay_sek - year.paid_sek for year in years), 0)


def cases_to_pay(user: Any, agency: Agency) -> QuerySet[Application]:
    """The agency's cases with a grant in force in which not all has been paid, or some of it is
    under way, but for those that a conflict of interest shuts the controller out of."""
    return (
        applications_received(user, CONTROLLERS)
        .filter(call__agency=agency, status__in=PAYING, imported=False)
        .select_related("call__agency", "call__definition_record", "lead")
        .defer("call__definition_record__document")
        .order_by("call", "received_at", "pk")
    )


def orders_visible_to(user: Any) -> QuerySet[PaymentOrder]:
    """The payment orders of the agencies where the person is controller, newest first, with how
    many payments are in them and what they come to (whole SEK)."""
    counted = ~Q(payments__state=PaymentState.CANCELLED)
    return (
        PaymentOrder.objects.filter(agency__in=agencies_for(user, CONTROLLERS))
        .select_related("agency", "made_by", "approved_by", "handed_over_by")
        .annotate(
            rows=Count("payments", filter=counted),
            amount_sek=Sum("payments__amount_sek", filter=counted),
        )
        .order_by("-pk")
    )


def payments_in(order: PaymentOrder, user: Any) -> list[Payment]:
    """The payments of an order, without those of cases that the person is shut out of."""
    rows = order.payments.select_related("application", "organisation").order_by("number")
    return list(rows.exclude(application__in=cases_shut_out_of(user)))


def payments_of(application: Application) -> QuerySet[Payment]:
    """The payments of a case, first to last, with their orders."""
    return application.payments.select_related("order").order_by("pk")


def stops_of(application: Application) -> QuerySet[PaymentStop]:
    """When the case's payments were stopped, the latest first."""
    return application.payment_stops.select_related("stopped_by", "lifted_by").order_by("-pk")


def unfinished_answers(limit: int) -> list[int]:
    """Answers that are not all booked, oldest first."""
    found = OrderAnswer.objects.filter(finished_at__isnull=True).order_by("pk")
    return list(found.values_list("pk", flat=True)[:limit])


def file_rows(order: PaymentOrder) -> QuerySet[Payment]:
    """The payments that stand in the order's file: all but those taken out, by number."""
    return (
        order.payments.exclude(state=PaymentState.CANCELLED)
        .select_related("application")
        .order_by("number")
    )
