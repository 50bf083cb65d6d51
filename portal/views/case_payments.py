"""A case's payments: what is paid and what waits, and stopping them; for the agency."""

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.content import Crumb
from grants.checks.payments import PaymentRefused
from grants.models import Application
from grants.selectors import fund_years, visible_application
from grants.selectors.payments import payment_terms, payments_of, plan_of, stops_of
from grants.services.payments import lift_stop, stop_payments
from portal.forms.payments import StopForm
from portal.selectors.definitions import parse_definitions
from portal.views.access import person_of
from portal.views.case import money_table
from portal.views.labels import call_title
from portal.views.payment_texts import (
    parts_table,
    payments_table,
    refusal_text,
    stops_table,
)


@require_http_methods(["GET", "HEAD", "POST"])
def case_payments(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The parts of the grant, its payments and stops; a post stops them or lets them go on."""
    person = person_of(request)
    application: Application | None = visible_application(person, pk)
    if application is None:
        raise Http404
    parse_definitions([application.call])
    stops = list(stops_of(application))
    paid = list(payments_of(application))
    plan = plan_of(application, stops=stops, payments=paid)
    may_stop = plan is not None and rules.has_perm("grants.stop_payments", person, application)
    stopped = plan is not None and plan.stopped
    form = StopForm(request.POST if request.method == "POST" else None, stopped=stopped)
    if request.method == "POST":
        if not may_stop:
            raise Http404
        if form.is_valid() and _done(request, application, form, stopped=stopped):
            return redirect("case-payments", pk=pk)
    context = {
        "crumbs": [
            Crumb(_("Applications"), reverse("application-list")),
            Crumb(application.number, reverse("application-detail", args=[pk])),
            Crumb(_("Payments")),
        ],
        "application": application,
        "call_title": call_title(application.call),
        "terms": payment_terms(application),
        "plan": plan,
        "parts": None if plan is None else parts_table(plan),
        "money": money_table(fund_years(application) if plan is None else plan.years),
        "payments": payments_table(paid, inside=True),
        "stops": stops_table(stops),
        "stopped": stopped,
        "may_stop": may_stop,
        "form": form,
    }
    return render(request, "portal/money/case.html", context)


def _done(request: HttpRequest, application: Application, form: StopForm, *, stopped: bool) -> bool:
    change = lift_stop if stopped else stop_payments
    try:
        change(
            application=application,
            actor=person_of(request),
            reason=form.cleaned_data["reason"],
        )
    except PaymentRefused as refused:
        form.add_error("reason", refusal_text(refused))
        return False
    except PermissionDenied as error:
        raise Http404 from error
    messages.success(
        request,
        _("The payments can go on.") if stopped else _("The payments are stopped."),
    )
    return True
