"""The request that a case be decided when six months have passed (förvaltningslagen 12 §): the
party's page, and the agency's."""

from datetime import date
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from applicants.models import User
from core.content import Crumb, SummaryRow, Tag, Text, Tone
from grants.checks.delay import may_be_asked_from
from grants.models import Application, DelayRequest
from grants.services.delay import (
    UNDECIDED,
    DelayRefused,
    ask_for_decision,
    refuse_delay_request,
)
from portal.forms.worklist import DelayForm, DelayRefusalForm
from portal.selectors.worklist import delay_request_of
from portal.views.access import person_of
from portal.views.labels import call_title, day, second
from portal.views.own_case import case_crumbs, found_case
from portal.views.worklist_cases import handled_case

WHY_NOT: dict[str, Text] = {
    "decided": gettext_lazy("The case is decided, or not in hand."),
    "too_early": gettext_lazy("Six months have not passed since the application was received."),
    "asked": gettext_lazy("You have asked for a decision already. That can be done once."),
    "not_asked": gettext_lazy("The party has not asked for a decision."),
    "answered": gettext_lazy("The request is answered already."),
    "reasons": gettext_lazy("Write the reasons."),
    "too_long": gettext_lazy("The text is too long."),
}


def may_ask(application: Application, person: User, today: date) -> bool:
    """Whether the person may now ask for a decision in the case, where nobody has."""
    return (
        first_day(application) is not None
        and today >= (first_day(application) or today)
        and application.status in UNDECIDED
        and rules.has_perm("grants.ask_for_decision", person, application)
    )


def first_day(application: Application) -> date | None:
    """The Swedish date from which a decision can be asked for."""
    if application.received_at is None:
        return None
    return may_be_asked_from(timezone.localdate(application.received_at))


def state_of(request: DelayRequest, application: Application) -> Tag:
    """How far the request has come."""
    if request.refused_at is not None:
        return Tag(pgettext("delay", "Refused"), Tone.NEUTRAL)
    if application.status not in UNDECIDED:
        return Tag(_("The case is decided"), Tone.SUCCESS)
    if request.due_on < timezone.localdate():
        return Tag(pgettext("case", "Overdue"), Tone.DANGER)
    return Tag(_("Waits for the agency"), Tone.WARNING)


def summary_of(request: DelayRequest, application: Application) -> list[SummaryRow]:
    """The request and its answer, as both sides read them."""
    rows = [
        SummaryRow(_("State"), tag=state_of(request, application)),
        SummaryRow(_("Asked"), second(request.asked_at), note=request.organisation.name),
        SummaryRow(_("The agency has until"), day(request.due_on), note=_("four weeks")),
    ]
    if request.message:
        rows.append(SummaryRow(_("What the party wrote"), request.message))
    if request.refused_at is not None:
        rows += [
            SummaryRow(pgettext("delay", "Refused"), second(request.refused_at)),
            SummaryRow(_("Reasons for the decision"), request.reasons),
            SummaryRow(
                _("How to appeal"),
                _(
                    "The refusal can be appealed (section 12 of the Administrative Procedure "
                    "Act). Write to the agency, say which decision you appeal and what you want "
                    "changed. It must reach the agency within three weeks of the day you "
                    "received the decision."
                ),
            ),
        ]
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
def delay_ask(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The party asks that its case be decided, once, when six months have passed."""
    application, person = found_case(request, pk), person_of(request)
    there = delay_request_of(application)
    today = timezone.localdate()
    first = first_day(application)
    may = there is None and may_ask(application, person, today)
    form = DelayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_for_decision(
                application=application, actor=person, message=form.cleaned_data["message"]
            )
        except DelayRefused as refused:
            messages.error(request, str(WHY_NOT[refused.code]))
        except PermissionDenied:
            messages.error(request, _("Only those who sign for the lead applicant can ask."))
        else:
            messages.success(
                request,
                _("The agency is asked to decide, and has until %(day)s.")
                % {"day": day(asked.due_on)},
            )
        return redirect("delay-ask", pk=pk)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Ask for a decision"))),
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "may": may,
        "first_day": day(first),
        "too_early": first is not None and today < first,
        "undecided": application.status in UNDECIDED,
        "signs": rules.has_perm("grants.ask_for_decision", person, application),
        "summary": summary_of(there, application) if there else None,
        "received": day(application.received_at),
    }
    return render(request, "portal/worklist/delay_ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def delay_answer(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The agency reads the request; it decides the case, or refuses the request with reasons."""
    application, person = handled_case(request, pk), person_of(request)
    there = delay_request_of(application)
    if there is None:
        raise Http404
    may = (
        there.refused_at is None
        and application.status in UNDECIDED
        and rules.has_perm("grants.refuse_delay_request", person, application)
    )
    form = DelayRefusalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            refuse_delay_request(
                application=application, actor=person, reasons=form.cleaned_data["reasons"]
            )
        except DelayRefused as refused:
            messages.error(request, str(WHY_NOT[refused.code]))
        except PermissionDenied:
            messages.error(request, _("You may not do this in the case."))
        else:
            messages.success(request, _("The request is refused, and the party is told."))
        return redirect("delay-answer", pk=pk)
    context: dict[str, Any] = {
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "may": may,
        "due": day(there.due_on),
        "summary": summary_of(there, application),
    }
    return render(request, "portal/worklist/delay_answer.html", context)
