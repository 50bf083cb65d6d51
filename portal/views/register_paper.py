"""An application on paper: entered by a registrar, it becomes a case like the others."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants.enums import Role
from applicants.models import Organisation, User
from applicants.selectors import agencies_for
from applicants.services import register_organisation
from core.content import Cell, Column, Crumb, Row, Table
from core.models import Municipality
from grants.checks import TransitionRefused
from grants.models import Application, Call
from grants.selectors import calls_visible_to
from grants.services.paper import (
    PaperApplication,
    PaperParticipant,
    register_paper_application,
)
from grants.services.register import RegistrationRefused
from portal.forms.paper import FIRST_LINES, MOST_LINES, MOST_PARTNERS, PaperForm
from portal.selectors.definitions import definition_of, parse_definitions
from portal.views.access import person_of
from portal.views.case_documents import registration_text
from portal.views.labels import call_title, day, language
from portal.views.register import stored


def _calls(request: HttpRequest) -> list[Call]:
    """The calls of the agencies where the reader is registrar, the newest first."""
    person = person_of(request)
    agencies = agencies_for(person, (Role.REGISTRAR,))
    calls = calls_visible_to(person).filter(agency__in=agencies)
    return list(calls.select_related("agency").order_by("-year", "code", "pk"))


@require_safe
def paper_calls(request: HttpRequest) -> HttpResponse:
    """Which call the paper is for."""
    calls = _calls(request)
    parse_definitions(calls)
    table = Table(
        id="calls",
        caption=_("Calls"),
        columns=(
            Column(_("Call")),
            Column(_("Opens"), nowrap=True),
            Column(_("Last day to apply"), nowrap=True),
        ),
        rows=tuple(
            Row(
                Cell(call_title(call), url=reverse("paper-application", args=[call.pk])),
                (Cell(day(call.opens_on)), Cell(day(call.closes_on))),
            )
            for call in calls
        ),
        stack=True,
        caption_hidden=True,
    )
    crumbs = [Crumb(_("Registry"), reverse("registry")), Crumb(_("Application on paper"))]
    return render(request, "portal/register/paper_calls.html", {"table": table, "crumbs": crumbs})


@require_http_methods(["GET", "HEAD", "POST"])
def paper_application(request: HttpRequest, *, call: int) -> HttpResponse:
    """Enter the paper. More partners and lines are shown by buttons, without losing anything."""
    found = next((each for each in _calls(request) if each.pk == call), None)
    if found is None:
        raise Http404
    person = person_of(request)
    partners, lines = _count(request, "partners", 0), _count(request, "lines", FIRST_LINES)
    more = request.POST.get("add", "")
    if more == "partner":
        partners = min(partners + 1, MOST_PARTNERS)
    elif more == "line":
        lines = min(lines + 3, MOST_LINES)
    form = PaperForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        definition=definition_of(found),
        language=language(),
        municipalities=Municipality.objects.select_related("county").order_by("name"),
        partners=partners,
        lines=lines,
    )
    if request.method == "POST" and not more and form.is_valid():
        case = _registered(request, found, person, form)
        if case is not None:
            number = {"number": case.register_number}
            messages.success(
                request, _("The application is registered with the number %(number)s.") % number
            )
            return redirect("case-documents", pk=case.pk)
    if more:
        # Only more rows were asked for: nothing is said yet of what is missing.
        form.errors.clear()
    context = {
        "call": found,
        "call_title": call_title(found),
        "form": form,
        "partners": partners,
        "lines": lines,
        "more_partners": partners < MOST_PARTNERS,
        "more_lines": lines < MOST_LINES,
        "crumbs": [
            Crumb(_("Registry"), reverse("registry")),
            Crumb(_("Application on paper"), reverse("paper-calls")),
            Crumb(call_title(found)),
        ],
    }
    return render(request, "portal/register/paper_application.html", context)


def _count(request: HttpRequest, name: str, first: int) -> int:
    text = request.POST.get(name, "")
    most = {"partners": MOST_PARTNERS, "lines": MOST_LINES}[name]
    return min(int(text), most) if text.isdecimal() and len(text) < 4 else first


def _registered(
    request: HttpRequest, call: Call, person: User, form: PaperForm
) -> Application | None:
    """The case; what is wrong becomes errors of the form, and then nothing is registered."""
    files = stored(request, form, person)
    if files is None:
        return None
    values = form.cleaned_data
    try:
        with transaction.atomic():
            places, participants = _participants(call, person, form)
            lines = tuple(
                replace(line, participant=places.index(line.participant)) for line in form.lines
            )
            paper = PaperApplication(
                received_at=values["received_at"],
                signed_by=values["signed_by"],
                participants=tuple(participants),
                requested_sek=values["requested_sek"],
                areas=tuple(values.get("areas", ())),
                lines=lines,
                requirements=form.requirement_answers(places) if form.has_form else {},
            )
            return register_paper_application(call=call, actor=person, paper=paper, files=files)
    except RegistrationRefused as refused:
        form.add_error(None, registration_text(refused.code))
    except TransitionRefused:
        form.add_error("requested_sek", registration_text("amount"))
    except PermissionDenied as error:
        raise Http404 from error
    return None


def _participants(
    call: Call, person: User, form: PaperForm
) -> tuple[list[int], list[PaperParticipant]]:
    """The organisations, each found or registered, the lead first, and their places in the
    form: a partner left empty is none."""
    places: list[int] = []
    participants: list[PaperParticipant] = []
    for place, there in enumerate(form.organisations):
        organisation: Organisation | None = there
        if organisation is None:
            new = form.to_register(place)
            if new is None:
                continue
            organisation = register_organisation(agency=call.agency, actor=person, **new)
        signed = bool(place == 0 or form.cleaned_data[f"org{place}_signed"])
        places.append(place)
        participants.append(PaperParticipant(organisation, signed))
    return places, participants
