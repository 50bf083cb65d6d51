"""What a case officer does so that the applicant's way can be followed: takes the case, and asks
for a completion."""

from datetime import timedelta

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_fsm import TransitionNotAllowed

from core.checks.working_days import working_day_from
from core.content import Crumb
from grants.checks import TransitionRefused
from grants.enums import Status
from grants.models import ApplicationVersion
from grants.selectors import participants_of
from grants.selectors.sent_in import content_of_version
from grants.services.handling import NotAssignable, assign_officer, request_completion
from grants.services.moving import UnknownField
from portal.forms.sending import CompletionForm
from portal.views.access import person_of
from portal.views.case_papers import officers_crumbs, received_case
from portal.views.completion_items import groups_of
from portal.views.finding_texts import refusal_text
from portal.views.labels import call_title, language

USUAL_TIME = timedelta(days=14)


@require_POST
def case_assign(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Take the case, or leave it."""
    application, person = received_case(request, pk), person_of(request)
    if not rules.has_perm("grants.assign_officer", person, application):
        raise Http404
    take = request.POST.get("take") == "yes"
    try:
        assign_officer(application=application, officer=person if take else None, actor=person)
    except (PermissionDenied, NotAssignable):
        messages.error(request, _("You cannot take this case."))
    else:
        messages.success(
            request, _("The case is yours.") if take else _("The case has no case officer now.")
        )
    return redirect("application-detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def completion_request(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Ask the applicant to complete what is ticked, by a working day."""
    application, person = received_case(request, pk), person_of(request)
    if not rules.has_perm("grants.request_completion", person, application):
        raise Http404
    if application.status != Status.SUBMITTED:
        messages.info(request, _("A completion is asked for of a case that is being handled."))
        return redirect("application-detail", pk=pk)
    version: ApplicationVersion | None = application.versions.order_by("-number").first()
    if version is None:
        raise Http404
    version.application = application
    definition = application.definition
    content = content_of_version(
        version, definition, language(), parts=participants_of(application)
    )
    groups = groups_of(content, definition)
    today = timezone.localdate()
    form = CompletionForm(
        request.POST if request.method == "POST" else None,
        choices=[(item.name, item.label) for group in groups for item in group.items],
        today=today,
        initial={"due": working_day_from(today + USUAL_TIME)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            request_completion(
                application=application,
                actor=person,
                fields=list(form.asked),
                due=form.cleaned_data["due"],
                message=form.cleaned_data["message"],
                questions=form.asked,
            )
        except TransitionRefused as refused:
            for each in refused.refusals:
                form.add_error(None, refusal_text(each.condition))
        except UnknownField:
            form.add_error(None, _("Something that is ticked is no longer in the application."))
        except (TransitionNotAllowed, PermissionDenied):
            messages.error(request, _("That cannot be done as the case now is."))
            return redirect("application-detail", pk=pk)
        else:
            messages.success(request, _("The completion is asked for, and the applicant is told."))
            return redirect("application-detail", pk=pk)
    questions = {
        item.name: request.POST.get(f"question:{item.name}", "")
        for group in groups
        for item in group.items
    }
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Ask for completion"))),
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "groups": [
            {
                "heading": group.heading,
                "open": any(item.name in form.ticked for item in group.items),
                "items": [
                    {
                        "item": item,
                        "id": f"item-{number}-{place}",
                        "ticked": item.name in form.ticked,
                        "question": questions[item.name],
                    }
                    for place, item in enumerate(group.items)
                ],
            }
            for number, group in enumerate(groups)
        ],
    }
    return render(request, "portal/own/request_completion.html", context)
