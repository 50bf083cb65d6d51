"""What can be paid, and the payment orders: for the agency's controllers."""

from collections.abc import Collection, Iterable
from itertools import islice

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from core.content import Cell, Check, Column, Crumb, Figure, Row, Table
from core.formats import number
from core.models import Agency
from grants.checks.payments import PaymentRefused
from grants.content.payments import PlannedPart
from grants.enums import PartState
from grants.models import Application, Call, PaymentOrder
from grants.selectors.payments import CasePlan, cases_to_pay, orders_visible_to, plans_of
from grants.services.payment_orders import make_order
from portal.selectors.definitions import definition_of, parse_definitions
from portal.selectors.money import calls_followed
from portal.views.access import person_of
from portal.views.labels import agency_name, call_title, moment, money
from portal.views.money_agencies import chosen_agency
from portal.views.payment_texts import (
    ORDER_NAME,
    earliest,
    order_tag,
    part_tag,
    refusal_text,
)

MOST_ORDERS = 30
MOST_WAITING = 300
_WAITING = (PartState.REQUISITION, PartState.GIRO, PartState.STOPPED, PartState.INTERIM,
            PartState.NOT_YET)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """The parts of one call's grants that can be paid, to put in an order, and what waits."""
    person = person_of(request)
    agency, mine = chosen_agency(request)
    calls = [each for each in calls_followed(person) if each.agency_id == agency.pk]
    parse_definitions(calls)
    calls = [each for each in calls if definition_of(each).payments is not None]
    wanted = request.GET.get("call", "")
    call = next((each for each in calls if str(each.pk) == wanted), next(iter(calls), None))
    ticked: Collection[str] | None = None
    if request.method == "POST":
        ticked = frozenset(request.POST.getlist("part"))
        made = _made(request, agency, ticked)
        if made is not None:
            messages.success(request, _("The order is made. Another controller approves it."))
            return redirect("payment-order", pk=made.pk)
    plans = [] if call is None else _plans(request, agency, call)
    context = {
        "crumbs": [Crumb(_("Money"), reverse("money")), Crumb(_("Payments"))],
        "agency": agency,
        "others": [
            (f"{reverse('payments')}?agency={each.code}", agency_name(each))
            for each in mine
            if each.pk != agency.pk
        ],
        "calls": [
            (f"{reverse('payments')}?agency={agency.code}&call={each.pk}", call_title(each),
             call is not None and each.pk == call.pk)
            for each in calls
        ],
        "call_title": "" if call is None else call_title(call),
        "figures": _figures(plans),
        "payable": _payable(plans, ticked),
        "waiting": _waiting(plans),
        "orders": _orders(islice(orders_visible_to(person), MOST_ORDERS)),
    }  # fmt: skip
    return render(request, "portal/money/payments.html", context)


def _made(request: HttpRequest, agency: Agency, ticked: Iterable[str]) -> PaymentOrder | None:
    parts = []
    for each in ticked:
        case, _dash, part = each.partition("-")
        if not (case.isdecimal() and part.isdecimal() and len(each) < 30):
            raise Http404
        parts.append((int(case), int(part)))
    try:
        return make_order(agency=agency, actor=person_of(request), parts=parts)
    except PaymentRefused as refused:
        messages.error(request, refusal_text(refused))
    except PermissionDenied as error:
        raise Http404 from error
    return None


def _plans(request: HttpRequest, agency: Agency, call: Call) -> list[CasePlan]:
    cases: list[Application] = list(cases_to_pay(request.user, agency).filter(call=call))
    for case in cases:
        case.call = call
    return list(plans_of(cases).values())


def _all(plans: Iterable[CasePlan], *states: PartState) -> list[tuple[CasePlan, PlannedPart]]:
    return [(plan, part) for plan in plans for part in plan.parts if part.state in states]


def _figures(plans: list[CasePlan]) -> list[Figure]:
    granted = sum(year.granted_sek for plan in plans for year in plan.years)
    paid = sum(year.paid_sek for plan in plans for year in plan.years)

    def of(*states: PartState) -> str:
        return money(sum(part.amount_sek for _plan, part in _all(plans, *states)))

    return [
        Figure(pgettext("amount", "Granted"), money(granted)),
        Figure(_("Paid out"), money(paid)),
        Figure(pgettext("payment", "Under way"), of(PartState.ORDERED)),
        Figure(pgettext("payment", "Can be paid now"), of(PartState.PAYABLE)),
        Figure(pgettext("payment", "Waits"), of(*_WAITING)),
    ]


def _payable(plans: list[CasePlan], ticked: Collection[str] | None) -> Table | None:
    found = _all(plans, PartState.PAYABLE)
    if not found:
        return None
    return Table(
        id="payable",
        caption=_("What can be paid now"),
        columns=(
            Column(_("Pay")),
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(pgettext("payment", "Part")),
            Column(_("Appropriation item")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(_payable_row(plan, part, ticked) for plan, part in found),
        foot=Row(
            Cell(_("All")),
            (
                Cell(""),
                Cell(""),
                Cell(number(len(found))),
                Cell(""),
                Cell(money(sum(part.amount_sek for _plan, part in found))),
            ),
        ),
        stack=True,
        caption_hidden=True,
    )


def _payable_row(plan: CasePlan, part: PlannedPart, ticked: Collection[str] | None) -> Row:
    case = plan.application
    value = f"{case.pk}-{part.number}"
    return Row(
        Cell(
            check=Check(
                "part",
                value,
                _("Pay part %(part)s of %(case)s") % {"part": part.number, "case": case.number},
                checked=ticked is None or value in ticked,
            )
        ),
        (
            Cell(case.number, reverse("case-payments", args=[case.pk])),
            Cell(case.lead.name),
            Cell(str(part.number)),
            Cell(plan.terms.appropriation),
            Cell(money(part.amount_sek)),
        ),
    )


def _waiting(plans: list[CasePlan]) -> Table | None:
    found = sorted(_all(plans, *_WAITING), key=lambda each: _WAITING.index(each[1].state))
    if not found:
        return None
    return Table(
        id="waiting",
        caption=_("What waits"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(pgettext("payment", "Part")),
            Column(_("Earliest")),
            Column(_("Amount"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(plan.application.number, reverse("case-payments", args=[plan.application.pk])),
                (
                    Cell(plan.application.lead.name),
                    Cell(str(part.number)),
                    earliest(plan, part),
                    Cell(money(part.amount_sek)),
                    Cell(tag=part_tag(part.state)),
                ),
            )
            for plan, part in found[:MOST_WAITING]
        ),
        stack=True,
        caption_hidden=True,
    )


def _orders(orders: Iterable[PaymentOrder]) -> Table | None:
    rows = tuple(
        Row(
            Cell(str(ORDER_NAME) % {"number": each.pk}, reverse("payment-order", args=[each.pk])),
            (
                Cell(agency_name(each.agency)),
                Cell(moment(each.made_at), note=str(each.made_by)),
                Cell(moment(each.approved_at), note=str(each.approved_by or "")),
                Cell(number(getattr(each, "rows", 0))),
                Cell(money(getattr(each, "amount_sek", None) or 0)),
                Cell(tag=order_tag(each.state)),
            ),
        )
        for each in orders
    )
    if not rows:
        return None
    return Table(
        id="orders",
        caption=_("Payment orders"),
        columns=(
            Column(_("Order")),
            Column(_("Agency")),
            Column(_("Made"), nowrap=True),
            Column(pgettext("payment order", "Approved"), nowrap=True),
            Column(_("Payments"), numeric=True),
            Column(_("Amount"), numeric=True),
            Column(_("State")),
        ),
        rows=rows,
        stack=True,
        caption_hidden=True,
    )
