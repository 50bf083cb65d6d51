"""How payments and orders are shown."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from core.content import Cell, Column, Row, Table, Tag, Text, Tone
from core.formats import percent
from grants.checks.payments import AnswerFault, PaymentRefused
from grants.content.payments import PlannedPart
from grants.enums import OrderState, PartState, PaymentState
from grants.models import Payment, PaymentStop
from grants.selectors.payments import CasePlan
from portal.views.labels import day, moment, money

PART_TONES: Mapping[PartState, Tone] = {
    PartState.PAID: Tone.SUCCESS,
    PartState.ORDERED: Tone.INFO,
    PartState.PAYABLE: Tone.INFO,
    PartState.NOT_YET: Tone.NEUTRAL,
    PartState.INTERIM: Tone.NEUTRAL,
    PartState.REQUISITION: Tone.WARNING,
    PartState.STOPPED: Tone.DANGER,
    PartState.GIRO: Tone.WARNING,
    PartState.NOTHING: Tone.NEUTRAL,
}
_ORDER_TONES: Mapping[str, Tone] = {
    OrderState.MADE: Tone.WARNING,
    OrderState.APPROVED: Tone.INFO,
    OrderState.HANDED_OVER: Tone.INFO,
    OrderState.ANSWERED: Tone.SUCCESS,
    OrderState.CANCELLED: Tone.NEUTRAL,
}
_PAYMENT_TONES: Mapping[str, Tone] = {
    PaymentState.ORDERED: Tone.INFO,
    PaymentState.PAID: Tone.SUCCESS,
    PaymentState.REFUSED: Tone.DANGER,
    PaymentState.CANCELLED: Tone.NEUTRAL,
}
_REASONS: Mapping[str, Text] = {
    "stopped": gettext_lazy("the payments of the case were stopped"),
    "not_in_force": gettext_lazy("the grant is not in force any more"),
    "merged": gettext_lazy("the organisation has been merged into another"),
    "claimed": gettext_lazy("the money has been claimed back"),
    "cancelled": gettext_lazy("the order was cancelled"),
}
_REFUSALS: Mapping[str, Text] = {
    "nothing_chosen": gettext_lazy("Tick at least one payment."),
    "changed": gettext_lazy("Something has changed since the page was shown. See what can be paid"
                            " now, and try again."),
    "state": gettext_lazy("Somebody has been here before you: the order has gone on."),
    "same_person": gettext_lazy("Another controller than the one who made the order approves it."),
    "giro": gettext_lazy("It is not known where these organisations take money:"),
    "empty": gettext_lazy("Nothing in the order can be paid any more. Cancel it."),
    "stopped": gettext_lazy("The payments are stopped already."),
    "not_stopped": gettext_lazy("The payments are not stopped."),
    "reason": gettext_lazy("Write why."),
    "part": gettext_lazy("That part cannot be asked for now."),
    "too_large": gettext_lazy("The file is too large."),
}  # fmt: skip
_FAULTS: Mapping[str, Text] = {
    "not_utf8": gettext_lazy("The file is not text in UTF-8."),
    "not_csv": gettext_lazy("The file cannot be read as CSV."),
    "columns": gettext_lazy("The first line has to name the columns reference and result."),
    "empty": gettext_lazy("There is no payment in the file."),
    "unknown": gettext_lazy("Line %(line)s: there is no payment %(value)s in the order."),
    "twice": gettext_lazy("Line %(line)s: the payment %(value)s is there twice."),
    "result": gettext_lazy(
        "Line %(line)s: the result is %(value)s, and has to be paid or refused."
    ),
    "reason": gettext_lazy("Line %(line)s: the payment %(value)s is refused without a reason."),
    "answered": gettext_lazy(
        "Line %(line)s: the payment %(value)s has been answered before, and otherwise."
    ),
}


def part_tag(state: PartState) -> Tag:
    """Where a part of a grant stands."""
    return Tag(state.label, PART_TONES[state])


def order_tag(state: str) -> Tag:
    """How far an order has come."""
    return Tag(OrderState(state).label, _ORDER_TONES[state])


def payment_tag(state: str) -> Tag:
    """What became of a payment."""
    return Tag(PaymentState(state).label, _PAYMENT_TONES[state])


def reason_text(payment: Payment) -> str:
    """Why a payment was not carried out or was taken out; empty where there is no reason."""
    if payment.state == PaymentState.CANCELLED:
        return str(_REASONS.get(payment.reason, payment.reason))
    return payment.reason


def refusal_text(refused: PaymentRefused) -> str:
    """Why something cannot be done, and in which cases."""
    return " ".join((str(_REFUSALS[refused.code]), ", ".join(refused.cases))).strip()


def fault_text(fault: AnswerFault) -> str:
    """What is wrong in an answer, and where."""
    return str(_FAULTS[fault.code]) % {"line": fault.line, "value": fault.value}


def earliest(plan: CasePlan, part: PlannedPart) -> Cell:
    """From when a part can be paid: its day, or what it waits for first."""
    if not part.follows_interim:
        return Cell(day(part.due_on))
    # The day is counted from the decision, and is nothing to go by where no months are.
    later = part.due_on > plan.decision.decided_on
    note = _("not before %(day)s") % {"day": day(part.due_on)} if later else ""
    if part.waits_for_interim:
        return Cell(_("When the interim report is accepted"), note=note)
    return Cell(_("The interim report is accepted"), note=note)


def parts_table(plan: CasePlan) -> Table:
    """The parts of a grant, with when each can be paid and where it stands."""
    return Table(
        id="parts",
        caption=_("The parts of the grant"),
        columns=(
            Column(pgettext("payment", "Part")),
            Column(_("Share"), numeric=True),
            Column(_("Amount"), numeric=True),
            Column(_("Earliest")),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(
                    _("Part %(number)s of %(parts)s")
                    % {"number": part.number, "parts": len(plan.parts)}
                ),
                (
                    Cell(percent(part.percent)),
                    Cell(money(part.amount_sek)),
                    earliest(plan, part),
                    Cell(tag=part_tag(part.state)),
                ),
            )
            for part in plan.parts
        ),
        stack=True,
        caption_hidden=True,
    )


def payments_table(payments: Sequence[Payment], *, inside: bool) -> Table | None:
    """A case's payments in orders; `inside` for the agency, with addresses of the orders."""
    if not payments:
        return None
    return Table(
        id="payments",
        caption=_("Payments"),
        columns=(
            Column(_("Payment order")),
            Column(pgettext("payment", "Part")),
            Column(_("Amount"), numeric=True),
            Column(pgettext("payment", "To")),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(
                    each.reference,
                    reverse("payment-order", args=[each.order_id]) if inside else "",
                ),
                (
                    Cell(str(each.part)),
                    Cell(money(each.amount_sek)),
                    Cell(giro_text(each)),
                    Cell(
                        tag=payment_tag(each.state),
                        note=reason_text(each) if inside or each.state != "cancelled" else "",
                    ),
                ),
            )
            for each in payments
        ),
        stack=True,
        caption_hidden=True,
    )


def giro_text(payment: Payment) -> str:
    """Where it is paid; a dash before the order is approved."""
    if not payment.giro_number:
        return "–"
    return f"{payment.get_giro_kind_display()} {payment.giro_number}"


def stops_table(stops: Sequence[PaymentStop]) -> Table | None:
    """When and why the payments were stopped, and taken up again."""
    if not stops:
        return None
    return Table(
        id="stops",
        caption=_("Stopped payments"),
        columns=(
            Column(pgettext("payment", "Stopped"), nowrap=True),
            Column(_("By")),
            Column(_("Reason")),
            Column(_("Taken up again"), nowrap=True),
            Column(_("Why")),
        ),
        rows=tuple(
            Row(
                Cell(moment(each.stopped_at)),
                (
                    Cell(str(each.stopped_by)),
                    Cell(each.reason),
                    Cell(moment(each.lifted_at), note=str(each.lifted_by or "")),
                    Cell(each.lifted_reason or "–"),
                ),
            )
            for each in stops
        ),
        stack=True,
        caption_hidden=True,
    )


ORDER_NAME = pgettext_lazy("payment order", "Payment order %(number)s")
