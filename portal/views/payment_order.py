"""One payment order: approved, handed over, answered; and its file."""

from collections.abc import Callable, Iterable, Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Text
from core.formats import number
from grants.checks.payments import LARGEST_ANSWER, AnswerRefused, PaymentRefused, checksum
from grants.enums import OrderState, PaymentState
from grants.models import Payment, PaymentOrder
from grants.selectors.payments import orders_visible_to, payments_in
from grants.services.payment_answers import receive_answer
from grants.services.payment_orders import (
    approve_order,
    cancel_order,
    content_of,
    hand_over_order,
)
from portal.forms.payments import AnswerForm
from portal.views.access import person_of
from portal.views.labels import agency_name, moment, money
from portal.views.payment_texts import (
    ORDER_NAME,
    fault_text,
    giro_text,
    order_tag,
    payment_tag,
    reason_text,
    refusal_text,
)

ACTIONS: Mapping[str, tuple[Callable[..., PaymentOrder], Text]] = {
    "approve": (approve_order, gettext_lazy("The order is approved.")),
    "hand-over": (
        hand_over_order,
        gettext_lazy("The order is handed over. Fetch its file for the accounting system."),
    ),
    "cancel": (cancel_order, gettext_lazy("The order is cancelled.")),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payment_order(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The order with its payments; a post brings it on, or brings an answer to it."""
    person = person_of(request)
    order: PaymentOrder = get_object_or_404(orders_visible_to(person), pk=pk)
    answer_form, faults = AnswerForm(), list[str]()
    if request.method == "POST":
        if request.POST.get("action") == "answer":
            answer_form = AnswerForm(request.POST, request.FILES)
            faults = _answered(request, order, answer_form)
            if answer_form.is_valid() and not faults:
                messages.success(request, _("The answer is received, and is being booked."))
                return redirect("payment-order", pk=pk)
        else:
            _brought_on(request, order)
            return redirect("payment-order", pk=pk)
    payments = payments_in(order, person)
    unfinished = order.answers.filter(finished_at__isnull=True).exists()
    context = {
        "crumbs": [
            Crumb(_("Money"), reverse("money")),
            Crumb(_("Payments"), reverse("payments")),
            Crumb(str(ORDER_NAME) % {"number": order.pk}),
        ],
        "order": order,
        "name": str(ORDER_NAME) % {"number": order.pk},
        "agency": agency_name(order.agency),
        "tag": order_tag(order.state),
        "summary": _summary(order),
        "table": _table(payments),
        "may_approve": order.state == OrderState.MADE and order.made_by_id != person.pk,
        "own": order.state == OrderState.MADE and order.made_by_id == person.pk,
        "may_hand_over": order.state == OrderState.APPROVED,
        "may_cancel": order.state in {OrderState.MADE, OrderState.APPROVED},
        "waits": order.state == OrderState.HANDED_OVER,
        "file_url": reverse("payment-order-file", args=[pk]) if order.sha256 else "",
        "unfinished": unfinished,
        "answer_form": answer_form,
        "faults": faults,
    }
    return render(request, "portal/money/order.html", context)


def _brought_on(request: HttpRequest, order: PaymentOrder) -> None:
    action, done = ACTIONS.get(request.POST.get("action", ""), (None, ""))
    if action is None:
        raise Http404
    try:
        action(order=order, actor=person_of(request))
        messages.success(request, str(done))
    except PaymentRefused as refused:
        messages.error(request, refusal_text(refused))
    except PermissionDenied:
        # A controller of the agency lacks it only for a case that a conflict of interest hides.
        messages.error(
            request,
            _("You have a conflict of interest in a case of it: a colleague does it."),
        )


def _answered(request: HttpRequest, order: PaymentOrder, form: AnswerForm) -> list[str]:
    """What is wrong with the answer; nothing where it was received."""
    if not form.is_valid():
        return []
    content = form.cleaned_data["answer"].read(LARGEST_ANSWER + 1)
    try:
        receive_answer(order=order, actor=person_of(request), content=content)
    except AnswerRefused as refused:
        found = [fault_text(fault) for fault in refused.faults]
        form.add_error("answer", _("Nothing in the file has been booked. See what is wrong."))
        return found
    except PaymentRefused as refused:
        form.add_error("answer", refusal_text(refused))
        return [refusal_text(refused)]
    return []


def _summary(order: PaymentOrder) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Payments"), number(getattr(order, "rows", 0))),
        SummaryRow(_("Amount"), money(getattr(order, "amount_sek", None) or 0)),
        SummaryRow(_("Made"), moment(order.made_at), note=str(order.made_by)),
    ]
    if order.approved_by is not None:
        rows.append(
            SummaryRow(
                pgettext("payment order", "Approved"),
                moment(order.approved_at),
                note=str(order.approved_by),
            )
        )
    if order.handed_over_by is not None:
        rows += [
            SummaryRow(
                pgettext("payment order", "Handed over"),
                moment(order.handed_over_at),
                note=str(order.handed_over_by),
            ),
            SummaryRow(_("Checksum (SHA-256)"), order.sha256),
        ]
    return rows


def _table(payments: Iterable[Payment]) -> Table:
    return Table(
        id="payments",
        caption=_("Payments"),
        columns=(
            Column(pgettext("payment", "Reference"), nowrap=True),
            Column(_("Case"), nowrap=True),
            Column(_("Payee")),
            Column(pgettext("payment", "Part")),
            Column(_("Appropriation item"), nowrap=True),
            Column(_("Budget year")),
            Column(_("Amount"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(each.reference),
                (
                    Cell(
                        each.application.number,
                        reverse("case-payments", args=[each.application_id]),
                    ),
                    Cell(each.payee or each.organisation.name, note=giro_text(each)),
                    Cell(str(each.part)),
                    Cell(each.appropriation),
                    Cell(str(each.budget_year)),
                    Cell(money(each.amount_sek)),
                    Cell(
                        tag=payment_tag(each.state),
                        note=reason_text(each) if each.state != PaymentState.PAID else "",
                    ),
                ),
            )
            for each in payments
        ),
        stack=True,
        caption_hidden=True,
    )


@never_cache
@require_safe
def payment_order_file(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The file of an order that was handed over: the same bytes each time."""
    order: PaymentOrder = get_object_or_404(
        orders_visible_to(person_of(request)).exclude(sha256=""), pk=pk
    )
    content = content_of(order)
    if checksum(content) != order.sha256:
        raise Http404
    name = pgettext("file name", "payment-order")
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{order.pk}.csv"',
            "X-Checksum-SHA256": order.sha256,
            "Cache-Control": "private, no-store",
        },
    )
