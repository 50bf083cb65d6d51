"""The grantee's own money: its balance and how it came about, payments, and asking for a part."""

from collections.abc import Collection, Sequence

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Column, Crumb, Figure, Row, Table
from grants.checks.claims import ClaimRefused
from grants.checks.payments import PaymentRefused
from grants.content import FundYear, usable_sek
from grants.definitions import CarryOver
from grants.enums import PartState
from grants.models import Application, LedgerEntry
from grants.selectors import fund_years, fund_years_for, fund_years_in
from grants.selectors.claims import UNPAID, carry_overs_of, claims_of, interest_of
from grants.selectors.money import entries_of
from grants.selectors.payments import payments_of, plan_of, stops_of
from grants.services.carrying_over import ask_to_carry_over
from grants.services.claims import repayment_terms
from grants.services.payments import ask_for_part
from grants.workflow import HAS_GRANT
from portal.content import entry_label, status_tag
from portal.forms.claims import CarryOverForm
from portal.selectors.definitions import parse_definitions
from portal.selectors.money import grants_of
from portal.views.access import person_of
from portal.views.case import money_table
from portal.views.change_unsent import unsent
from portal.views.claim_texts import (
    carry_overs_table,
    claims_table,
    interest_row,
    refusal_of,
)
from portal.views.labels import call_title, day, money
from portal.views.letter_links import letter_links
from portal.views.own_case import case_crumbs, found_case
from portal.views.own_organisations import crumbs, own
from portal.views.payment_texts import parts_table, payments_table, refusal_text


def balance_figures(years: Sequence[FundYear]) -> list[Figure]:
    """The balance in short: granted, paid, spent, left, and still to be repaid."""
    return [
        Figure(pgettext("amount", "Granted"), money(sum(y.granted_sek for y in years))),
        Figure(_("Paid out"), money(sum(y.paid_sek for y in years))),
        Figure(_("Spent"), money(sum(y.spent_sek for y in years))),
        Figure(pgettext("money", "Left to use"), money(usable_sek(years))),
        Figure(pgettext("money", "Still to be repaid"), money(sum(y.owed_sek for y in years))),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def own_money(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The case's balance; a post asks for a part of the grant."""
    application = found_case(request, pk)
    if not application.number:
        raise Http404
    person = person_of(request)
    parse_definitions([application.call])
    if request.method == "POST":
        return _asked(request, application)
    entries = list(entries_of(application))
    years = fund_years_in(entries)
    stops = list(stops_of(application))
    paid = list(payments_of(application))
    plan = plan_of(application, years=years, stops=stops, payments=paid)
    claims = list(claims_of(application))
    late = interest_row(
        interest_of(application, claims, entries, timezone.localdate()),
        repayment_terms(application),
        timezone.localdate(),
    )
    signs = rules.has_perm("grants.request_payment", person, application)
    letters = letter_links(application, own=True)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Money"))),
        "application": application,
        "call_title": call_title(application.call),
        "figures": [*balance_figures(years), *([] if late is None else [late])],
        "years": money_table(years) if years else None,
        "entries": _entries(entries),
        "plan": plan,
        "parts": None if plan is None else parts_table(plan),
        "payments": payments_table(paid, inside=False),
        "stop": next((each for each in stops if each.lifted_at is None), None),
        "to_ask": [part for part in plan.parts if part.state is PartState.REQUISITION]
        if plan is not None
        else [],
        "no_giro": plan is not None and any(part.state is PartState.GIRO for part in plan.parts),
        "signs": signs,
        "claims": claims_table(claims, timezone.localdate(), letters),
        "carry_overs": carry_overs_table(list(carry_overs_of(application)), letters),
        "may_carry_over": signs
        and application.definition.carry_over is CarryOver.BY_DECISION
        and application.status in HAS_GRANT
        and usable_sek(years) > 0,
        "organisation_url": reverse("my-organisation", args=[application.lead_id]),
    }
    return render(request, "portal/money/own.html", context)


def _asked(request: HttpRequest, application: Application) -> HttpResponse:
    wanted = request.POST.get("part", "")
    if not (wanted.isdecimal() and len(wanted) < 4):
        raise Http404
    try:
        ask_for_part(application=application, actor=person_of(request), part=int(wanted))
        messages.success(request, _("You have asked for the payment."))
    except PaymentRefused as refused:
        messages.error(request, refusal_text(refused))
    except PermissionDenied:
        messages.error(request, _("Those who sign for the organisation ask for payments."))
    return redirect("own-money", pk=application.pk)


def _note(entry: LedgerEntry, undone: Collection[int | None]) -> str:
    if entry.pk in undone:
        return _("Reversed")
    return _("What was never paid out") if entry.idempotency_key.startswith(UNPAID) else ""


def _entries(entries: Sequence[LedgerEntry]) -> Table | None:
    if not entries:
        return None
    undone = {each.reverses_id for each in entries}
    return Table(
        id="entries",
        caption=_("How the balance came about"),
        columns=(
            Column(_("Booked"), nowrap=True),
            Column(_("Transaction")),
            Column(_("Year")),
            Column(_("Amount"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(day(each.booked_on)),
                (
                    Cell(
                        entry_label(each.kind),
                        note=_note(each, undone),
                    ),
                    Cell(str(each.year)),
                    Cell(money(each.amount_sek)),
                ),
            )
            for each in entries
        ),
        stack=True,
        caption_hidden=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own_carry_over(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Ask to use money after the last day to use it."""
    application = found_case(request, pk)
    person = person_of(request)
    if not application.number:
        raise Http404
    parse_definitions([application.call])
    left = usable_sek(fund_years(application))
    may = (
        rules.has_perm("grants.request_payment", person, application)
        and application.definition.carry_over is CarryOver.BY_DECISION
        and application.status in HAS_GRANT
        and left > 0
        and not application.carry_over_requests.filter(decided_at__isnull=True).exists()
    )
    form, lost = CarryOverForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and may and form.is_valid():
        try:
            ask_to_carry_over(
                application=application,
                actor=person,
                amount_sek=form.cleaned_data["amount"],
                reasons=form.cleaned_data["reasons"],
            )
        except ClaimRefused as refused:
            field, text = refusal_of(refused)
            form.add_error(field or None, text)
        else:
            messages.success(request, _("The request is sent."))
            return redirect("own-money", pk=pk)
    elif request.method == "POST" and not may:
        lost = unsent(form, request.POST, why=_("What can be carried over has changed meanwhile."))
    context = {
        "crumbs": case_crumbs(
            application,
            Crumb(_("Money"), reverse("own-money", args=[pk])),
            Crumb(_("Carrying over")),
        ),
        "application": application,
        "call_title": call_title(application.call),
        "may": may,
        "form": form if may else None,
        "unsent": lost,
        "left": money(left),
        "spend_by": day(application.call.spend_by),
    }
    return render(request, "portal/money/own_carry_over.html", context)


@require_safe
def organisation_money(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What the organisation has been granted, case by case, and what it comes to."""
    _user, organisation = own(request, pk)
    cases = list(grants_of(organisation))
    parse_definitions([case.call for case in cases])
    years = fund_years_for([case.pk for case in cases])
    everything = [year for found in years.values() for year in found]
    context = {
        "crumbs": crumbs(organisation, _("Money")),
        "organisation": organisation,
        "figures": balance_figures(everything),
        "table": _cases(cases, years) if cases else None,
    }
    return render(request, "portal/money/organisation.html", context)


def _cases(cases: Sequence[Application], years: dict[int, list[FundYear]]) -> Table:
    def row(case: Application) -> Row:
        found = years[case.pk]
        return Row(
            Cell(case.number, reverse("own-money", args=[case.pk])),
            (
                Cell(call_title(case.call)),
                Cell(tag=status_tag(case.status)),
                *(Cell(figure.value) for figure in balance_figures(found)),
            ),
        )

    return Table(
        id="cases",
        caption=_("Grants"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Call")),
            Column(_("State")),
            Column(pgettext("amount", "Granted"), numeric=True),
            Column(_("Paid out"), numeric=True),
            Column(_("Spent"), numeric=True),
            Column(pgettext("money", "Left to use"), numeric=True),
            Column(pgettext("money", "Still to be repaid"), numeric=True),
        ),
        rows=tuple(row(case) for case in cases),
        stack=True,
        caption_hidden=True,
    )
