"""Admitting what came late or from somebody not entitled, or proposing that it be dismissed."""

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.content import Crumb, SummaryRow, Tag, Tone
from grants.models import Application
from grants.selectors import participants_of
from portal.content import incident_label
from portal.forms.fair import AdmissionForm
from portal.selectors.incidents import around_deadline
from portal.views.access import person_of
from portal.views.declaring import declared_or_redirect, read_case, read_crumbs
from portal.views.incidents import late_incidents
from portal.views.labels import call_title, day, moment, second
from reviews.checks import ReviewRefused
from reviews.enums import AdmissionGround, AdmissionOutcome
from reviews.models import Admission
from reviews.selectors.admission import admissions_of, dismissal_grounds, stands_unadmitted
from reviews.services import record_admission
from reviews.services.in_hand import IN_HAND


def admission_task(application: Application) -> tuple[Tag, str] | None:
    """Whether it has to be said that the application is tried, and the address: for the list of
    what is to be done in a case. None where nothing speaks for dismissing it."""
    grounds = dismissal_grounds(application)
    code = stands_unadmitted(application)
    if not grounds and not code:
        return None
    tag = {
        "admission": Tag(_("Has to be said"), Tone.WARNING),
        "dismissal_proposed": Tag(_("Proposed to be dismissed"), Tone.INFO),
        "": Tag(_("Admitted to be tried"), Tone.SUCCESS),
    }[code]
    return tag, reverse("case-admission", args=[application.pk])


@require_http_methods(["GET", "HEAD", "POST"])
def case_admission(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Say that the application is tried all the same, or propose that it be dismissed."""
    application, person = read_case(request, pk), person_of(request)
    if away := declared_or_redirect(request, application):
        return away
    may = rules.has_perm("reviews.admit", person, application) and application.status in IN_HAND
    grounds = dismissal_grounds(application)
    incidents = around_deadline(application.call) if application.late else []
    form = AdmissionForm(
        request.POST if request.method == "POST" else None,
        incidents=[
            (str(each.pk), f"{moment(each.started_at)}, {incident_label(each.kind)} ({each})")
            for each in incidents
        ],
        initial={"ground": grounds[0] if grounds else ""},
    )
    if request.method == "POST":
        if not may:
            raise Http404
        chosen = form.cleaned_data if form.is_valid() else {}
        if chosen:
            named = chosen.get("incident")
            try:
                record_admission(
                    application=application,
                    actor=person,
                    outcome=AdmissionOutcome(chosen["outcome"]),
                    ground=AdmissionGround(chosen["ground"]),
                    reasons=chosen["reasons"],
                    incident=next((each for each in incidents if str(each.pk) == named), None),
                )
            except ReviewRefused as refused:
                form.add_error("ground" if refused.code == "no_ground" else None, _refused(refused))
            except PermissionDenied as error:
                raise Http404 from error
            else:
                messages.success(request, _said(chosen["outcome"]))
                return redirect("case-admission", pk=pk)
    context = {
        "crumbs": read_crumbs(request, application, Crumb(_("Admit or dismiss"))),
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "may": may,
        "against": _against(application, grounds),
        "incidents": late_incidents(application),
        "said": [_shown(each) for each in admissions_of(application)],
    }
    return render(request, "portal/fair/admission.html", context)


def _refused(refused: ReviewRefused) -> str:
    return {
        "no_ground": _("Nothing in the case speaks for dismissing it on that ground."),
        "reasons": _("Write the reasons."),
        "status": _("The case is not being handled any more."),
    }[refused.code]


def _said(outcome: str) -> str:
    if outcome == AdmissionOutcome.ADMITTED:
        return _("It is noted that the application is tried.")
    return _("The proposal to dismiss the application waits for the decision maker.")


def _against(application: Application, grounds: tuple[str, ...]) -> list[SummaryRow]:
    """What speaks for dismissing, in words."""
    rows = []
    if AdmissionGround.LATE in grounds:
        rows.append(
            SummaryRow(
                _("Came late"),
                _("Received %(time)s") % {"time": second(application.received_at)},
                note=_("The last day to apply was %(day)s.")
                % {"day": day(application.call.closes_on)},
            )
        )
    if AdmissionGround.NOT_ENTITLED in grounds:
        allowed = {str(kind) for kind in application.definition.who_may_apply}
        names = [
            f"{part.organisation.name} ({part.organisation.get_kind_display()})"
            for part in participants_of(application)
            if part.organisation.kind not in allowed
        ]
        rows.append(SummaryRow(_("May not apply"), ", ".join(names)))
    return rows


def _shown(admission: Admission) -> dict[str, Any]:
    return {
        "outcome": admission.get_outcome_display(),
        "ground": admission.get_ground_display(),
        "reasons": admission.reasons,
        "incident": admission.incident.reference if admission.incident else "",
        "who": str(admission.made_by),
        "when": second(admission.made_at),
    }
