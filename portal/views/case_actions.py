"""What an applicant does with an application as a whole: takes it back, withdraws it, throws a
draft away, sends in a completion. Each is told what it means before it is done."""

from collections.abc import Callable, Sequence

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from core.content import Crumb, Tag, Tone
from grants.checks import LedgerRefused, TransitionRefused
from grants.content.application import application_content
from grants.content.application_parts import ContentLine
from grants.enums import Status
from grants.selectors import latest_version
from grants.selectors.sent_in import content_of_version
from grants.selectors.submission import document_of
from grants.services.drafts import discard_application
from grants.services.handling import withdraw_application
from grants.services.submission import complete_application, take_back_application
from portal.forms.sending import ReasonForm
from portal.views.access import person_of
from portal.views.applying_page import Page
from portal.views.applying_sections import Kind, field_id, section_slug, section_url
from portal.views.completion_items import answers_to, named_text
from portal.views.finding_texts import refusal_text
from portal.views.labels import call_title, day, language
from portal.views.own_case import case_crumbs, found_case, may_take_back, may_withdraw
from portal.views.submitting import own_room

type Act = Callable[[], object]


def _tried(request: HttpRequest, act: Act, *, done: str) -> bool:
    """Do it, or say why not. A second click finds it done, and says the same."""
    try:
        act()
    except TransitionRefused as refused:
        for each in refused.refusals:
            messages.error(request, refusal_text(each.condition))
    except TransitionNotAllowed:
        messages.info(request, _("That cannot be done as the case now is. Nothing was changed."))
    except PermissionDenied:
        messages.error(request, _("You may not do that for the organisation."))
    except LedgerRefused:
        messages.error(request, _("Money has been used in the case, so it cannot be withdrawn."))
    else:
        messages.success(request, done)
        return True
    return False


@require_http_methods(["GET", "HEAD", "POST"])
def application_take_back(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Make it a draft again, as long as the call is open and nobody has begun with it."""
    application, person = found_case(request, pk), person_of(request)
    if application.status == Status.DRAFT:
        return redirect("application-tasks", pk=pk)
    if request.method == "POST":
        done = _("The application is a draft again. It is not in the call until it is sent in.")
        act = _tried(
            request,
            lambda: take_back_application(application=application, actor=person),
            done=done,
        )
        return redirect("application-tasks" if act else "application-file", pk=pk)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Take back"))),
        "application": application,
        "call_title": call_title(application.call),
        "may": may_take_back(application, person),
        "closes": day(application.call.closes_on),
        "assigned": application.assigned_to_id is not None,
        "signs": rules.has_perm("grants.take_back_application", person, application),
    }
    return render(request, "portal/own/take_back.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def application_withdraw(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Withdraw the case, with a reason."""
    application, person = found_case(request, pk), person_of(request)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reasons = form.cleaned_data["reasons"]
        done = _("The application is withdrawn. The agency will close the case.")
        _tried(
            request,
            lambda: withdraw_application(application=application, actor=person, reasons=reasons),
            done=done,
        )
        return redirect("application-file", pk=pk)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Withdraw"))),
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "may": may_withdraw(application, person),
    }
    return render(request, "portal/own/withdraw.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def application_discard(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Throw a draft away."""
    application, person = found_case(request, pk), person_of(request)
    if application.status != Status.DRAFT:
        return redirect("application-file", pk=pk)
    if request.method == "POST":
        gone = _tried(
            request,
            lambda: discard_application(application=application, actor=person),
            done=_("The draft is thrown away."),
        )
        return redirect("my-pages") if gone else redirect("application-tasks", pk=pk)
    closes_on = application.call.closes_on
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Throw away"))),
        "application": application,
        "call_title": call_title(application.call),
        "may": rules.has_perm("grants.discard_application", person, application)
        and not application.register_number,
        "received": bool(application.register_number),
        "forgotten": closes_on is not None and timezone.localdate() > closes_on,
        "closes": day(closes_on),
    }
    return render(request, "portal/own/discard.html", context)


def _completed(now: Sequence[ContentLine], before: Sequence[ContentLine]) -> Tag:
    """How far an answer has come since the application was sent in."""
    if not any(line.values for line in now):
        return Tag(_("Empty"), Tone.WARNING)
    if [line.values for line in now] == [line.values for line in before]:
        return Tag(_("Not changed yet"), Tone.INFO)
    return Tag(_("Changed"), Tone.SUCCESS)


@require_http_methods(["GET", "HEAD", "POST"])
def application_complete(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What was asked for, what has been answered, what is still empty; and send it in."""
    room = own_room(request, pk)
    application, person = room.application, person_of(request)
    if application.status != Status.COMPLETION_REQUESTED:
        if request.method == "POST" and application.status == Status.SUBMITTED:
            return redirect("application-receipt", pk=pk)
        return redirect("application-file", pk=pk)
    asked = room.request
    if request.method == "POST":
        done = _("The completion is received.")
        sent = _tried(
            request,
            lambda: complete_application(application=application, actor=person),
            done=done,
        )
        return redirect("application-receipt" if sent else "application-file", pk=pk)
    if asked is None:
        raise Http404
    document = document_of(application, room.draft, parts=room.parts, files=room.files)
    ids = [part.organisation_id for part in room.parts]
    content = application_content(document, room.definition, language(), organisations=ids)
    page = Page(request, room)
    version = latest_version(application)
    before = (
        content_of_version(version, room.definition, language(), parts=room.parts)
        if version is not None
        else None
    )
    rows = {row.number: (row.kind, row.area) for row in room.rows}
    items = []
    for name, question in asked.items:
        answers = answers_to(content, name)
        slug = section_slug(room.definition, name, rows, application.lead_id)
        anchor = f"#{field_id(name)}" if "." in name else ""
        items.append(
            {
                "name": named_text(content, room.definition, name),
                "question": question,
                "answers": answers,
                "tag": _completed(answers, answers_to(before, name) if before else []),
                "url": f"{section_url(pk, slug)}{anchor}" if slug else "",
                "attach": slug == Kind.ATTACHMENTS,
            }
        )
    late = timezone.localdate() > asked.due
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Complete the application"))),
        "application": application,
        "call_title": call_title(application.call),
        "asked": asked,
        "due": day(asked.due),
        "late": late,
        "items": items,
        "empty": sum(1 for each in items if each["tag"].tone == Tone.WARNING),
        "degrees": [each for each in page.degrees() if each.tone == Tone.DANGER],
        "may": rules.has_perm("grants.complete_application", person, application),
    }
    return render(request, "portal/own/complete.html", context)
