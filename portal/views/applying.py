"""Beginning an application, its task list, and the page of each of its parts."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import Organisation
from core.content import Crumb, Tag, Task, TaskSection, Text, Tone
from grants.enums import Status
from grants.models import Application, Call
from grants.services.drafts import create_draft
from portal.content import status_tag
from portal.selectors.definitions import definition_of
from portal.selectors.writing import (
    call_to_apply_in,
    drafts_in,
    organisations_with_earlier,
    room_of,
    written_for,
)
from portal.services.prefill import fill_in_what_is_known
from portal.views.access import person_of
from portal.views.acting import acting_for
from portal.views.applying_fields import when_text
from portal.views.applying_page import Page
from portal.views.applying_parts import section_response
from portal.views.applying_saving import save_posted
from portal.views.applying_sections import Kind, Section, address, field_id, section_url
from portal.views.countdown import CallState, call_state, countdown
from portal.views.labels import agency_name, call_title, day
from portal.views.saving import saved_message


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that one can begin an application for. `refused` says why it may not."""

    organisation: Organisation
    refused: str
    existing: tuple[tuple[str, str, Tag], ...]
    copy_url: str
    chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
def application_begin(request: HttpRequest, *, agency: str, code: str) -> HttpResponse:
    """Choose for which organisation to apply; a draft that is there is gone on with."""
    user = person_of(request)
    call = call_to_apply_in(agency, code)
    if call is None:
        raise Http404
    state = call_state(call, timezone.localdate())
    organisations = written_for(user)
    candidates = _candidates(request, call, organisations)
    begins = definition_of(call).application is not None and state is not CallState.COMING
    error = ""
    if request.method == "POST" and begins:
        wanted = request.POST.get("organisation", "")
        found = next((each for each in candidates if str(each.organisation.pk) == wanted), None)
        if found is None:
            error = _("Choose for which organisation you apply.")
        elif found.refused:
            error = found.refused
        elif found.existing and request.POST.get("another") != "yes":
            return redirect(found.existing[0][1])
        else:
            application = create_draft(call=call, lead=found.organisation, actor=user)
            fill_in_what_is_known(application=application)
            messages.success(
                request,
                _("The application is begun. Everything that you write is saved as you go."),
            )
            return redirect("application-tasks", pk=application.pk)
    title = call_title(call)
    call_url = reverse("call-detail", args=[call.agency.code, call.code])
    left = countdown(call, timezone.now())
    context = {
        "crumbs": [Crumb(title, call_url), Crumb(_("Apply"))],
        "call": call,
        "call_title": title,
        "call_url": call_url,
        "agency": agency_name(call.agency),
        "candidates": candidates,
        "may_begin": any(not each.refused for each in candidates),
        "has_existing": any(each.existing for each in candidates),
        "has_form": definition_of(call).application is not None,
        "coming": state is CallState.COMING,
        "closed": state is CallState.CLOSED,
        "opens": day(call.opens_on),
        "closes": day(call.closes_on),
        "left": left,
        "error": error,
        "own_url": address("my-organisations"),
        "register_url": address("organisation-register"),
    }
    return render(request, "portal/apply/begin.html", context)


def _candidates(
    request: HttpRequest, call: Call, organisations: list[Organisation]
) -> list[Candidate]:
    kinds = definition_of(call).who_may_apply
    drafts = drafts_in(call, organisations)
    earlier = organisations_with_earlier(call, organisations)
    acting = acting_for(request)
    found = []
    for each in organisations:
        existing = tuple(_existing(one) for one in drafts if one.lead_id == each.pk)
        copy = address("application-copy", call.agency.code, call.code)
        found.append(
            Candidate(
                organisation=each,
                refused=""
                if each.kind in kinds
                else _("%(organisation)s is a %(kind)s, and may not apply in this call.")
                % {
                    "organisation": each.name,
                    "kind": each.get_kind_display().lower(),
                },
                existing=existing,
                copy_url=f"{copy}?organisation={each.pk}" if copy and each.pk in earlier else "",
                chosen=(acting is not None and acting.pk == each.pk) or len(organisations) == 1,
            )
        )
    return found


def _existing(application: Application) -> tuple[str, str, Tag]:
    begun = _("Application begun %(day)s") % {"day": day(application.created_at)}
    return (
        f"{_('Application')} {application.number}" if application.number else begun,
        reverse("application-tasks", args=[application.pk]),
        status_tag(application.status),
    )


@never_cache
@require_safe
def application_tasks(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What there is to do: each part with how far it has come."""
    page = _page(request, pk)
    room = page.room
    if not room.is_open:
        return redirect("application-file", pk=pk)
    application = room.application
    call = application.call
    now = timezone.now()
    saved = room.last_saved
    left = countdown(call, now) if application.status == Status.DRAFT else None
    context = page.context() | {
        "crumbs": page.crumbs(),
        "tag": status_tag(application.status),
        "lead": room.lead.name,
        "partners": [part for part in room.parts if part.organisation_id != room.lead.pk],
        "saved": _("Last saved %(when)s by %(who)s.")
        % {"when": when_text(saved.saved_at), "who": saved.saved_by}
        if saved and saved.saved_at
        else "",
        "left": left,
        "opens": day(call.opens_on)
        if call_state(call, timezone.localdate(now)) is CallState.COMING
        else "",
        "closes": day(call.closes_on)
        if left is None and call.closes_on and call.closes_on < timezone.localdate(now)
        else "",
        "completion": _completion(page),
        "sections": task_sections(page),
        "blocking": sum(each.blocks for each in room.findings),
        "more": _more(page),
    }
    return render(request, "portal/apply/tasks.html", context)


def _task(page: Page, section: Section) -> Task:
    return Task(section.title, page.state(section), url=section_url(page.pk, section.slug))


def task_sections(page: Page) -> tuple[TaskSection, ...]:
    """The parts of the application with how far each has come."""
    kinds: list[tuple[Text, set[Kind]]] = [
        (_("Who applies"), {Kind.ORGANISATION, Kind.PARTNERS}),
        (_("What you apply for"), {Kind.QUESTIONS, Kind.AREAS, Kind.AREA}),
        (_("Money"), {Kind.BUDGET, Kind.FUNDING}),
        (_("Requirements and attachments"), {Kind.REQUIREMENTS, Kind.ATTACHMENTS}),
    ]
    found = [
        TaskSection(
            heading,
            (
                *(_task(page, each) for each in page.sections if each.kind in wanted),
                *(_own_parts(page) if Kind.PARTNERS in wanted else ()),
            ),
        )
        for heading, wanted in kinds
    ]
    if page.room.application.status == Status.DRAFT:
        found.append(TaskSection(_("Check and send in"), _last_tasks(page)))
    return tuple(found)


def _own_parts(page: Page) -> list[Task]:
    """What the partners that the reader writes for answer for themselves."""
    room = page.room
    return [
        Task(
            _("Own part: %(organisation)s") % {"organisation": part.organisation.name},
            page.state_of_part(part.organisation_id),
            url=address("application-part", page.pk, part.organisation_id),
        )
        for part in room.parts
        if part.organisation_id in room.own and part.organisation_id != room.lead.pk
    ]


def _last_tasks(page: Page) -> tuple[Task, ...]:
    blocks = any(each.blocks for each in page.room.findings)
    ready = Tag(_("Something remains"), Tone.INFO) if blocks else Tag(_("Ready"), Tone.SUCCESS)
    check = Task(
        _("Check the application"),
        ready,
        url=reverse("application-section", args=[page.pk, "check"]),
        hint=_("The same checks as when the application is sent in."),
    )
    return (
        check,
        Task(
            _("Declaration and sending in"),
            Tag(_("Cannot be done yet")) if blocks else Tag(_("Not begun")),
            url=address("application-preview", page.pk),
            hint=_("Done by one who signs for the lead applicant."),
        ),
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """What the agency asks to be completed: until when, with what words, and where."""

    due: str
    overdue: bool
    message: str
    items: tuple[tuple[str, str, str], ...]
    complete_url: str


def _completion(page: Page) -> Completion | None:
    asked = page.room.request
    if asked is None:
        return None
    return Completion(
        due=day(asked.due),
        overdue=asked.due < timezone.localdate(),
        message=asked.message,
        items=tuple(
            (page.name_of(name), question, page.url_of(name)) for name, question in asked.items
        ),
        complete_url=address("application-complete", page.pk),
    )


def _more(page: Page) -> list[tuple[str, str]]:
    """Other things that can be done with the application."""
    draft = page.room.application.status == Status.DRAFT
    links = [(_("Read the whole application"), address("application-preview", page.pk))]
    if not draft:
        links.append((_("The case"), address("application-file", page.pk)))
    received = bool(page.room.application.register_number)
    if draft and page.room.writes_for_lead and not received:
        links.append((_("Throw the draft away"), address("application-discard", page.pk)))
    return [(label, url) for label, url in links if url]


def _page(request: HttpRequest, pk: int) -> Page:
    room = room_of(person_of(request), pk)
    if room is None:
        raise Http404
    return Page(request, room)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_section(request: HttpRequest, *, pk: int, section: str) -> HttpResponse:
    """A part of the application: to write, or to read. A POST saves the whole page."""
    if section == Kind.PARTNERS and (url := address("application-partners", pk)):
        return redirect(url)
    page = _page(request, pk)
    if section == "check":
        return _check(page)
    found = page.section(section)
    if request.method != "POST":
        return section_response(page, found)
    posted = save_posted(request, page.room)
    if posted.typed:
        return section_response(Page(request, _page(request, pk).room, posted.typed), found)
    saved_message(request, posted)
    url = section_url(pk, found.slug)
    theirs = request.POST.get("theirs")
    if theirs:
        return redirect(f"{url}#{field_id(theirs)}")
    if request.POST.get("then") == "next":
        # The areas chosen on this page decide which parts there are after it.
        context = Page(request, _page(request, pk).room).context(found)
        return redirect(context["next_url"])
    return redirect(url)


def _check(page: Page) -> HttpResponse:
    context = page.context() | {
        "crumbs": page.crumbs(_("Check the application")),
        "degrees": page.degrees(),
        "blocking": sum(each.blocks for each in page.room.findings),
        "submit_url": address("application-submit", page.pk)
        if page.room.application.status == Status.DRAFT
        else "",
    }
    return render(page.request, "portal/apply/check.html", context)
